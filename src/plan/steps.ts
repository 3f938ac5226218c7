/** A plan's list of steps, each with one kind and a unique id. */
import { codes } from '../codes.ts';
import type { AnyStep } from '../steps/define.ts';
import { checkStep } from './check-step.ts';
import { errorFinding, type Findings, type Path } from './findings.ts';
import type { PlannedStep } from './plan.ts';
import type { SourcePositions } from './source-positions.ts';
import { listed, quoted } from './words.ts';

/** A step as read, before it is validated. */
interface Draft {
  readonly path: Path;
  readonly id: unknown;
  readonly kinds: readonly string[];
  readonly value: Readonly<Record<string, unknown>>;
}

/**
 * The steps of a plan whose references are replaced. Their errors are added to `findings`, which already has the schema's
 * errors; the result is of use only if there are none.
 */
export function planSteps(
  list: unknown,
  known: readonly AnyStep[],
  places: SourcePositions,
  findings: Findings,
): PlannedStep[] {
  const byKind = new Map(known.map((step) => [step.kind, step]));
  const drafts = Array.isArray(list) ? list.flatMap((value, index) => draft(value, index)) : [];
  for (const one of drafts) checkKinds(one, byKind, places, findings);
  checkIds(drafts, places, findings);
  const ids = new Set(drafts.map(({ id }) => id).filter((id) => typeof id === 'string'));
  return drafts.flatMap(({ path, id, kinds, value }) => {
    const planned = kinds.flatMap((kind) => {
      const step = byKind.get(kind);
      const params = value[kind];
      if (!step || typeof params !== 'object' || params === null || Array.isArray(params))
        return [];
      const isWrong = (place: Path) => findings.isFaulty([...path, kind, ...place]);
      for (const finding of checkStep(step, params as Params, isWrong)) {
        const place = [...path, kind, ...(finding.path ?? [])];
        findings.add({ ...finding, path: place, position: places.locate(place) });
      }
      return [{ step, params: params as Params, path }];
    });
    const [first] = planned;
    if (!first) return [];
    return [{ ...first, id: typeof id === 'string' ? id : freeId(first.step.kind, ids) }];
  });
}

type Params = PlannedStep['params'];

function draft(value: unknown, index: number): Draft[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const { id, ...others } = value as Record<string, unknown>;
  const path = ['steps', index];
  return [{ path, id, kinds: Object.keys(others), value: value as Record<string, unknown> }];
}

function checkKinds(
  one: Draft,
  byKind: ReadonlyMap<string, AnyStep>,
  places: SourcePositions,
  findings: Findings,
): void {
  const { path, kinds } = one;
  const known = kinds.filter((kind) => byKind.has(kind));
  const [first, second] = known;
  if (first !== undefined && second !== undefined) {
    const place = [...path, second];
    findings.add(
      errorFinding(
        codes.severalKinds,
        `a step has one kind, but this one has ${quoted(first)} and ${quoted(second)}`,
        {
          path,
          position: places.locateKey(place),
          hint: `move ${quoted(second)} to a separate step: "- ${second}:"`,
        },
      ),
    );
  } else if (kinds.length === 0) {
    findings.add(
      errorFinding(codes.missingKind, `step ${Number(path[1]) + 1} has no kind`, {
        path,
        position: places.locate(path),
        hint: `add a kind: ${listed([...byKind.keys()])}`,
      }),
    );
  }
}

function checkIds(drafts: readonly Draft[], places: SourcePositions, findings: Findings): void {
  const seen = new Map<string, Path>();
  for (const { id, path } of drafts) {
    if (typeof id !== 'string') continue;
    const place = [...path, 'id'];
    const first = seen.get(id);
    if (first) {
      findings.add(
        errorFinding(
          codes.duplicateStepId,
          `the id ${quoted(id)} is already used by the step on line ${places.locate(first).line}`,
          {
            path: place,
            position: places.locate(place),
            hint: 'give each step a unique id',
          },
        ),
      );
    } else {
      seen.set(id, place);
    }
  }
}

/** The kind for the first step of that kind, then `blockcopy-2` and so on; the id is added to `taken`. */
function freeId(kind: string, taken: Set<unknown>): string {
  let id = kind;
  for (let number = 2; taken.has(id); number++) id = `${kind}-${number}`;
  taken.add(id);
  return id;
}
