/** Preconditions of a step on the host state in which it begins: the sentence for the preview and the check, in one. */
import { isAbsolute, normalize } from 'node:path';
import { type Code, codes } from '../../codes.ts';
import type { Finding } from '../../errors.ts';
import type { UnknownPart } from '../../model/host-state.ts';

/** Where in a step's parameters something is wrong. */
export type ParamPath = string | readonly (string | number)[];

/** A finding whose path is relative to the step's parameters. */
export interface Refusal extends Finding {
  /** Set if it is about the guest as a whole: its place is then the plan's `domain`. */
  readonly about?: 'guest';
  /** Set if the outcome of the step cannot be simulated: the steps after it are not checked. */
  readonly blocks?: 'simulation';
}

/**
 * The facts that the check of a requirement needs: only the domain's disks and definition (`domain`), parts of the host
 * state that may be unknown (`told`), the file at a path (`file`), the folder of a path (`folder`), the kind and the users
 * of what exists at a path (`place`), the backups in a folder (`store`), or the chains of all other domains (`others`). `run`
 * is checked by the run alone.
 */
export type Knowledge =
  | 'domain'
  | 'others'
  | 'run'
  | { readonly told: readonly UnknownPart[] }
  | { readonly file: string }
  | { readonly folder: string }
  | { readonly place: string }
  | { readonly store: string };

export interface Requirement {
  /** A clause: `/fast/copy does not exist`. */
  readonly text: string;
  readonly knowledge: Knowledge;
  /** The findings in that host state; empty if it is met, or if only the run can check it. */
  readonly unmet: readonly Refusal[];
}

/**
 * Collects the requirements of a step, in order. The step returns early if the next requirements depend on one that is not
 * met. A requirement is stated by calling a method, so none can be lost.
 */
export class Needs {
  readonly #stated: Requirement[];
  readonly #change: (unmet: Refusal) => Refusal;
  readonly #searched: string[];

  constructor(
    stated: Requirement[] = [],
    change = (unmet: Refusal) => unmet,
    searched: string[] = [],
  ) {
    this.#stated = stated;
    this.#change = change;
    this.#searched = searched;
  }

  get stated(): readonly Requirement[] {
    return this.#stated;
  }

  /** States a requirement. @returns whether it is met, as far as known */
  require(text: string, knowledge: Knowledge, unmet: readonly Refusal[] = []): boolean {
    this.#stated.push({ text, knowledge, unmet: unmet.map(this.#change) });
    return !unmet.some(({ severity }) => severity === 'error');
  }

  /** States a requirement that is too obvious to list if it is met. @returns whether it is met */
  requireUnlisted(text: string, knowledge: Knowledge, unmet: readonly Refusal[]): boolean {
    return unmet.length === 0 || this.require(text, knowledge, unmet);
  }

  /** The layers above which overlays must be searched for. */
  get searched(): readonly string[] {
    return this.#searched;
  }

  search(layers: readonly string[]): void {
    this.#searched.push(...layers);
  }

  /** The same collection, with another hint for refusals with that code. */
  hinting(code: Code, hint: string): Needs {
    const change = (unmet: Refusal) =>
      unmet.code === code ? { ...unmet, hint } : this.#change(unmet);
    return new Needs(this.#stated, change, this.#searched);
  }
}

/** The path that must be inspected for it; undefined if none. */
export function pathToInspect(knowledge: Knowledge): string | undefined {
  if (typeof knowledge === 'string' || 'told' in knowledge || 'store' in knowledge)
    return undefined;
  if ('file' in knowledge) return knowledge.file;
  return 'folder' in knowledge ? knowledge.folder : knowledge.place;
}

/** An error after which the simulation continues as if it were resolved. */
export function refuse(code: Code, key: ParamPath, message: string, hint?: string): Refusal {
  return {
    code,
    severity: 'error',
    message,
    path: typeof key === 'string' ? [key] : key,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** An error after which the outcome of the step cannot be simulated. */
export function refuseStep(code: Code, key: ParamPath, message: string, hint?: string): Refusal {
  return { ...refuse(code, key, message, hint), blocks: 'simulation' };
}

/** Refuses the path of an existing file if it is not absolute. It need not be normalized: libvirt may spell it otherwise. */
export function checkAbsolute(key: ParamPath, file: string | undefined): Refusal[] {
  if (file === undefined || isAbsolute(file)) return [];
  return [
    refuse(
      codes.pathNotAbsolute,
      key,
      `"${file}" is not an absolute path`,
      'write the absolute path on the host: /…',
    ),
  ];
}

/** Refuses the path of a file that a step creates or writes if it is not absolute and normalized. */
export function checkPlainPath(key: ParamPath, file: string | undefined): Refusal[] {
  const findings = checkAbsolute(key, file);
  if (file === undefined || findings.length > 0) return findings;
  if (normalize(file) === file && !file.endsWith('/')) return [];
  return [
    refuse(
      codes.pathNotAbsolute,
      key,
      `"${file}" is not a plain path to a file`,
      `write it without "..", "//" or a trailing "/"`,
    ),
  ];
}

/** The path of a finding in the plan. @param step the path of the step's parameters */
export function pathInPlan({ about, path = [] }: Refusal, step: readonly (string | number)[]) {
  return about === 'guest' ? ['domain'] : [...step, ...path];
}

type Params = Readonly<Record<string, unknown>>;

/** Refuses options that are mutually exclusive. */
export function checkExclusive(params: Params, a: string, b: string): Refusal[] {
  return params[a] && params[b]
    ? [
        refuse(
          codes.conflictingOptions,
          b,
          `"${a}" and "${b}" are mutually exclusive`,
          `keep one of the two`,
        ),
      ]
    : [];
}

/** Refuses a disk that is listed twice. */
export function checkListedOnce(key: string, disks: readonly string[] = []): Refusal[] {
  return disks.flatMap((disk, at) =>
    disks.indexOf(disk) < at
      ? [
          refuse(
            codes.conflictingOptions,
            [key, at],
            `${disk} is listed twice`,
            'list each disk once',
          ),
        ]
      : [],
  );
}

/** Refuses an option that requires another one. */
export function checkNeeds(params: Params, option: string, other: string): Refusal[] {
  return params[option] !== undefined && params[option] !== false && !params[other]
    ? [
        refuse(
          codes.optionNeedsAnother,
          option,
          `"${option}" requires "${other}"`,
          `add "${other}", or leave "${option}" out`,
        ),
      ]
    : [];
}
