/**
 * The requests of a run to whatever performs it. The run itself is a generator without side effects: it yields requests
 * and receives their answers. In a live run libvirt and the disk answer, in a proof a simulated host does.
 */
import type { SurveyTerms, Written } from '../commands/driver.ts';
import type { Effect } from '../commands/effect.ts';
import type { Direction, PhaseRef, RunEvent } from '../events.ts';
import type { Hook } from '../hook.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { DomainBusy } from '../model/domain-busy.ts';
import { CommandBusy } from '../model/effect-failed.ts';
import type { Bundle, HostState } from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import type { Marker } from '../model/marker.ts';
import type { End } from '../outcomes.ts';
import type { EndedProgram } from '../programs/program.ts';

/** An event without its times, which are added when it is emitted. */
export type UntimedEvent = RunEvent extends infer E
  ? E extends RunEvent
    ? Omit<E, 'time' | 'durationMs'>
    : never
  : never;

/** Names the host that something is for. */
export interface OnHost {
  readonly on: HostName;
}

export type Request = HostRequest | RunRequest;

/** A request to one of the run's hosts. */
export type HostRequest = OnHost &
  /** Observes the domain and these files; answered with a host state. */
  (
    | { readonly ask: 'observe'; readonly files: readonly string[] }
    /** Reads the names in the headers of the guest's layers; answered with that host state, completed. */
    | { readonly ask: 'headers'; readonly state: HostState }
    /** Inspects the rest of the host as well, as far as these terms ask for; answered with a host state. */
    | ({
        readonly ask: 'survey';
        readonly state: HostState;
        readonly files: readonly string[];
      } & SurveyTerms)
    /** Reads when these files were last written to; answered with `Written`. */
    | { readonly ask: 'written'; readonly files: readonly string[] }
    /** Performs one effect; answered when it is done. Going forward, a wait may be answered with `Interrupted`. */
    | ({
        readonly ask: 'perform';
        readonly effect: Exclude<Effect, { tool: 'keep-definition' }>;
        readonly direction: Direction;
      } & PhaseRef)
    /** Reads everything that an undefine would lose; answered with a Bundle. */
    | { readonly ask: 'bundle' }
    /** Reconnects to libvirt; answered with whether that succeeded within the time limit. */
    | { readonly ask: 'reconnect' }
    /** Writes the run's marker into the domain's metadata. */
    | { readonly ask: 'mark' }
    /** Reads the marker; answered with a Marker, or undefined. */
    | { readonly ask: 'marker' }
    /** Removes the marker. */
    | { readonly ask: 'unmark' }
  );

/** A request to the machine that blockplan runs on. */
export type RunRequest =
  /** Appends a record to the journal; with `sync` it is on disk when this is answered. */
  | { readonly ask: 'append'; readonly entry: JournalEntry; readonly sync: boolean }
  /**
   * Runs a hook; answered with an EndedProgram when it has ended. The user's interruption stops a `before` hook; only a
   * second one stops the others.
   */
  | {
      readonly ask: 'hook';
      readonly hook: Hook;
      /** How the run ended; absent before the first effect. */
      readonly ended?: EndedRun;
    }
  /** Whether the user has interrupted; answered with a boolean. */
  | { readonly ask: 'interrupted' }
  /** Emits an event. */
  | { readonly ask: 'tell'; readonly event: UntimedEvent };

/** How a run ended, for its `after` or `on-failure` hooks. */
export interface EndedRun {
  readonly end: End;
  readonly exitCode: number;
}

/** A part of a run: it yields requests, receives their answers or errors, and returns a value. */
export type RunPart<T> = Generator<Request, T, unknown>;

/** The user's interruption, as the answer to a pending request. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** How often a request is made while another command holds the domain. libvirt refuses each time after 30 s. */
export const BUSY_ROUNDS = 20;

/** The notice before the first of these repetitions. */
export function busyNotice({ message }: Error): UntimedEvent {
  return { event: 'notice', message: `${message}. Trying again for up to ${BUSY_ROUNDS / 2} min.` };
}

/**
 * Makes a request, and repeats it while another command holds the domain.
 * @param sendsAgain whether a refused command is sent again; by default it is not
 */
export function* askWhileBusy(
  request: HostRequest,
  sendsAgain?: () => RunPart<boolean>,
): RunPart<unknown> {
  for (let round = 1; ; round++) {
    try {
      return yield request;
    } catch (error) {
      const isRefused = error instanceof CommandBusy && sendsAgain && (yield* sendsAgain());
      if (round === BUSY_ROUNDS || !(error instanceof DomainBusy || isRefused)) throw error;
      if (round === 1) yield* emit(busyNotice(error as Error));
    }
  }
}

/** A request that is answered with a host state. */
type Look = Extract<HostRequest, { ask: 'observe' | 'headers' | 'survey' }>;

export function* askHostState(request: Look): RunPart<HostState> {
  return (yield* askWhileBusy(request)) as HostState;
}

export function* askWritten(on: HostName, files: readonly string[]): RunPart<Written> {
  return (yield { ask: 'written', on, files }) as Written;
}

export function* askBundle(on: HostName): RunPart<Bundle> {
  return (yield* askWhileBusy({ ask: 'bundle', on })) as Bundle;
}

export function* askMarker(on: HostName): RunPart<Marker | undefined> {
  return (yield { ask: 'marker', on }) as Marker | undefined;
}

export function* askHook(hook: Hook, ended: EndedRun | undefined): RunPart<EndedProgram> {
  return (yield { ask: 'hook', hook, ...(ended ? { ended } : {}) }) as EndedProgram;
}

/** Whether the user has interrupted. */
export function* isInterrupted(): RunPart<boolean> {
  return (yield { ask: 'interrupted' }) as boolean;
}

/** Reconnects to libvirt on that host; false if that failed. */
export function* reconnects(on: HostName): RunPart<boolean> {
  return (yield { ask: 'reconnect', on }) as boolean;
}

export function* emit(event: UntimedEvent): RunPart<void> {
  yield { ask: 'tell', event };
}
