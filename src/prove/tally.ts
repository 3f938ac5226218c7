/** What exploring came to: how many cases ended how, and the shortest way to each kind of trouble. */
import type { End } from '../outcomes.ts';
import type { Fault } from './faults.ts';

/** Something that goes wrong at one point of a run. */
export interface Injection {
  /** The machine's state in which it happens; `end` when the last phase is over, `resume` and `rollback` at a new start. */
  readonly state: string;
  /** Which of the state's points, from 0. */
  readonly at: number;
  readonly fault: Fault;
  /** For a fault that ends blockplan: how the run was resumed. */
  readonly again?: Restart;
}

/** How a run that was interrupted is resumed. */
export type Restart = 'resume' | 'rollback';

/** Several cases that came to the same. */
export interface Group {
  readonly count: number;
  /** Those of the case with the fewest. */
  readonly injections: readonly Injection[];
}

export type Groups = ReadonlyMap<string, Group>;

export interface Tally {
  /** By how the run ended. */
  readonly ends: Groups;
  /** By what is wrong. */
  readonly violations: Groups;
  /** The same, where nobody could have known: the journal had not been written to when blockplan ended. */
  readonly unknowable: Groups;
  /** Where one thing goes wrong: by how the run ended, what went wrong, and the place, with blanks between them. */
  readonly faults: Groups;
}

const NONE: Groups = new Map();

/** One case, or a part of one that did not end it, and what was found wrong with it. */
export function oneCase(end: End | undefined, wrong: readonly string[], blind: boolean): Tally {
  const group: Group = { count: 1, injections: [] };
  const found = wrong.length === 0 ? NONE : new Map(wrong.map((each) => [each, group]));
  return {
    ends: end === undefined ? NONE : new Map([[end, group]]),
    violations: blind ? NONE : found,
    unknowable: blind ? found : NONE,
    faults: NONE,
  };
}

/** Adds up tallies. */
export class TallyBuilder {
  readonly #ends = new Map<string, Group>();
  readonly #violations = new Map<string, Group>();
  readonly #unknowable = new Map<string, Group>();
  readonly #faults = new Map<string, Group>();

  /** @param led what led to where the tally begins */
  add(tally: Tally, led: readonly Injection[] = []): void {
    merge(this.#ends, tally.ends, led);
    merge(this.#violations, tally.violations, led);
    merge(this.#unknowable, tally.unknowable, led);
    merge(this.#faults, tally.faults, led);
  }

  /** Adds what came of the one thing that goes wrong. */
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
