/** Where a run stands, and which runs go on alike: those that stand in the same place, on hosts that are the same. */
import { isUp } from '../model/host-state.ts';
import type { InterruptedRun } from '../run/recovery.ts';
import type { PhaseStart, RunState } from '../run/run-state.ts';
import type { Identities } from '../simulate/identities.ts';
import type { ProofEnvironment } from './fault-injection.ts';
import type { Restart } from './tally.ts';

/** A run between two of its parts. */
export interface ProofState {
  readonly run: RunState;
  readonly environment: ProofEnvironment;
  /** What the journal tells of it. */
  readonly interrupted: InterruptedRun;
  /** Set where blockplan has ended, and is started again to go on or back. */
  readonly restart?: Restart;
}

/** Tells which runs go on alike. */
export class StateKeys {
  readonly #ids: Identities;
  /** For what a phase began with, a number for that and for what all phases before it began with. */
  readonly #pasts = new WeakMap<PhaseStart, number>();

  constructor(ids: Identities) {
    this.#ids = ids;
  }

  /** A number that two stands share if they go on alike, whatever goes wrong. */
  of(proofState: ProofState): number {
    const { run, phase } = proofState.interrupted;
    // What the journal tells counts for itself only where it tells something else.
    const told = run === proofState.run ? undefined : this.#ahead(run);
    return this.#ids.ofAll([this.#here(proofState), told, phase]);
  }

  /** The same where nothing goes wrong any more: then nobody reads the journal of a run that has not been left. */
  undisturbed(proofState: ProofState): number {
    return proofState.restart === undefined ? this.#here(proofState) : this.of(proofState);
  }

  /**
   * The same for two proof states that go on alike until one goes back: on its way forward a run looks no further behind it
   * than to what the present step began with. Undefined where it does not go forward, or is resumed by what its journal
   * tells.
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
    // A rollback asks nobody whether to go on.
    const listens = todo?.direction === 'do' && interrupted;
    return [host, marked, contact, journalFull, listens, blind];
  }

  /** What a run still depends on: what lies behind it no more, and that it was interrupted only for its exit code. */
  #ahead(run: RunState, past: unknown = this.#pastOf(run)): number {
    const { state, hosts, doubts, resumed } = run;
    const known = Object.values(hosts).flatMap(({ kept, lastUp, since, lastSeen, overwritten }) => [
      ...[kept, isUp(lastSeen), overwritten, since],
      ...lastUp,
    ]);
    return this.#ids.ofAll([state.name, past, doubts, resumed, ...known]);
  }

  #pastOf({ phaseStarts, todo }: RunState): number | undefined {
    return this.#past(phaseStarts, Math.min(todo?.index ?? 0, phaseStarts.length - 1));
  }

  /** A phase's host states are only ever put behind those of the same phases, so each is looked at once. */
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
