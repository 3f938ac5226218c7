/** The results of the cases, and how they are printed. */
import type { Case } from './cases.ts';
import { nameOf } from './cases.ts';
import { type Verdict, WRONGS } from './judge.ts';
import type { Foretold } from './simulated.ts';

export class Tally {
  readonly #seed: number;
  /** All errors, each with the name that runs its case again. */
  readonly failures: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #ends = new Map<string, number>();
  #cases = 0;
  #missed = 0;
  #compared = 0;
  #different = 0;
  #unknown = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A case that did not occur: its random moment was after the run's end. */
  missed(of: Case, { wrong }: Verdict): void {
    this.#missed += 1;
    this.#wrong(of, wrong);
  }

  add(of: Case, { end, said, wrong, unknown }: Verdict, { ends, seeds }: Foretold): void {
    this.#cases += 1;
    const row = `${of.blow}${of.again === undefined ? '' : `, ${of.again}`}: ${end}`;
    this.#ends.set(row, (this.#ends.get(row) ?? 0) + 1);
    this.#wrong(of, wrong);
    if (unknown) this.#unknown += 1;
    this.#compared += 1;
    if (ends.some((each) => each === end)) return;
    this.#different += 1;
    const told = ends.map((each, at) => `${each} (${seeds[at]})`).join(' or ');
    this.failed(of, `the lab ends ${end}, the simulated host ${told}; output:\n${said}`);
  }

  #wrong(of: Case, wrong: Verdict['wrong']): void {
    for (const { what, how } of wrong) {
      this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
      this.failed(of, `${what}: ${how}`);
    }
  }

  failed(of: Case, how: string): void {
    this.failures.push(`BLOCKPLAN_CRASH=${this.#seed},all,${nameOf(of)}\n    ${how}`);
  }

  text(): string {
    return [
      `crash, seed ${this.#seed}: ${this.#cases} cases, ${this.#missed} came too late and were tried again earlier`,
      ...WRONGS.map((what) => row(this.#counts.get(what) ?? 0, what)),
      row(
        this.#unknown,
        'report that it is unknown where the guest wrote last: one of the files has all writes',
      ),
      row(this.#compared, 'compared with the simulated host'),
      row(this.#different, 'with another end there'),
      'ends:',
      ...[...this.#ends].sort().map(([what, times]) => row(times, what)),
      '',
    ].join('\n');
  }
}

function row(times: number, what: string): string {
  return `  ${String(times).padStart(5)}  ${what}`;
}
