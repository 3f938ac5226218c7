/** Reads a plan: takes text and returns a valid plan, or reports all errors. */
import { isDeepStrictEqual } from 'node:util';
import { codes } from '../codes.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import type { HostState } from '../model/host-state.ts';
import { checkRunning } from '../steps/requirements/guest.ts';
import { pathInPlan } from '../steps/requirements/requirement.ts';
import { readDocument } from './document.ts';
import { PLAN } from './document-kind.ts';
import { checkShape } from './document-shape.ts';
import { byPosition, Findings, inputError, type Path } from './findings.ts';
import { planHooks } from './hooks.ts';
import {
  asReference,
  type HostLookup,
  type HostReference,
  hostValues,
  nameOf,
  withoutHost,
} from './host-references.ts';
import type { PlanInput, Settings } from './input.ts';
import { readKeys } from './keys.ts';
import type { Plan, PlannedHook, PlannedStep } from './plan.ts';
import { type Lookup, type ResolvedName, substitute, type UnresolvedName } from './references.ts';
import { planSchema } from './schema.ts';
import type { SourcePositions } from './source-positions.ts';
import { planSteps } from './steps.ts';
import { type PlanText, withPositions } from './text.ts';
import type { Data } from './tree.ts';
import { certainFindings, ReferenceSigns } from './unknown-values.ts';
import generated from './validator.generated.js';
import { Vars } from './vars.ts';

/**
 * Reads a plan that refers neither to its guest nor to the run; see {@link draftPlan} for others.
 *
 * @throws BlockplanError `input-refused` with all errors, in the order of the text
 */
export function readPlan(input: PlanInput): Plan {
  return planFrom(interpret(input, withoutHost));
}

/** A plan that was read without its guest. */
export interface PlanDraft extends Pick<Plan, 'name' | 'domain' | 'text' | 'warnings'> {
  /** The plan, if no value refers to the guest or to the run. */
  readonly plan?: Plan;
  /**
   * The plan with the values of its guest and of a run. Pure: as long as these values are the same, so is the plan.
   *
   * @param state the host state of the guest, observed or read from facts
   * @param run the run's ID, as in `20261129-094500-1f2e3d`; it begins with the date and time in UTC
   * @throws BlockplanError `preflight-refused` if the guest has no such value, or the plan cannot use it
   */
  resolve(state: HostState, run: string): Plan;
}

/**
 * Reads a plan, and checks everything in it that does not depend on its guest.
 *
 * @throws BlockplanError `input-refused` with all errors, in the order of the text
 */
export function draftPlan(input: PlanInput): PlanDraft {
  const signs = new ReferenceSigns();
  const read = interpret(input, signs.lookup);
  if (read.used.size === 0) {
    const plan = planFrom(read);
    const { name, domain, text, warnings } = plan;
    return { name, domain, text, warnings, plan, resolve: () => plan };
  }
  const findings = certainFindings(
    read.findings.all,
    (values) => interpret(input, values).findings.all,
  ).map((finding) => signs.shown(finding));
  if (findings.some(({ severity }) => severity === 'error')) throw inputError(findings);
  const { name, domain } = read.document;
  const warnings = [...findings].sort(byPosition);
  return { name, domain, text: read.places, warnings, resolve: resolver(input, read.places) };
}

/** {@link PlanDraft.resolve}, which reads the plan again only where a value is another one. */
function resolver(input: PlanInput, text: PlanText): PlanDraft['resolve'] {
  let last: ReturnType<typeof resolveWith> | undefined;
  return (state, run) => {
    const unknown = checkRunning(state).filter(({ code }) => code === codes.domainNotFound);
    refuse(
      withPositions(
        text,
        unknown.map((refusal) => ({ ...refusal, path: pathInPlan(refusal, []) })),
      ),
    );
    const values = hostValues(state.domain, run);
    const isSame = ({ reference, answer }: UsedValue) =>
      isDeepStrictEqual(values(reference), answer);
    if (!last || ![...last.used.values()].every(isSame)) last = resolveWith(input, values);
    return last.plan;
  };
}

function resolveWith(
  input: PlanInput,
  values: HostLookup,
): { readonly plan: Plan; readonly used: Interpretation['used'] } {
  try {
    const read = interpret(input, values);
    return { plan: planFrom(read), used: read.used };
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    // The text itself has no error, so each of these is due to a value of the guest.
    refuse(error.findings);
    throw error;
  }
}

