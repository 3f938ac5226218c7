/**
 * Explores a plan's run on a simulated host under every fault. A run is performed phase by phase. Two runs at the same
 * place, on equal hosts, continue alike, so each place is explored once: the work grows with the length of the plan and
 * not with its square.
 */
import type { Graph } from '../graph/graph.ts';
import { type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import { foldRecords } from '../journal/run-log.ts';
import { createPlanMachine } from '../machine/machine.ts';
import type { HostState } from '../model/host-state.ts';
import { onLocal } from '../model/hosts.ts';
import { isEndJudged } from '../run/hooks.ts';
import { applyRecord } from '../run/interrupted-run.ts';
import { type Finish, initialRunState } from '../run/run-state.ts';
import { lostAtNextStart } from '../simulate/host-faults.ts';
import { Identities } from '../simulate/identities.ts';
import { assume } from './assume.ts';
import { risksAtEnd, violationsAtEnd } from './end-invariants.ts';
import { PROOF_RUN, performPart } from './fault-injection.ts';
import { endsBlockplan, type Fault, isByOthers } from './faults.ts';
import { violationsDuring, violationsWithoutFaults } from './invariants.ts';
import { HostCache, memoizedGraph } from './memo.ts';
import { partOf, stateNameOf } from './next-part.ts';
import { type DisksOfGuest, disksForOthers } from './other-actors.ts';
import type { PerformedPart } from './performed-part.ts';
import { proofEnvironmentOf } from './proof-environment.ts';
import { type ProofState, StateKeys } from './proof-state.ts';
import { type Injection, oneCase, type Tally, TallyBuilder } from './tally.ts';

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
  /** The final host. */
  readonly host: SimulatedHost;
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
  readonly #disks: DisksOfGuest;
  /** Whether a start from the initial definition finds the guest's writes. */
  readonly #isStartable: boolean;
  readonly #keys: StateKeys;
  readonly #hosts: HostCache;
  readonly #tallies = new Map<string, Tally>();
  readonly #endings = new Map<number, Ending>();
  #faultless: FaultlessRun | undefined;
  /** The number of faults that a case can have. */
  #most: 1 | 2 = 2;

  /**
   * @param told the host state that the plan starts in; preflight has no error in it
   * @param files every path that the plan may touch
   */
  constructor(graph: Graph, told: HostState, files: readonly string[]) {
    const { state } = assume(told, files);
    this.initial = state;
    this.#inspect = violationsDuring(state);
    this.#disks = disksForOthers(graph, state);
    this.#isStartable = lostAtNextStart(simulatedHostOf(state)).length === 0;
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
      if (finish) return { finish, host: performed.environment.host };
      proofState = next;
    }
    throw new Error('an unfinished run has no next part');
  }

  /** All results of the plan with at most that many faults. */
  explore(faults: 1 | 2): Tally {
    this.#most = faults;
    const tally = this.#from(this.start, faults);
    const wrong = violationsWithoutFaults(this.faultless.finish);
    if (wrong.length === 0) return tally;
    const adder = new TallyBuilder();
    // The case itself has been counted already.
    adder.add(oneCase(undefined, wrong));
    adder.add(tally);
    return adder.tally();
  }

  /**
   * All results of a run that continues from this state.
   * @param faults the number of further faults, at least one
   */
  #from(proofState: ProofState, faults: number): Tally {
    const key = `${this.#most} ${faults} ${this.#keys.of(proofState)}`;
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
      if (only && !another && this.#most === 1) adder.addSingle(this.#quietly(step).tally, only);
      else adder.add(this.#quietly(step).tally, injected);
      return;
    }
    adder.add(this.#judged(step), injected);
    if (step.next) adder.add(this.#from(step.next, faults), injected);
    const last = injected.at(-1)?.at ?? -1;
    for (const point of step.performed.points.slice(last + 1))
      for (const fault of point.faults) {
        const left = this.#faultsAfter(proofState, point.at, fault, faults);
        if (left === undefined) continue;
        for (const injection of injectionsOf(proofState, point.at, fault))
          this.#branch(proofState, [...injected, injection], left, adder);
      }
  }

  /**
   * The number of further faults after that one; undefined if it is not tried. What others do is tried alone, and while
   * blockplan is stopped by another fault: to pair it with all others would take much longer.
   */
  #faultsAfter({ restart }: ProofState, at: number, fault: Fault, faults: number) {
    if (!isByOthers(fault)) return faults - 1;
    const isStopped = restart !== undefined && at === 0;
    return this.isPossible(fault) && (faults === this.#most || isStopped) ? 0 : undefined;
  }

  /** Whether the fault can happen to this guest, and a run could be responsible for what follows from it. */
  isPossible(fault: Fault): boolean {
    if (fault === 'moved-before') return this.#disks.idle !== undefined;
    return fault !== 'restarted-before' || this.#isStartable;
  }

  /** The result of a part by itself: its end, if any, and what is wrong. */
  #judged({ finish, performed }: ExploredPart): Tally {
    const { environment } = performed;
    const atEnd = finish
      ? violationsAtEnd(this.initial, this.faultless.host, environment, finish)
      : [];
    const wrong = [...new Set([...performed.wrong, ...atEnd])];
    const risks = finish ? risksAtEnd(this.initial, environment, finish) : [];
    return environment.blind
      ? oneCase(finish?.end, [], [...wrong, ...risks])
      : oneCase(finish?.end, wrong, risks);
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
      disks: this.#disks,
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
      const { savepoint, act, queryRefused } = environment;
      const kept = { marked, startedHooks, judgedHost, savepoint, blind, act, queryRefused };
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
