/** The state of a run, and its end, as plain values. */
import type { Command } from '../command.ts';
import type { ArmThawEffect } from '../commands/backup-effect.ts';
import type { Effect, VirshEffect } from '../commands/effect.ts';
import type { Direction } from '../events.ts';
import type { Graph, PhaseNode } from '../graph/graph.ts';
import type { HookRef, HookResult } from '../hook.ts';
import {
  type RecoveryMode,
  recoveryCommands,
  recoveryModesFrom,
} from '../journal/recovery-mode.ts';
import type { Machine, MachineState, Performance } from '../machine/machine.ts';
import type { Bundle, HostState } from '../model/host-state.ts';
import { eachHost, type HostName, type OnHosts, ofHost, withHost } from '../model/hosts.ts';
import { withStoresOf } from '../model/known-stores.ts';
import { withTrackingOf } from '../model/tracking.ts';
import type { End } from '../outcomes.ts';
import type { FrozenGuest } from './frozen-guest.ts';
import type { RecentEffect } from './last-writes.ts';
import type { LeftWrites } from './left-writes.ts';

/** What a run knows of one of its hosts. */
export interface RunHost {
  /** All paths that the plan may touch there. */
  readonly files: readonly string[];
  /** The host state that preflight observed and accepted. */
  readonly initial: HostState;
  /** The host state that a rollback leads to: the one at the last commit or, before the first, `initial`. */
  readonly savepoint: HostState;
  /** The host state observed after the last phase there. */
  readonly now: HostState;
  /** The bundle that was kept before `undefine`, if any. */
  readonly kept: Bundle | undefined;
  /**
   * The host state when the guest was last seen up: where its latest writes are. Several if a phase was under way without
   * an observation.
   */
  readonly lastUp: readonly HostState[];
  /** The effects since then; `lastWrites` computes where they may have moved the guest. */
  readonly since: readonly RecentEffect[];
  readonly lastSeen: HostState;
  /** Files with the guest's writes that it no longer runs on; see `left-writes.ts`. */
  readonly left: readonly LeftWrites[];
  /** Files whose former content the run may have overwritten. */
  readonly overwritten: readonly string[];
  /** Set while the run may have left the guest frozen. */
  readonly frozen?: FrozenGuest | undefined;
}

/** The host states at the start of a phase: `before` the phase itself, and at the `start` of its step. */
export interface PhaseStart {
  readonly before: HostState;
  readonly start: HostState;
  /** Its effects in the journal, if another version began it with other commands than this one compiles. */
  readonly effects?: readonly Effect[];
}

/** The state of a run. Its parts are replaced and never changed in place, so `{ ...run }` is an independent run. */
export interface RunState {
  readonly graph: Graph;
  readonly machine: Machine;
  readonly id: string;
  /** The run's own folder, with its journal and the definitions that it passes to libvirt. */
  readonly folder: string;
  hosts: OnHosts<RunHost>;
  state: MachineState;
  todo: Performance | undefined;
  /** By the phase's index; a phase that was never begun has none. */
  phaseStarts: readonly (PhaseStart | undefined)[];
  /** How many phases, from the first, are not undone any more: those up to the last commit. */
  committed: number;
  /** How many phases, from the first, may have had an effect and are not undone: up to the last one of which an effect was begun. */
  begun: number;
  /** When a former attempt last followed a block job, in milliseconds since the epoch; undefined if none did. */
  followed: number | undefined;
  /** The hooks that were started, for the end that the run leads to. */
  startedHooks: readonly StartedHook[];
  /** The end that was judged and recorded before its hooks; undefined until then. */
  judged: JudgedFinish | undefined;
  /** What could not be confirmed. */
  doubts: readonly Doubt[];
  interrupted: boolean;
  /** Whether this is a resumed run: then preflight was long ago. */
  resumed: boolean;
  /** The direction of the run, according to its journal. */
  direction: Direction;
  /** The command that performs the run; it determines the exit code. */
  asked: 'run' | RecoveryMode;
  reasons: readonly string[];
  next: readonly Command[];
}

