/** What a run would do, as data. Every form of the preview is made from this. */
import type { Finding } from '../errors.ts';
import type { HookPoint } from '../hook.ts';
import type { DiffLine } from '../model/line-diff.ts';
import type { PhaseResult } from '../outcomes.ts';
import type { RetainedBackup } from '../store/retention.ts';

/** The preview of one plan on one host state. It contains no secrets, and the same input gives the same bytes. */
export interface Preview {
  readonly format: 'blockplan-preview/v1';
  /** The plan's name. */
  readonly plan: string;
  readonly description?: string;
  readonly domain: string;
  readonly source: PreviewSource;
  /** Absent in a plan without hooks. */
  readonly hooks?: readonly PreviewHook[];
  readonly totals: Totals;
  /** Errors first, then warnings, with positions in the plan. */
  readonly findings: readonly Finding[];
  /** What a run that succeeds leaves different; of the steps that could be simulated. */
  readonly changes: PreviewChanges;
  /** The steps that could be simulated: all of them if no finding is an error. */
  readonly steps: readonly PreviewStep[];
  readonly preconditions: readonly PreviewPrecondition[];
  readonly machine: PreviewMachine;
}

/** The source of the preview: a live libvirt or a file of facts. */
export type PreviewSource =
  | { readonly kind: 'live'; readonly uri: string }
  | { readonly kind: 'facts'; readonly file: string };

/** A program that the run starts besides its commands. */
export interface PreviewHook {
  readonly point: HookPoint;
  /** A shell line. */
  readonly command: string;
  /** The time limit, in seconds. */
  readonly timeout: number;
  /** Set if it may run again after blockplan was killed. */
  readonly repeat?: true;
}

export interface Totals {
  readonly steps: number;
  readonly phases: number;
  /** Phases that change the host state. */
  readonly changes: number;
  /** Phases that cannot be undone once they are done. */
  readonly pointsOfNoReturn: number;
  /** Phases in which the guest stands still. */
  readonly pauses: number;
  /** Set if the guest is paused before the plan begins. */
  readonly paused?: true;
  /** Set if the guest is off before the plan begins. */
  readonly off?: true;
  /**
   * An upper bound of what is copied, by destination file, in bytes; absent if the facts do not include the sizes. `rate` is
   * the speed limit of the copy in bytes/s; absent if it has none. `counted` is an upper bound of the bytes that count towards
   * the limit; absent if it is unknown. `because` is set if much more can be copied than the source's files take: why, as a
   * clause. Then `least` is what is certainly copied; or `bytes` is known, and `stored` is what those files take.
   */
  readonly copies: readonly {
    readonly to: string;
    readonly bytes?: number;
    readonly rate?: number;
    readonly counted?: number;
    readonly least?: number;
    readonly stored?: number;
    readonly because?: string;
  }[];
  /**
   * An upper bound of the space that the plan's files take, by folder, in bytes; `needed` is absent if the facts do not
   * include the sizes, `free` if the folder was not checked. `least` is what they certainly take, if that is much less.
   */
  readonly space: readonly {
    readonly folder: string;
    readonly needed?: number;
    readonly least?: number;
    readonly free?: number;
  }[];
  /** An upper bound of the additional space that rollbacks take, by folder, in bytes. */
  readonly rollback: readonly {
    readonly folder: string;
    readonly needed: number;
    readonly free?: number;
  }[];
  /** Identifies the plan and the host state that it depends on; a run can be bound to it. */
  readonly fingerprint?: string;
}

export interface PreviewChanges {
  /** The disks whose chain changes on the way, before the run and after it: both can be equal. */
  readonly chains: readonly PreviewChain[];
  readonly files: readonly PreviewFile[];
  /** The lines of the persistent definition that change, with some context; empty if none does. */
  readonly definition: readonly DiffLine[];
}

export interface PreviewFile {
  readonly file: string;
  /** `kept`: it leaves the chain of a disk, and stays where it is. */
  readonly change: 'created' | 'overwritten' | 'moved' | 'kept' | 'removed';
  /** Its path after the run, if it is moved. */
  readonly to?: string;
}

export interface PreviewStep {
  readonly id: string;
  readonly kind: string;
  readonly summary: string;
  /** The step's line in the plan, counting from 1. */
  readonly line: number;
  readonly phases: readonly PreviewPhase[];
  /** The changes to the persistent definition: the lines that change, with some context; empty if none does. */
  readonly definition: readonly DiffLine[];
  /** What becomes of each backup in a store, newest first; for a step that removes backups. */
  readonly backups?: readonly RetainedBackup[];
}

export interface PreviewPhase {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly PreviewCommand[];
  readonly rollback: string;
  readonly undoCommands: readonly PreviewCommand[];
  /** Why this phase cannot be undone once it is done. */
  readonly noRollback?: string;
  readonly pointOfNoReturn?: string;
  /** What is kept once the phase is done, as a noun phrase: a rollback ends behind it. */
  readonly kept?: string;
  /** In a plan that stops on failure: where the guest can be left if the phase fails. */
  readonly stopsAt?: string;
  /** Why the guest is paused during the phase. */
  readonly pauses?: string;
  /** The disks whose chain changes, active layer first. */
  readonly chains: readonly PreviewChain[];
}

/** A disk's backing chain before and after a change, active layer first. */
export interface PreviewChain {
  readonly target: string;
  readonly before: readonly PreviewLayer[];
  readonly after: readonly PreviewLayer[];
}

export interface PreviewLayer {
  readonly file: string;
  readonly format: string;
  /** Set if the run removes the file. */
  readonly removed?: true;
}

export interface PreviewCommand {
  /** A shell line, or a comment on what blockplan does itself. */
  readonly command: string;
  /** The argument vector, starting with the program's name; absent for what blockplan does itself. */
  readonly argv?: readonly string[];
  readonly why: string;
}

/** A requirement of a step, and whether it could be checked. */
export interface PreviewPrecondition {
  /** The step's id; absent for the program of a hook. */
  readonly step?: string;
  readonly what: string;
  /** Checked on the host, checked in a file of facts, or not checked: only the run can check it. */
  readonly checked: 'live' | 'facts' | 'no';
  /** Set if it is not met: a finding shows why, and whether that prevents the run. */
  readonly unmet?: true;
}

/** The states of a run and their transitions, for diagrams. */
export interface PreviewMachine {
  readonly initial: string;
  readonly states: readonly PreviewState[];
}

export interface PreviewState {
  readonly name: string;
  /** The step's id; absent in a final state, as are `phase` and `direction`. */
  readonly step?: string;
  readonly phase?: string;
  readonly direction?: 'do' | 'undo';
  readonly final?: true;
  readonly pointOfNoReturn?: true;
  /** Set if what the phase completes is kept. */
  readonly kept?: true;
  readonly transitions: readonly {
    readonly on: PhaseResult;
    readonly to: string;
  }[];
}
