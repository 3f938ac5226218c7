/** What has to be so in the host state in which a step begins: the sentence that a preview lists, and the check, in one. */
import { isAbsolute, normalize } from 'node:path';
import { type Code, codes } from '../../codes.ts';
import type { Finding } from '../../errors.ts';
import type { UnknownPart } from '../../model/host-state.ts';

/** Where in a step's parameters something is wrong. */
export type ParamPath = string | readonly (string | number)[];

/** A finding whose path is relative to the step's parameters. */
export interface Refusal extends Finding {
  /** Set where the outcome of the step cannot be simulated: what follows it is not looked at. */
  readonly blocks?: 'simulation';
}

/**
 * What one has to know to tell whether a requirement is met: the domain's disks and definition alone, more of it that may be
 * untold, what is at a path, what the folder of a path is like, who uses what exists at a path, or the chains of all other
 * domains. `run` is what shows only when it is done.
 */
export type Knowledge =
  | 'domain'
  | 'others'
  | 'run'
  | { readonly told: readonly UnknownPart[] }
  | { readonly file: string }
  | { readonly folder: string }
  | { readonly place: string };

export interface Requirement {
  /** A clause: `there is no file /fast/copy`. */
  readonly text: string;
  readonly knowledge: Knowledge;
  /** What is wrong in that host state; empty where it is met, or where nobody can tell before the run. */
  readonly unmet: readonly Refusal[];
}

/**
 * Takes down what a step requires, in order; the step returns early where the next ones rest on one that is not met. To state
 * a requirement is to call it, so none is lost on the way.
 */
export class Needs {
  readonly #stated: Requirement[];
  readonly #change: (unmet: Refusal) => Refusal;

  constructor(stated: Requirement[] = [], change = (unmet: Refusal) => unmet) {
    this.#stated = stated;
    this.#change = change;
  }

  get stated(): readonly Requirement[] {
    return this.#stated;
  }

  /** States a requirement. @returns whether it is met, as far as can be told */
  require(text: string, knowledge: Knowledge, unmet: readonly Refusal[] = []): boolean {
    this.#stated.push({ text, knowledge, unmet: unmet.map(this.#change) });
    return !unmet.some(({ severity }) => severity === 'error');
  }

  /** States one that is too plain to be listed where it is met. @returns whether it is met */
  requireUnlisted(text: string, knowledge: Knowledge, unmet: readonly Refusal[]): boolean {
    return unmet.length === 0 || this.require(text, knowledge, unmet);
  }

  /** The same, where refusals of that code have another hint. */
  hinting(code: Code, hint: string): Needs {
    return new Needs(this.#stated, (unmet) =>
      unmet.code === code ? { ...unmet, hint } : this.#change(unmet),
    );
  }
}

/** The path that one has to look at for it; undefined where it needs none. */
export function pathToInspect(knowledge: Knowledge): string | undefined {
  if (typeof knowledge === 'string' || 'told' in knowledge) return undefined;
  if ('file' in knowledge) return knowledge.file;
  return 'folder' in knowledge ? knowledge.folder : knowledge.place;
}

/** Something is in the way; a simulation goes on as if it were away. */
export function refuse(code: Code, key: ParamPath, message: string, hint?: string): Refusal {
  return {
    code,
    severity: 'error',
    message,
    path: typeof key === 'string' ? [key] : key,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** A refusal after which nobody can say what the step would do. */
export function refuseStep(code: Code, key: ParamPath, message: string, hint?: string): Refusal {
  return { ...refuse(code, key, message, hint), blocks: 'simulation' };
}

/** Refuses the name of a file that is there where it is no absolute path. It may be spelled as libvirt spells it. */
export function checkAbsolute(key: ParamPath, file: string | undefined): Refusal[] {
  if (file === undefined || isAbsolute(file)) return [];
  return [
    refuse(
      codes.pathNotAbsolute,
      key,
      `"${file}" is not an absolute path`,
      'write the path from the root of the host: /…',
    ),
  ];
}

/** Refuses the name of a file that a step makes or writes to where it is not an absolute, plain path. */
export function checkPlainPath(key: ParamPath, file: string | undefined): Refusal[] {
  const findings = checkAbsolute(key, file);
  if (file === undefined || findings.length > 0) return findings;
  if (normalize(file) === file && !file.endsWith('/')) return [];
  return [
    refuse(
      codes.pathNotAbsolute,
      key,
      `"${file}" is not a plain path to a file`,
      `write it without "..", "//" and a "/" at its end`,
    ),
  ];
}

type Params = Readonly<Record<string, unknown>>;

/** Refuses options that exclude each other. */
export function checkExclusive(params: Params, a: string, b: string): Refusal[] {
  return params[a] && params[b]
    ? [
        refuse(
          codes.conflictingOptions,
          b,
          `"${a}" and "${b}" exclude each other`,
          `keep one of the two`,
        ),
      ]
    : [];
}

/** Refuses an option that says nothing without another one. */
export function checkNeeds(params: Params, option: string, other: string): Refusal[] {
  return params[option] !== undefined && params[option] !== false && !params[other]
    ? [
        refuse(
          codes.optionNeedsAnother,
          option,
          `"${option}" has a meaning only together with "${other}"`,
          `add "${other}", or leave "${option}" out`,
        ),
      ]
    : [];
}
