/**
 * Walks a plan's run over a simulated host through everything that can go wrong. A run is performed phase by phase, and two
 * runs that stand in the same place on hosts that are the same go on alike: so each place is gone on from once, and the
 * work grows with the length of the plan and not with its square.
 */
import type { Graph } from '../graph/graph.ts';
import { type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import { foldRecords } from '../journal/run-log.ts';
import { createPlanMachine } from '../machine/machine.ts';
import type { HostState } from '../model/host-state.ts';
import { onLocal } from '../model/hosts.ts';
import {
  applyRecord,
  finishInterruptedPhase,
  type InterruptedPhase,
  observeAndMark,
  refuseToResume,
  rollbackFrom,
} from '../run/recovery.ts';
import type { RunPart } from '../run/requests.ts';
import { finishRun, performNextPhase } from '../run/run-loop.ts';
import { type Finish, initialRunState, type RunState } from '../run/run-state.ts';
import { Identities } from '../simulate/identities.ts';
import { assume } from './assume.ts';
import {
  type PerformedPart,
  PROOF_RUN,
  performPart,
  proofEnvironmentOf,
} from './fault-injection.ts';
import { endsBlockplan, type Fault } from './faults.ts';
import { violationsAtEnd, violationsDuring, violationsWithoutFaults } from './invariants.ts';
import { HostCache, memoizedGraph } from './memo.ts';
import { type ProofState, StateKeys } from './proof-state.ts';
import { type Injection, oneCase, type Tally, TallyBuilder } from './tally.ts';

/** A part of a run that was performed, and where the run stands after it. */
export interface ExploredPart {
  readonly performed: PerformedPart<unknown>;
  readonly injected: readonly Injection[];
  /** Where the run goes on; nothing where it has ended, or where blockplan did. */
  readonly next?: ProofState;
  readonly finish?: Finish;
}

/** What comes of a plan when nothing goes wrong. */
export interface FaultlessRun {
  readonly finish: Finish;
  /** The host state that it leads to. */
  readonly state: HostState;
}

/** What a run comes to when nothing goes wrong any more. */
interface Ending {
  readonly tally: Tally;
  /** Whether the run went back on the way, and so came by what lies behind it. */
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
   * @param told the host state that the plan starts in, with no error in preflight
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

  /** What comes of the plan when nothing goes wrong. */
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
    throw new Error('a run that has not finished goes on');
  }

  /** Everything that can come of the plan when so many things at most go wrong. */
  explore(faults: 1 | 2): Tally {
    this.#singly = faults === 1;
    const tally = this.#from(this.start, faults);
    const wrong = violationsWithoutFaults(this.faultless.finish);
    if (wrong.length === 0) return tally;
    const adder = new TallyBuilder();
    // The case itself is among those that were counted.
    adder.add(oneCase(undefined, wrong, false));
    adder.add(tally);
    return adder.tally();
  }

  /**
   * Everything that can come of a run that stands there.
   * @param faults how many more things may go wrong, at least one
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

  /** Performs the next part as it is injected so far, and with each thing more that can go wrong in it. */
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

  /** What a part came to by itself: an end, and what is wrong. */
  #judged({ finish, performed }: ExploredPart): Tally {
    const { environment } = performed;
    const wrong = finish
      ? violationsAtEnd(this.initial, this.faultless.state, environment, finish)
      : [];
    return oneCase(finish?.end, [...new Set([...performed.wrong, ...wrong])], environment.blind);
  }

  /** What comes of a part when nothing more goes wrong: one case. */
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
   * What comes of a proof state when nothing more goes wrong. Runs with other pasts come to the same where neither goes back:
   * a guest that starts again without its agent makes a past of its own at each phase in which it can happen.
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

  /** Performs the next part of a run, with these things going wrong in it. */
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
      const anew = { ...proofEnvironmentOf(environment.host), marked: environment.marked, blind };
      const again = injected.at(-1)?.again ?? 'rollback';
      return {
        performed,
        injected,
        next: { run: interrupted.run, environment: anew, interrupted, restart: again },
      };
    }
    return result.value
      ? { performed, injected, finish: result.value }
      : { performed, injected, next: { run, environment, interrupted } };
  }
}

/** The next part of a run, and the run that it will change. */
function partOf({ run: former, interrupted, restart }: ProofState): {
  run: RunState;
  part: RunPart<Finish | undefined>;
} {
  if (restart === undefined) {
    const run = { ...former };
    return { run, part: run.state.final ? finishRun(run, true) : onwards(performNextPhase(run)) };
  }
  const run = restart === 'resume' ? { ...interrupted.run } : rollbackFrom(interrupted);
  const phase = restart === 'resume' ? interrupted.phase : undefined;
  return { run, part: resumedPart(run, phase) };
}

/** A run that cannot be resumed says so, and has ended. */
function* resumedPart(
  run: RunState,
  phase: InterruptedPhase | undefined,
): RunPart<Finish | undefined> {
  if (!(yield* observeAndMark(run, PROOF_RUN))) return yield* refuseToResume(run);
  yield* finishInterruptedPhase(run, phase);
  return undefined;
}

/** A part that does not end the run. */
function* onwards(part: RunPart<unknown>): RunPart<undefined> {
  yield* part;
  return undefined;
}

/** A fault that ends blockplan is tried with both ways of taking the run up again. */
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

/** What a seed calls the part of a run that comes next. */
export function stateNameOf({ run, restart }: ProofState): string {
  if (restart !== undefined) return restart;
  return run.state.final ? 'end' : run.state.name;
}
