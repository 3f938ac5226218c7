/**
 * Explores a plan's run on a simulated host under every fault. A run is performed phase by phase. Two runs at the same
 * place, on equal hosts, continue alike, so each place is explored once: the work grows with the length of the plan and
 * not with its square.
 */
import { type Graph, hooksAt } from '../graph/graph.ts';
import { type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import { foldRecords } from '../journal/run-log.ts';
import { createPlanMachine } from '../machine/machine.ts';
import type { HostState } from '../model/host-state.ts';
import { onLocal } from '../model/hosts.ts';
import { isEndJudged, passBeforeHooks } from '../run/hooks.ts';
import { applyRecord, type InterruptedPhase, runOfAttempt } from '../run/interrupted-run.ts';
import { finishInterruptedPhase, observeAndMark, refuseToResume } from '../run/recovery.ts';
import type { RunPart } from '../run/requests.ts';
import { finishRun, performNextPhase } from '../run/run-loop.ts';
import { type Finish, initialRunState, type RunState } from '../run/run-state.ts';
import { Identities } from '../simulate/identities.ts';
import { assume } from './assume.ts';
import { type PerformedPart, PROOF_RUN, performPart } from './fault-injection.ts';
import { endsBlockplan, type Fault } from './faults.ts';
import { violationsAtEnd, violationsDuring, violationsWithoutFaults } from './invariants.ts';
import { HostCache, memoizedGraph } from './memo.ts';
import { proofEnvironmentOf } from './proof-environment.ts';
import { type ProofState, StateKeys } from './proof-state.ts';
import { type Injection, oneCase, type Restart, type Tally, TallyBuilder } from './tally.ts';

/** A part of a run that was performed, and the state of the run after it. */
export interface ExploredPart {
  readonly performed: PerformedPart<unknown>;
  readonly injected: readonly Injection[];
  /** Where the run continues; absent if the run has ended. */
  readonly next?: ProofState;
  readonly finish?: Finish;
}

/** The result of a plan without faults. */
export interface FaultlessRun {
  readonly finish: Finish;
  /** The final host state. */
  readonly state: HostState;
}

/** The result of a run without further faults. */
interface Ending {
  readonly tally: Tally;
  /** Whether the run rolled back on the way, and so depended on its past. */
  readonly wentBack: boolean;
}

export class Explorer {
  readonly initial: HostState;
  readonly start: ProofState;
  readonly #inspect: (host: SimulatedHost) => readonly string[];
  readonly #keys: StateKeys;
  readonly #hosts: HostCache;
  readonly #tallies = new Map<string, Tally>();
  readonly #endings = new Map<number, Ending>();
  #faultless: FaultlessRun | undefined;
  #singly = false;

  /**
   * @param told the host state that the plan starts in; preflight has no error in it
   * @param files every path that the plan may touch
   */
  constructor(graph: Graph, told: HostState, files: readonly string[]) {
    const { state } = assume(told, files);
    this.initial = state;
    this.#inspect = violationsDuring(state);
    const ids = new Identities();
    this.#keys = new StateKeys(ids);
    this.#hosts = new HostCache(ids);
    const machine = createPlanMachine(graph);
    const hosts = onLocal({ initial: state, files });
    const of = { graph: memoizedGraph(graph, ids), machine, id: PROOF_RUN, folder: '/run', hosts };
    const run = initialRunState(of);
    this.start = {
      run,
      environment: proofEnvironmentOf(this.#hosts.same(simulatedHostOf(state))),
      interrupted: { run },
    };
  }

  /** The result of the plan without faults. */
  get faultless(): FaultlessRun {
    this.#faultless ??= this.#runFaultless();
    return this.#faultless;
  }

  #runFaultless(): FaultlessRun {
    for (let proofState: ProofState | undefined = this.start; proofState; ) {
      const { next, finish, performed }: ExploredPart = this.step(proofState, []);
      if (finish) return { finish, state: performed.environment.host.state };
      proofState = next;
    }
    throw new Error('an unfinished run has no next part');
  }

  /** All results of the plan with at most that many faults. */
  explore(faults: 1 | 2): Tally {
    this.#singly = faults === 1;
    const tally = this.#from(this.start, faults);
    const wrong = violationsWithoutFaults(this.faultless.finish);
    if (wrong.length === 0) return tally;
    const adder = new TallyBuilder();
    // The case itself has been counted already.
    adder.add(oneCase(undefined, wrong, false));
    adder.add(tally);
    return adder.tally();
  }

  /**
   * All results of a run that continues from this state.
   * @param faults the number of further faults, at least one
   */
  #from(proofState: ProofState, faults: number): Tally {
    const key = `${this.#singly ? 'single' : faults} ${this.#keys.of(proofState)}`;
    const known = this.#tallies.get(key);
    if (known) return known;
    const adder = new TallyBuilder();
    this.#branch(proofState, [], faults, adder);
    const tally = adder.tally();
    this.#tallies.set(key, tally);
    return tally;
  }

  /** Performs the next part with the faults injected so far, and with each further fault that it can have. */
  #branch(
    proofState: ProofState,
    injected: readonly Injection[],
    faults: number,
    adder: TallyBuilder,
  ): void {
    const step = this.step(proofState, injected);
    if (faults === 0) {
      const [only, another] = injected;
      if (only && !another && this.#singly) adder.addSingle(this.#quietly(step).tally, only);
      else adder.add(this.#quietly(step).tally, injected);
      return;
    }
    adder.add(this.#judged(step), injected);
    if (step.next) adder.add(this.#from(step.next, faults), injected);
    const last = injected.at(-1)?.at ?? -1;
    for (const point of step.performed.points.slice(last + 1))
      for (const fault of point.faults)
        for (const injection of injectionsOf(proofState, point.at, fault))
          this.#branch(proofState, [...injected, injection], faults - 1, adder);
  }

  /** The result of a part by itself: its end, if any, and what is wrong. */
  #judged({ finish, performed }: ExploredPart): Tally {
    const { environment } = performed;
    const wrong = finish
      ? violationsAtEnd(this.initial, this.faultless.state, environment, finish)
      : [];
    return oneCase(finish?.end, [...new Set([...performed.wrong, ...wrong])], environment.blind);
  }

  /** The result of a part without further faults: one case. */
  #quietly(step: ExploredPart): Ending {
    const here = this.#judged(step);
    if (!step.next) return { tally: here, wentBack: false };
    const ending = this.#ending(step.next);
    if (here.violations.size + here.unknowable.size === 0) return ending;
    const adder = new TallyBuilder();
    adder.add(here);
    adder.add(ending.tally);
    return { ...ending, tally: adder.tally() };
  }

  /**
   * The result of a proof state without further faults. Runs with different pasts have the same result if neither rolls
   * back: a guest that restarts without its agent gives each phase in which that can happen another past.
   */
  #ending(proofState: ProofState): Ending {
    const onward = this.#keys.onward(proofState);
    const known = onward === undefined ? undefined : this.#endings.get(onward);
    if (known) return known;
    const key = this.#keys.undisturbed(proofState);
    const ending = this.#endings.get(key) ?? this.#comeTo(proofState);
    this.#endings.set(ending.wentBack ? key : (onward ?? key), ending);
    return ending;
  }

  #comeTo(proofState: ProofState): Ending {
    const ending = this.#quietly(this.step(proofState, []));
    return proofState.run.todo?.direction === 'undo' ? { ...ending, wentBack: true } : ending;
  }

  /** Performs the next part of a run with these faults. */
  step(proofState: ProofState, injected: readonly Injection[]): ExploredPart {
    const map = new Map<number, Fault>(injected.map(({ at, fault }) => [at, fault]));
    const { run, part } = partOf(proofState);
    const performed = performPart(part, proofState.environment, {
      injected: map,
      inspect: this.#inspect,
      hosts: this.#hosts,
    });
    const { environment, result } = performed;
    const interrupted = applyRecord(proofState.interrupted, foldRecords(performed.records));
    if (!result) {
      const blind = environment.blind || environment.journalFull;
      const { host, marked, startedHooks } = environment;
      const again = injected.at(-1)?.again ?? 'rollback';
      const judgedHost = isEndJudged(interrupted.run.judged, again)
        ? environment.judgedHost
        : undefined;
      const { savepoint } = environment;
      const kept = { marked, startedHooks, judgedHost, savepoint, blind };
      const restarted = { ...proofEnvironmentOf(host), ...kept };
      return {
        performed,
        injected,
        next: { run: interrupted.run, environment: restarted, interrupted, restart: again },
      };
    }
    return result.value
      ? { performed, injected, finish: result.value }
      : { performed, injected, next: { run, environment, interrupted } };
  }
}

