/** The state of a run in a proof, and which runs continue alike: those in the same place, on equal hosts. */
import { isUp } from '../model/host-state.ts';
import type { InterruptedRun } from '../run/interrupted-run.ts';
import type { PhaseStart, RunState } from '../run/run-state.ts';
import type { Identities } from '../simulate/identities.ts';
import type { ProofEnvironment } from './proof-environment.ts';
import type { Restart } from './tally.ts';

/** A run between two of its parts. */
export interface ProofState {
  readonly run: RunState;
  readonly environment: ProofEnvironment;
  /** The run according to its journal. */
  readonly interrupted: InterruptedRun;
  /** Set if blockplan has ended and is started again, to resume or to roll back. */
  readonly restart?: Restart;
}

/** Keys by which runs that continue alike are recognized. */
export class StateKeys {
  readonly #ids: Identities;
  /** For the start of a phase, a number that stands for it and for the starts of all phases before it. */
  readonly #pasts = new WeakMap<PhaseStart, number>();

  constructor(ids: Identities) {
    this.#ids = ids;
  }

  /** A number that two proof states share if they continue alike under every fault. */
  of(proofState: ProofState): number {
    const { run, phase } = proofState.interrupted;
    // The journal's run counts separately only if it differs.
    const told = run === proofState.run ? undefined : this.#ahead(run);
    return this.#ids.ofAll([this.#here(proofState), told, phase]);
  }

  /** The same without further faults: then the journal of a run that was not interrupted is not read. */
  undisturbed(proofState: ProofState): number {
    return proofState.restart === undefined ? this.#here(proofState) : this.of(proofState);
  }

  /**
   * The same for two proof states that continue alike until one rolls back: while running forward, a run depends on nothing
   * before the start of the current step. Undefined if it does not run forward, or is resumed from its journal.
   */
  onward({ run, environment, restart }: ProofState): number | undefined {
    const { graph, todo, phaseStarts } = run;
    if (restart !== undefined || todo?.direction !== 'do') return undefined;
    const { index } = todo;
    const step = graph.nodes[index]?.first ? undefined : phaseStarts[index - 1]?.start;
    return this.#ids.ofAll([
      'onward',
      ...this.#around(run, environment),
      this.#ahead(run, step ?? 'none'),
    ]);
  }

  #here({ run, environment, restart }: ProofState): number {
    return this.#ids.ofAll([...this.#around(run, environment), this.#ahead(run), restart]);
  }

  #around({ todo }: RunState, environment: ProofEnvironment): readonly unknown[] {
    const { host, marked, contact, journalFull, interrupted, blind } = environment;
    const { startedHooks, judgedHost, savepoint, act, queryRefused } = environment;
    // A rollback ignores interruptions.
    const listens = todo?.direction === 'do' && interrupted;
    const ends = [startedHooks, judgedHost, savepoint, blind, act, queryRefused];
    return [host, marked, contact, journalFull, listens, ...ends];
  }

  /** What the rest of the run depends on; an interruption is left out, because it affects only the exit code. */
  #ahead(run: RunState, past: unknown = this.#pastOf(run)): number {
    const { state, hosts, startedHooks, judged, doubts, resumed } = run;
    const known = Object.values(hosts).flatMap(
      ({ kept, lastUp, since, lastSeen, left, overwritten, savepoint, frozen }) => [
        ...[kept, isUp(lastSeen), left, overwritten, since, savepoint, frozen],
        ...lastUp,
      ],
    );
    const { committed, begun } = run;
    const where = [state.name, past, committed, begun];
    return this.#ids.ofAll([...where, startedHooks, judged, doubts, resumed, ...known]);
  }

  #pastOf({ phaseStarts, todo }: RunState): number | undefined {
    return this.#past(phaseStarts, Math.min(todo?.index ?? 0, phaseStarts.length - 1));
  }

  /** A phase start always follows the same earlier starts, so its number is computed once. */
  #past(phaseStarts: RunState['phaseStarts'], last: number): number | undefined {
    if (last < 0) return undefined;
    const at = phaseStarts[last];
    const known = at && this.#pasts.get(at);
    if (known !== undefined) return known;
    const past = this.#ids.ofAll([last, this.#past(phaseStarts, last - 1), at?.before]);
    if (at) this.#pasts.set(at, past);
    return past;
  }
}
