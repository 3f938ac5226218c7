/** What a run would do, as data for people and programs to read before it does it. Every form of the preview is made of this. */
import type { Finding } from '../errors.ts';
import type { DiffLine } from '../model/line-diff.ts';
import type { PhaseResult } from '../outcomes.ts';

/** The preview of one plan on one host state. It holds no secret, and the same input gives the same bytes. */
export interface Preview {
  readonly format: 'blockplan-preview/v1';
  /** The plan's name. */
  readonly plan: string;
  readonly description?: string;
  readonly domain: string;
  readonly source: PreviewSource;
  readonly totals: Totals;
  /** What is in the way and what is dangerous, errors first, with positions in the plan. */
  readonly findings: readonly Finding[];
  /** The steps that could be walked: all of them where no finding is an error. */
  readonly steps: readonly PreviewStep[];
  readonly preconditions: readonly PreviewPrecondition[];
  readonly machine: PreviewMachine;
}

/** What the preview was made from: a libvirt that was asked, or a file of facts. */
export type PreviewSource =
  | { readonly kind: 'live'; readonly uri: string }
  | { readonly kind: 'facts'; readonly file: string };

export interface Totals {
  readonly steps: number;
  readonly phases: number;
  /** Phases that leave the host state other than it was; none where there is nothing to do. */
  readonly changes: number;
  /** Phases that cannot be undone once they are done. */
  readonly pointsOfNoReturn: number;
  /** Phases in which the guest stands still. */
  readonly pauses: number;
  /** Set where the guest is paused before the plan begins. */
  readonly paused?: true;
  /** What is copied at most, by the file that it goes to, in bytes; absent where the facts do not tell the sizes. */
  readonly copies: readonly { readonly to: string; readonly bytes?: number }[];
  /**
   * What the files of the plan take at most, by folder, in bytes; `needed` is absent where the facts do not tell the sizes,
   * `free` where nobody has looked.
   */
  readonly space: readonly {
    readonly folder: string;
    readonly needed?: number;
    readonly free?: number;
  }[];
  /** What rollbacks take at most beyond what their files take now, by folder, in bytes. */
  readonly rollback: readonly {
    readonly folder: string;
    readonly needed: number;
    readonly free?: number;
  }[];
  /** Covers the plan and what it rests on; a run can be bound to it. */
  readonly fingerprint?: string;
}

export interface PreviewStep {
  readonly id: string;
  readonly kind: string;
  readonly summary: string;
  /** Where the step stands in the plan's text, counting from 1. */
  readonly line: number;
  readonly phases: readonly PreviewPhase[];
  /** What becomes of the persistent definition: the lines that change, and a little around them; empty where none does. */
  readonly definition: readonly DiffLine[];
}

export interface PreviewPhase {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly PreviewCommand[];
  readonly wayBack: string;
  readonly undoCommands: readonly PreviewCommand[];
  /** Why nothing leads back from the end of this phase. */
  readonly noWayBack?: string;
  readonly pointOfNoReturn?: string;
  /** Where the guest can be left when the phase fails, in a plan that stops then. */
  readonly stopsAt?: string;
  /** Why the guest stands still meanwhile. */
  readonly pauses?: string;
  /** The disks whose chain changes, active layer first. */
  readonly chains: readonly {
    readonly target: string;
    readonly before: readonly PreviewLayer[];
    readonly after: readonly PreviewLayer[];
  }[];
}

export interface PreviewLayer {
  readonly file: string;
  readonly format: string;
}

export interface PreviewCommand {
  /** As a person would type it, or a comment on what blockplan does itself. */
  readonly command: string;
  /** The words that the program is started with, its name first; absent for what blockplan does itself. */
  readonly argv?: readonly string[];
  readonly why: string;
}

/** Something that has to be so for a step, and whether that could be looked at. */
export interface PreviewPrecondition {
  /** The step's id. */
  readonly step: string;
  readonly what: string;
  /** Looked at on the host, in a file of facts, or nowhere: then only the run can tell. */
  readonly checked: 'live' | 'facts' | 'no';
}

/** The states that a run can be in, with the ways between them, for drawings. */
export interface PreviewMachine {
  readonly initial: string;
  readonly states: readonly PreviewState[];
}

export interface PreviewState {
  readonly name: string;
  /** The step's id; absent in a final state, like the next two. */
  readonly step?: string;
  readonly phase?: string;
  readonly direction?: 'do' | 'undo';
  readonly final?: true;
  readonly pointOfNoReturn?: true;
  readonly transitions: readonly {
    readonly on: PhaseResult;
    readonly to: string;
  }[];
}
