/** The result of an exploration: the number of cases by their ends, and the shortest case of each problem. */
import type { End } from '../outcomes.ts';
import type { Fault } from './faults.ts';

/** A fault at one point of a run. */
export interface Injection {
  /** The machine's state in which it happens; `end` after the last phase, `resume` or `rollback` at a new start. */
  readonly state: string;
  /** The number of the point in that state, from 0. */
  readonly at: number;
  readonly fault: Fault;
  /** For a fault that ends blockplan: how the run was resumed. */
  readonly again?: Restart;
}

/** How an interrupted run is continued. */
export type Restart = 'resume' | 'rollback';

/** Cases with the same result. */
export interface Group {
  readonly count: number;
  /** The injections of the case with the fewest. */
  readonly injections: readonly Injection[];
}

export type Groups = ReadonlyMap<string, Group>;

export interface Tally {
  /** By how the run ended. */
  readonly ends: Groups;
  /** By what is wrong. */
  readonly violations: Groups;
  /** The same where blockplan cannot know: its journal could not be written when it ended, or libvirt does not answer. */
  readonly unknowable: Groups;
  /** The cases with one fault, by the run's end, the fault and the place, separated by spaces. */
  readonly faults: Groups;
}

const NONE: Groups = new Map();

/**
 * One case, or a part of one that did not end it.
 * @param wrong what is wrong with it
 * @param unknowable what blockplan could not know
 */
export function oneCase(
  end: End | undefined,
  wrong: readonly string[],
  unknowable: readonly string[] = [],
): Tally {
  const group: Group = { count: 1, injections: [] };
  const groups = (found: readonly string[]): Groups =>
    found.length === 0 ? NONE : new Map(found.map((each) => [each, group]));
  return {
    ends: end === undefined ? NONE : new Map([[end, group]]),
    violations: groups(wrong),
    unknowable: groups(unknowable),
    faults: NONE,
  };
}

/** Adds up tallies. */
export class TallyBuilder {
  readonly #ends = new Map<string, Group>();
  readonly #violations = new Map<string, Group>();
  readonly #unknowable = new Map<string, Group>();
  readonly #faults = new Map<string, Group>();

  /** @param led the injections that led to the start of the tally */
  add(tally: Tally, led: readonly Injection[] = []): void {
    merge(this.#ends, tally.ends, led);
    merge(this.#violations, tally.violations, led);
    merge(this.#unknowable, tally.unknowable, led);
    merge(this.#faults, tally.faults, led);
  }

  /** Adds the results of a single fault. */
  addSingle(tally: Tally, injection: Injection): void {
    this.add(tally, [injection]);
    const { fault, state, again } = injection;
    const what = again === undefined ? fault : `${fault}+${again}`;
    for (const [end, group] of tally.ends)
      merge(this.#faults, new Map([[`${end} ${what} ${state}`, group]]), [injection]);
  }

  tally(): Tally {
    return {
      ends: this.#ends,
      violations: this.#violations,
      unknowable: this.#unknowable,
      faults: this.#faults,
    };
  }
}

function merge(into: Map<string, Group>, from: Groups, led: readonly Injection[]): void {
  for (const [key, found] of from) {
    const group =
      led.length === 0 ? found : { ...found, injections: [...led, ...found.injections] };
    const known = into.get(key);
    const shortest = known && known.injections.length <= group.injections.length ? known : group;
    into.set(key, { ...shortest, count: (known?.count ?? 0) + group.count });
  }
}