function refuse([first, ...rest]: readonly Finding[]): void {
  if (first) throw new BlockplanError('preflight-refused', [first, ...rest]);
}

/** A reference to the guest or to the run, and what it stood for. */
interface UsedValue {
  readonly reference: HostReference;
  readonly answer: ResolvedName | UnresolvedName;
}

/** A plan that was read with some values; of use only if its findings have no error. */
interface Interpretation {
  readonly document: Data & {
    readonly name: string;
    readonly domain: string;
    readonly description?: string;
  };
  readonly steps: readonly PlannedStep[];
  readonly hooks: readonly PlannedHook[];
  readonly places: SourcePositions;
  readonly findings: Findings;
  /** What was asked of the source of values, by name. */
  readonly used: ReadonlyMap<string, UsedValue>;
  /** The document with references to the guest and to the run in place. */
  reviewed(): Data;
}

/** Reads a plan with that source of values. @throws BlockplanError `input-refused` if the text as a whole cannot be read */
function interpret(
  { file, source, set = {}, steps, validate = generated }: PlanInput,
  values: HostLookup,
): Interpretation {
  const used = new Map<string, UsedValue>();
  const host: HostLookup = (reference) => {
    const answer = values(reference);
    used.set(nameOf(reference), { reference, answer });
    return answer;
  };
  const { data, places, findings } = readDocument(PLAN, file, source);
  const schema = planSchema(steps, 'reader');
  const known = readKeys(data, schema, steps, { places, findings });
  const document = resolve(known, { set, host }, places, findings);
  checkShape(document, { validate, schema, steps }, { places, findings });
  return {
    document: document as Interpretation['document'],
    steps: planSteps(document['steps'], steps, places, findings),
    hooks: planHooks(document['hooks'], places, findings),
    ...{ places, findings, used },
    reviewed: () => resolve(known, { set, host: asReference }, places, new Findings()),
  };
}

/** @throws BlockplanError `input-refused` with all findings, if any of them is an error */
function planFrom({ document, steps, hooks, places, findings, ...read }: Interpretation): Plan {
  findings.refuse();
  const { name, domain, description } = document;
  const reviewed = read.used.size > 0 ? read.reviewed() : undefined;
  return {
    name,
    domain,
    ...(description === undefined ? {} : { description }),
    steps: reviewed ? steps.map((step) => ({ ...step, reviewed: textsIn(reviewed, step) })) : steps,
    hooks: reviewed
      ? hooks.map((hook) => ({ ...hook, reviewed: commandIn(reviewed, hook) }))
      : hooks,
    onFailure: document['on-failure'] === 'stop' ? 'stop' : 'rollback',
    warnings: findings.warnings,
    text: places,
  };
}

/**
 * The parameters of a step that select nothing, in a document whose references are in place. All others count with their values:
 * a disk or a format decides what a step does.
 */
function textsIn(
  document: Data,
  { path, step }: PlannedStep,
): NonNullable<PlannedStep['reviewed']> {
  const steps = document['steps'] as readonly Data[];
  const params = steps[Number(path[1])]?.[step.kind] as Data;
  return Object.fromEntries(
    ['name', 'description'].flatMap((key) => (key in params ? [[key, params[key]]] : [])),
  );
}

/** A hook's command in a valid document. */
function commandIn(document: Data, { path }: PlannedHook): PlannedHook['command'] {
  const hook = path.reduce<unknown>((part, key) => (part as Data)[key], document);
  return (hook as Pick<PlannedHook, 'command'>).command;
}

/** What references in a plan stand for. */
interface ReferenceValues {
  readonly set: Settings;
  readonly host: HostLookup;
}

/** The document with all references replaced; a text with a wrong reference stays as it is. */
function resolve(
  document: Data,
  { set, host }: ReferenceValues,
  places: SourcePositions,
  findings: Findings,
): Data {
  const vars = new Vars(document['vars'], document['domain'], host);
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
    ...('hooks' in document ? { hooks: fill(document['hooks'], ['hooks'], vars.lookup) } : {}),
    ...('steps' in document ? { steps: fill(document['steps'], ['steps'], vars.lookup) } : {}),
  };
}
