/** Checks a document against its schema, with the validator that was generated from it. */
import type { AnyStep } from '../steps/define.ts';
import { Explainer } from './explain.ts';
import type { Findings, Path } from './findings.ts';
import type { Validate } from './input.ts';
import type { JsonSchema } from './schema.ts';
import type { SourcePositions } from './source-positions.ts';

/** The shape that a document must have. */
export interface DocumentShape {
  readonly validate: Validate;
  /** The schema of the validator. */
  readonly schema: JsonSchema;
  /** The step kinds that the document may name; none for a document that is not a plan. */
  readonly steps: readonly AnyStep[];
}

/**
 * Adds a finding for each error in the document's shape.
 * @param at the path of the value, if it is a part of the document
 */
export function checkShape(
  document: unknown,
  { validate, schema, steps }: DocumentShape,
  { places, findings }: { places: SourcePositions; findings: Findings },
  at: Path = [],
): void {
  if (validate(document)) return;
  const explainer = new Explainer(places, steps);
  for (const { keyword, instancePath, schemaPath, params, propertyName } of validate.errors ?? []) {
    const { path, value } = follow(instancePath, document);
    // Each kind has a function of its own, whose errors have pointers into the schema of the kind.
    const [list, , kind] = path;
    const isOption = list === 'steps' && steps.some((step) => step.kind === kind);
    const base = isOption ? `/properties/steps/items/properties/${kind}` : '';
    const rule = follow(base + schemaPath.slice(1, schemaPath.lastIndexOf('/')), schema).value;
    const finding = explainer.explain({
      keyword,
      path: [...at, ...path],
      data: value,
      params,
      schema: (rule ?? {}) as Readonly<Record<string, unknown>>,
      ...(propertyName === undefined ? {} : { propertyName }),
    });
    if (finding) findings.add(finding, propertyName === undefined ? 'value' : 'key');
  }
}

/** The value at a JSON pointer, and its path, in which an index of a list is a number. */
function follow(pointer: string, root: unknown): { path: Path; value: unknown } {
  let value = root;
  const path = pointer
    .split('/')
    .slice(1)
    .map((escaped) => {
      const word = escaped.replaceAll('~1', '/').replaceAll('~0', '~');
      const isIndex = Array.isArray(value);
      value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[word];
      return isIndex ? Number(word) : word;
    });
  return { path, value };
}
