/** Findings and expected errors. Every room may import this file. */
import type { Code } from './codes.ts';
import type { End } from './outcomes.ts';

/** A place in a plan's text; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text of that line, without its line break. */
  readonly source: string;
  /** How many columns the faulty word spans; at least 1. */
  readonly length: number;
}

/** One problem or danger, described so that a person can act on it. */
export interface Finding {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** What is wrong and why it matters, in one or two sentences. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Where in the plan, as keys and indexes from its root: `['steps', 1, 'blockcopy', 'dest']`. */
  readonly path?: readonly (string | number)[];
  /** Where in the plan's text; filled in from `path` by the code that has the text. */
  readonly position?: Position;
}

/** An expected failure: bad input, a refusing host, a lost connection. Never a bug in blockplan. */
export class BlockplanError extends Error {
  readonly end: End;
  readonly findings: readonly Finding[];

  /**
   * @param end the end of the command
   * @param findings everything that is wrong; at least one
   */
  constructor(end: End, findings: readonly [Finding, ...Finding[]], options?: ErrorOptions) {
    super(findings[0].message, options);
    this.name = 'BlockplanError';
    this.end = end;
    this.findings = findings;
  }
}
