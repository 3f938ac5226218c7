/** Where faults can be injected into a simulated run, and the records of the real run there. */
import type { Explorer } from '../../src/prove/explore.ts';
import { stateNameOf } from '../../src/prove/next-part.ts';
import type { FaultPoint } from '../../src/prove/performed-part.ts';
import type { ProofState } from '../../src/prove/proof-state.ts';
import type { Written } from './cases.ts';

/** A point of the run without a fault: its part, and the record's number if it is one. */
export interface Spot {
  readonly part: number;
  readonly state: string;
  readonly point: FaultPoint;
  readonly seq?: number;
}

/**
 * All points of the run without a fault, in order, with the record numbers of the real run.
 * @throws Error if the simulated run writes other records than the real one
 */
export function spotsOf(explorer: Explorer, records: readonly Written[]): Spot[] {
  const spots: Spot[] = [];
  let rest = [...records];
  let proofState: ProofState | undefined = explorer.start;
  for (let part = 0; proofState; part++) {
    const { performed, next } = explorer.step(proofState, []);
    const state = stateNameOf(proofState);
    for (const point of performed.points) {
      if (point.request.ask !== 'append') {
        spots.push({ part, state, point });
        continue;
      }
      const { type } = point.request.entry;
      const at = rest.findIndex((record) => record.type === type);
      const record = rest[at];
      const skipped = rest.slice(0, at).map((each) => each.type);
      if (!record || skipped.some((each) => SIMULATED.has(each)))
        throw new Error(`the simulated run writes "${type}" where the real one has ${skipped}`);
      rest = rest.slice(at + 1);
      spots.push({ part, state, point, seq: record.seq });
    }
    proofState = next;
  }
  return spots;
}

/** The records of a simulated run at which a fault can be injected. */
const SIMULATED = new Set([
  'phase-started',
  'intent',
  'outcome',
  'kept',
  'phase-finished',
  'run-finished',
]);
