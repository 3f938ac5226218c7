/** Reads a plan: takes text and returns a valid plan, or reports all errors. */
import { type Data, readDocument } from './document.ts';
import { checkShape } from './document-shape.ts';
import type { Findings, Path } from './findings.ts';
import type { PlanInput, Settings } from './input.ts';
import type { Plan } from './plan.ts';
import { type Lookup, substitute } from './references.ts';
import { planSchema } from './schema.ts';
import type { SourcePositions } from './source-positions.ts';
import { planSteps } from './steps.ts';
import { PLAN } from './subject.ts';
import generated from './validator.generated.js';
import { Vars } from './vars.ts';

/**
 * Reads a plan.
 *
 * @throws BlockplanError `input-refused` with all errors, in the order of the text
 */
export function readPlan({ file, source, set = {}, steps, validate = generated }: PlanInput): Plan {
  const { data, places, findings } = readDocument(PLAN, file, source);
  const document = resolve(data, set, places, findings);
  const shape = { validate, schema: () => planSchema(steps, 'reader'), steps };
  checkShape(document, shape, { places, findings });
  const planned = planSteps(document['steps'], steps, places, findings);
  findings.refuse();
  const { name, domain, description } = document as {
    name: string;
    domain: string;
    description?: string;
  };
  return {
    name,
    domain,
    ...(description === undefined ? {} : { description }),
    steps: planned,
    onFailure: document['on-failure'] === 'stop' ? 'stop' : 'rollback',
    warnings: findings.warnings,
    text: places,
  };
}

/** The document with all references replaced; a text with a wrong reference stays as it is. */
function resolve(document: Data, set: Settings, places: SourcePositions, findings: Findings): Data {
  const vars = new Vars(document['vars'], document['domain']);
  vars.settle(set, places, findings);
  const fill = (value: unknown, path: Path, lookup: Lookup): unknown => {
    if (typeof value === 'string') {
      const known =
        value.includes('${') && !findings.isFaulty(path)
          ? substitute(value, path, { lookup, findings, places })
          : undefined;
      return known ? known.value : value;
    }
    if (Array.isArray(value))
      return value.map((item, index) => fill(item, [...path, index], lookup));
    if (typeof value !== 'object' || value === null) return value;
    // Ids name steps in the journal, so they do not depend on variables.
    const entries = Object.entries(value).map(([key, part]) => [
      key,
      path.length === 2 && key === 'id' ? part : fill(part, [...path, key], lookup),
    ]);
    return Object.fromEntries(entries);
  };
  const domain = fill(document['domain'], ['domain'], vars.lookupForDomain);
  vars.settleDomain(
    typeof domain === 'string' && !findings.isFaulty(['domain']) ? domain : undefined,
  );
  return {
    ...document,
    ...('domain' in document ? { domain } : {}),
    ...('description' in document
      ? { description: fill(document['description'], ['description'], vars.lookup) }
      : {}),
    ...('steps' in document ? { steps: fill(document['steps'], ['steps'], vars.lookup) } : {}),
  };
}
