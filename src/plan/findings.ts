/** Collects all findings about a plan before it is refused. */
import { type Code, codes } from '../codes.ts';
import { BlockplanError, type Finding, type Position } from '../errors.ts';

/** Keys and indexes from the plan's root. */
export type Path = readonly (string | number)[];

/** The most findings that are shown. A plan with more is usually wrong in one place that causes many of them. */
const MOST = 50;

/** What a finding is about: the value at its path, or the key that leads to it. */
type Part = 'value' | 'key';

export class Findings {
  readonly #all: Finding[] = [];
  readonly #told = new Set<string>();
  readonly #faulty = new Set<string>();
  readonly #faultyKeys = new Set<string>();

  /**
   * Adds a finding, unless its value is already known to be wrong, or an alias leads to the same place again: each error
   * is reported once.
   *
   * @param part whether the finding is about the value at its path, or about the key itself
   */
  add(finding: Finding, part: Part = 'value'): void {
    if (finding.path) {
      if (this.isFaulty(finding.path, part)) return;
      if (finding.severity === 'error') this.condemn(finding.path, part);
    }
    const { code, message, position } = finding;
    const told = JSON.stringify([code, message, position?.line, position?.column]);
    if (position && this.#told.has(told)) return;
    this.#told.add(told);
    this.#all.push(finding);
  }

  /** Whether there are so many findings that further ones are not shown. */
  get isFull(): boolean {
    return this.#all.length > MOST * 20;
  }

  /** Marks a value or key as wrong whose finding has no path. */
  condemn(path: Path, part: Part = 'value'): void {
    (part === 'key' ? this.#faultyKeys : this.#faulty).add(JSON.stringify(path));
  }

  /** Whether that value or key itself is wrong. */
  isFaulty(path: Path, part: Part = 'value'): boolean {
    return (part === 'key' ? this.#faultyKeys : this.#faulty).has(JSON.stringify(path));
  }

  /** Marks what is wrong at or below one path as wrong under another path that leads to the same value. */
  carry(from: Path, to: Path): void {
    const inside = JSON.stringify(from).slice(0, -1);
    for (const faulty of [...this.#faulty])
      if (faulty === `${inside}]` || faulty.startsWith(`${inside},`))
        this.#faulty.add(`${JSON.stringify(to).slice(0, -1)}${faulty.slice(inside.length)}`);
  }

  get all(): readonly Finding[] {
    return this.#all;
  }

  get warnings(): readonly Finding[] {
    return this.#all.filter((finding) => finding.severity === 'warning').sort(byPosition);
  }

  /** @throws BlockplanError `input-refused` with all findings, in the order of the text, if any of them is an error */
  refuse(): void {
    if (this.#all.some((finding) => finding.severity === 'error')) throw inputError(this.#all);
    // What is condemned is not read: without an error the document would be accepted unread.
    const [unread] = [...this.#faulty, ...this.#faultyKeys];
    if (unread !== undefined) throw new Error(`${unread} is marked as faulty without an error`);
  }
}

/** The error that refuses a plan. @param findings at least one */
export function inputError(findings: readonly Finding[]): BlockplanError {
  const [first, ...others] = [...findings].sort(byPosition);
  if (!first) throw new TypeError('a refusal needs a finding');
  const left = others.length + 1 - MOST;
  if (left <= 0) return new BlockplanError('input-refused', [first, ...others]);
  const more: Finding = {
    code: codes.moreFindings,
    severity: 'error',
    message: `${left} more ${left === 1 ? 'problem is' : 'problems are'} not shown`,
    hint: 'fix those above and try again',
  };
  return new BlockplanError('input-refused', [first, ...others.slice(0, MOST - 1), more]);
}

/** An error finding; unknown parts are left out. */
export function errorFinding(
  code: Code,
  message: string,
  details: { path?: Path; position?: Position | undefined; hint?: string | undefined } = {},
): Finding {
  const { path, position, hint } = details;
  return {
    code,
    severity: 'error',
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(path === undefined ? {} : { path }),
    ...(position === undefined ? {} : { position }),
  };
}

/** Orders findings as in the text. Those without a position, such as a wrong `--set`, come first. */
export function byPosition(a: Finding, b: Finding): number {
  const [one, other] = [a.position, b.position];
  if (!one || !other) return Number(Boolean(one)) - Number(Boolean(other));
  return one.line - other.line || one.column - other.column;
}
