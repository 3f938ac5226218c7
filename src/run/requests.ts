/**
 * What a run asks of whoever performs it. The run itself is a generator: it yields a request and is given the answer,
 * and does nothing by itself. A live run is answered by libvirt and the disk, a proof by a simulated host.
 */
import type { Effect } from '../commands/effect.ts';
import type { Direction, PhaseRef, RunEvent } from '../events.ts';
import type { JournalEntry } from '../journal/journal.ts';
import type { Bundle, HostState } from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import type { Marker } from '../model/marker.ts';

/** An event without its times, which whoever tells it adds. */
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

/** What is asked of one of the run's hosts. */
export type HostRequest = OnHost &
  /** A look at the domain and at these files; answered with a host state. */
  (
    | { readonly ask: 'observe'; readonly files: readonly string[] }
    /** A look at what the headers of the guest's layers name; answered with that host state, completed. */
    | { readonly ask: 'headers'; readonly state: HostState }
    /** A look at all of the host around it; answered with a host state. */
    | { readonly ask: 'survey'; readonly state: HostState; readonly files: readonly string[] }
    /** One effect, done when it is answered. A wait on the way forward may be answered with `Interrupted`. */
    | ({
        readonly ask: 'perform';
        readonly effect: Exclude<Effect, { tool: 'keep-definition' }>;
        readonly direction: Direction;
      } & PhaseRef)
    /** Everything that an undefine would lose; answered with a Bundle. */
    | { readonly ask: 'bundle' }
    /** libvirt is looked for again; answered with whether it was found within the bound. */
    | { readonly ask: 'reconnect' }
    /** The run's marker is written into the domain's metadata. */
    | { readonly ask: 'mark' }
    /** The marker that stands there; answered with a Marker, or nothing. */
    | { readonly ask: 'marker' }
    /** The marker is taken out again. */
    | { readonly ask: 'unmark' }
  );

/** What is asked of the machine that the run is performed on. */
export type RunRequest =
  /** A record in the journal; with `sync` it is on disk when it is answered. */
  | { readonly ask: 'append'; readonly entry: JournalEntry; readonly sync: boolean }
  /** Whether the user has interrupted; answered with a boolean. */
  | { readonly ask: 'interrupted' }
  /** An event for whoever wants to know. */
  | { readonly ask: 'tell'; readonly event: UntimedEvent };

/** A part of a run: it yields requests, is given their answers or has errors thrown at it, and returns a value. */
export type RunPart<T> = Generator<Request, T, unknown>;

/** The user's interruption, as the answer to a request that was being waited for. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** A request that is answered with a host state. */
type Look = Extract<HostRequest, { ask: 'observe' | 'headers' | 'survey' }>;

export function* askHostState(request: Look): RunPart<HostState> {
  return (yield request) as HostState;
}

export function* askBundle(on: HostName): RunPart<Bundle> {
  return (yield { ask: 'bundle', on }) as Bundle;
}

export function* askMarker(on: HostName): RunPart<Marker | undefined> {
  return (yield { ask: 'marker', on }) as Marker | undefined;
}

/** Whether the user has interrupted. */
export function* isInterrupted(): RunPart<boolean> {
  return (yield { ask: 'interrupted' }) as boolean;
}

/** Whether libvirt was found again on that host. */
export function* reconnects(on: HostName): RunPart<boolean> {
  return (yield { ask: 'reconnect', on }) as boolean;
}

export function* emit(event: UntimedEvent): RunPart<void> {
  yield { ask: 'tell', event };
}
