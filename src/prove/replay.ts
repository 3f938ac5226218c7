/** Replays one case in full. */
import { codes } from '../codes.ts';
import { commandText } from '../commands/effect-text.ts';
import { BlockplanError } from '../errors.ts';
import { hookName } from '../hook.ts';
import { hookCommandText } from '../model/hook-command.ts';
import type { Request } from '../run/requests.ts';
import type { Finish } from '../run/run-state.ts';
import { risksAtEnd, violationsAtEnd } from './end-invariants.ts';
import type { ExploredPart, Explorer } from './explore.ts';
import { FAULTS } from './faults.ts';
import { violationsWithoutFaults } from './invariants.ts';
import { stateNameOf } from './next-part.ts';
import { seedOf } from './seed.ts';
import type { Injection } from './tally.ts';

/** One case of a proof, from its start to its end. */
export interface ReplayedCase {
  readonly format: 'blockplan-proof-case/v1';
  readonly parts: readonly {
    /** The machine's state, or how the run was resumed. */
    readonly place: string;
    /** What was done there, and the injected fault, if any. */
    readonly acts: readonly { readonly act: string; readonly fault?: string }[];
  }[];
  readonly finish: Finish;
  readonly wrong: readonly string[];
}

/** @throws BlockplanError `input-refused` if the plan's run does not reach the point of an injection */
export function replay(explorer: Explorer, injections: readonly Injection[]): ReplayedCase {
  const parts: ReplayedCase['parts'][number][] = [];
  const wrong: string[] = [];
  let rest = injections;
  for (let proofState = explorer.start; ; ) {
    const place = stateNameOf(proofState);
    const others = rest.findIndex(({ state }) => state !== place);
    const here = rest.slice(0, others < 0 ? rest.length : others);
    rest = rest.slice(here.length);
    const step = explorer.step(proofState, here);
    refuseUnmet(here, step);
    parts.push({ place, acts: actsOf(step) });
    wrong.push(...step.performed.wrong);
    if (step.finish) {
      if (rest.length > 0) throw unmet(rest);
      const { environment } = step.performed;
      wrong.push(
        ...violationsAtEnd(explorer.initial, explorer.faultless.host, environment, step.finish),
        ...risksAtEnd(explorer.initial, environment, step.finish),
      );
      if (injections.length === 0) wrong.push(...violationsWithoutFaults(step.finish));
      return {
        format: 'blockplan-proof-case/v1',
        parts,
        finish: step.finish,
        wrong: [...new Set(wrong)],
      };
    }
    if (!step.next) throw new Error('an unfinished run has no next part');
    proofState = step.next;
  }
}

function refuseUnmet(here: readonly Injection[], { performed }: ExploredPart): void {
  const unmetHere = here.filter(
    ({ at, fault }) =>
      !performed.points.some((point) => point.at === at && point.faults.includes(fault)),
  );
  if (unmetHere.length > 0) throw unmet(unmetHere);
}

function unmet(injections: readonly Injection[]): BlockplanError {
  return new BlockplanError('input-refused', [
    {
      code: codes.invalidSeed,
      severity: 'error',
      message: `the simulated run never reaches the fault ${seedOf(injections)}`,
      hint: 'pass --replay a seed that blockplan prove printed for this plan and these facts',
    },
  ]);
}

function actsOf({ performed, injected }: ExploredPart): { act: string; fault?: string }[] {
  return performed.points.flatMap(({ at, request }) => {
    const act = textOf(request);
    const fault = injected.find((each) => each.at === at)?.fault;
    // A journal record is shown only if a fault is injected at it.
    if (act === undefined || (request.ask === 'append' && fault === undefined)) return [];
    return [{ act, ...(fault === undefined ? {} : { fault: FAULTS[fault] }) }];
  });
}

function textOf(request: Request): string | undefined {
  switch (request.ask) {
    case 'perform':
      return commandText(request.effect);
    case 'bundle':
      return '# save the definition bundle in the journal';
    case 'hook':
      return `# ${hookName(request.hook)}: ${hookCommandText(request.hook)}`;
    case 'append':
      return `# journal: ${request.entry.type}`;
    default:
      return undefined;
  }
}
