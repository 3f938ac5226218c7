/**
 * Memoization. Everything here is a pure function of values, and a proof meets the same values many thousand times. Each
 * result is computed once, and equal hosts become one value, so that comparing them is cheap.
 */
import type { Graph, PhaseNode } from '../graph/graph.ts';
import type { SimulatedHost } from '../host/simulated-host.ts';
import type { HostState } from '../model/host-state.ts';
import type { Identities } from '../simulate/identities.ts';
import { observedState } from '../simulate/observed-host.ts';
import { problemsAfter } from '../steps/derived.ts';

type Phase = PhaseNode['phase'];

/** The result of a function. */
type Outcome<T> = { readonly value: T } | { readonly thrown: unknown };

class Memory<K, T> {
  readonly #known = new Map<K, Outcome<T>>();

  get(key: K, workOut: () => T): T {
    const outcome = this.#known.get(key) ?? outcomeOf(workOut);
    this.#known.set(key, outcome);
    if ('thrown' in outcome) throw outcome.thrown;
    return outcome.value;
  }
}

function outcomeOf<T>(workOut: () => T): Outcome<T> {
  try {
    return { value: workOut() };
  } catch (thrown) {
    return { thrown };
  }
}

/** The hosts that a proof meets. */
export class HostCache {
  readonly #ids: Identities;
  readonly #same = new Map<number, SimulatedHost>();
  readonly #next = new Memory<string, SimulatedHost>();
  readonly #seen = new Memory<string, HostState>();
  readonly #kinds = new Map<unknown, number>();

  constructor(ids: Identities) {
    this.#ids = ids;
  }

  /** The one value that stands for all hosts that are equal. */
  same(host: SimulatedHost): SimulatedHost {
    const id = this.#ids.of(host);
    const known = this.#same.get(id) ?? host;
    this.#same.set(id, known);
    return known;
  }

  /** The host after a pure function of it and of a cause. */
  after<C extends object>(
    host: SimulatedHost,
    become: (host: SimulatedHost, cause: C) => SimulatedHost,
    cause: C,
  ): SimulatedHost {
    const key = `${this.#kind(become)} ${this.#ids.of(host)} ${this.#ids.of(cause)}`;
    return this.#next.get(key, () => this.same(become(host, cause)));
  }

  /** The observed state of a host; the same value for equal hosts. */
  look(host: SimulatedHost, files: readonly string[]): HostState {
    const key = `${this.#ids.of(host)} ${this.#ids.of(files)}`;
    return this.#seen.get(key, () => observedState(host, files));
  }

  #kind(become: unknown): number {
    const kind = this.#kinds.get(become) ?? this.#kinds.size;
    this.#kinds.set(become, kind);
    return kind;
  }
}

/** The same graph with memoized phases. */
export function memoizedGraph(graph: Graph, ids: Identities): Graph {
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, phase: rememberingPhase(node.phase, ids) })),
  };
}

function rememberingPhase(phase: Phase, ids: Identities): Phase {
  const keyOf = (...states: readonly HostState[]) => states.map((each) => ids.of(each)).join(' ');
  const effects = new Memory<string, ReturnType<Phase['effects']>>();
  const problems = new Memory<string, readonly string[]>();
  const undo = new Memory<string, ReturnType<Phase['undo']>>();
  return {
    ...phase,
    effects: (before, start) =>
      effects.get(keyOf(before, start), () => phase.effects(before, start)),
    expects: (before, start) => [
      (after) =>
        problems.get(keyOf(before, after, start), () => problemsAfter(phase, before, after, start)),
    ],
    undo: (before, now, start) =>
      undo.get(keyOf(before, now, start), () => phase.undo(before, now, start)),
  };
}