/** The next part of a run, and the run that it changes. */
function partOf({ run: former, interrupted, restart }: ProofState): {
  run: RunState;
  part: RunPart<Finish | undefined>;
} {
  if (restart === undefined) {
    const run = { ...former };
    if (run.state.final) return { run, part: finishRun(run, true) };
    return { run, part: beginsWithHooks(run) ? firstPart(run) : onwards(performNextPhase(run)) };
  }
  const run = runOfAttempt(interrupted, restart);
  return { run, part: resumedPart(run, interrupted.phase, restart) };
}

/** Whether the next part of a run is its `before` hooks. */
function beginsWithHooks({ graph, startedHooks, phaseStarts, todo }: RunState): boolean {
  const isAtStart = startedHooks.length === 0 && phaseStarts.length === 0;
  return isAtStart && todo?.direction === 'do' && hooksAt(graph, 'before').length > 0;
}

/** The hooks before the first phase: if one fails, the run ends. */
function* firstPart(run: RunState): RunPart<Finish | undefined> {
  return (yield* passBeforeHooks(run)) ? undefined : yield* finishRun(run, false);
}

/** A run that cannot be resumed reports that, and ends. */
function* resumedPart(
  run: RunState,
  phase: InterruptedPhase | undefined,
  how: Restart,
): RunPart<Finish | undefined> {
  if (run.judged) return yield* finishRun(run, true);
  if (!(yield* observeAndMark(run, PROOF_RUN))) return yield* refuseToResume(run);
  if (!(yield* passBeforeHooks(run))) return yield* finishRun(run, false);
  yield* finishInterruptedPhase(run, phase, how);
  return undefined;
}

/** A part that does not end the run. */
function* onwards(part: RunPart<unknown>): RunPart<undefined> {
  yield* part;
  return undefined;
}

/** A fault that ends blockplan is tried with `resume` and with `rollback` after it. */
function injectionsOf(proofState: ProofState, at: number, fault: Fault): Injection[] {
  const state = stateNameOf(proofState);
  const injection = { state, at, fault };
  return endsBlockplan(fault)
    ? [
        { ...injection, again: 'rollback' },
        { ...injection, again: 'resume' },
      ]
    : [injection];
}

/** The name of the run's next part in a seed. */
export function stateNameOf({ run, restart }: ProofState): string {
  if (restart !== undefined) return restart;
  if (beginsWithHooks(run)) return 'before';
  return run.state.final ? 'end' : run.state.name;
}