/** A hook that was started in this run. */
export interface StartedHook extends HookRef {
  /** Absent if blockplan was killed while it ran. */
  readonly result?: HookResult;
}

/** What a run knows of that host. */
export function hostIn({ hosts }: Pick<RunState, 'hosts'>, name: HostName): RunHost {
  return ofHost(hosts, name);
}

/** What is known of the host of the plan's domain. */
export function home(run: RunState): RunHost {
  return hostIn(run, run.graph.home);
}

/** Replaces parts of what a run knows of that host. */
export function setHost(
  run: Pick<RunState, 'hosts'>,
  name: HostName,
  news: Partial<RunHost>,
): void {
  run.hosts = withHost(run.hosts, name, { ...hostIn(run, name), ...news });
}

/** The same run, with parts of what it knows of that host replaced. */
export function withHostKnown(run: RunState, name: HostName, news: Partial<RunHost>): RunState {
  const other = { ...run };
  setHost(other, name, news);
  return other;
}

/** What a run knows of a host before anything is done there. */
function runHostOf({ initial, files }: Pick<RunHost, 'initial' | 'files'>): RunHost {
  return {
    ...{ files, initial, savepoint: initial, now: initial, kept: undefined },
    ...{ lastUp: [initial], since: [], lastSeen: initial, left: [], overwritten: [] },
  };
}

/**
 * A sentence for the report, and the command that resolves the doubt; without one, the end of the run observes again
 * itself.
 */
export interface Doubt {
  readonly text: string;
  /** The host that the command is for. */
  readonly on: HostName;
  readonly retry?: VirshEffect;
}

/** The doubt that an optional effect leaves when it fails, if any. */
export function doubtOf(name: HostName, effect: VirshEffect | ArmThawEffect): readonly Doubt[] {
  return effect.tool !== 'virsh' || effect.doubt === undefined
    ? []
    : [{ text: effect.doubt, on: name, retry: effect }];
}

/** How a run ended, what happened, and the state at its end. */
export interface Finish {
  readonly end: End;
  readonly exitCode: number;
  readonly interrupted: boolean;
  /** What went wrong, in sentences, in its order; absent if nothing did. */
  readonly happened?: readonly string[];
  /** The state now, in sentences. */
  readonly state: readonly string[];
  readonly next: readonly Command[];
}

/** The same as judged, before its hooks; the exit code depends on the command that performs the run. */
export interface JudgedFinish extends Omit<Finish, 'exitCode'> {
  /** Set if the guest was migrated to another host during the run. */
  readonly movedAway?: true;
}

/** Everything that the report of a run says, in sentences. */
export function saidIn({ happened = [], state }: Pick<Finish, 'happened' | 'state'>): string[] {
  return [...happened, ...state];
}

/** The commands that end a run that is not over, given its direction. */
export function openRecoveryCommands({ id, direction }: RunState): Command[] {
  return recoveryCommands(id, recoveryModesFrom(direction));
}

/** A run at its beginning. */
export function initialRunState(
  of: Pick<RunState, 'graph' | 'machine' | 'id' | 'folder'> & {
    readonly hosts: OnHosts<Pick<RunHost, 'initial' | 'files'>>;
  },
): RunState {
  const [state, todo] = of.machine.start();
  return {
    ...of,
    hosts: eachHost(of.hosts, runHostOf),
    state,
    todo,
    phaseStarts: [],
    committed: 0,
    begun: 0,
    followed: undefined,
    startedHooks: [],
    judged: undefined,
    doubts: [],
    interrupted: false,
    resumed: false,
    direction: 'do',
    asked: 'run',
    reasons: [],
    next: [],
  };
}

/** The host states at the start of a phase; `before` is the one before the phase itself. */
export function phaseStartOf(run: RunState, node: PhaseNode, before: HostState): PhaseStart {
  if (!node.first) return { before, start: run.phaseStarts[node.index - 1]?.start ?? before };
  // The stores and the tracking are as they were at preflight: the run does what was reviewed.
  const { initial } = hostIn(run, node.host);
  const { domain, ...stored } = withStoresOf(before, initial);
  return { before, start: { ...stored, domain: withTrackingOf(domain, initial.domain) } };
}
