/** How far a run has come, and how one ends: plain values. */
import type { Command } from '../command.ts';
import type { Effect, VirshEffect } from '../commands/effect.ts';
import type { Direction } from '../events.ts';
import type { Graph, PhaseNode } from '../graph/graph.ts';
import {
  type RecoveryMode,
  recoveryCommands,
  recoveryModesFrom,
} from '../journal/recovery-mode.ts';
import type { Machine, MachineState, Performance } from '../machine/machine.ts';
import type { Bundle, HostState } from '../model/host-state.ts';
import { eachHost, type HostName, type OnHosts, ofHost, withHost } from '../model/hosts.ts';
import type { End } from '../outcomes.ts';
import type { RecentEffect } from './last-writes.ts';

/** What a run knows of one of its hosts. */
export interface RunHost {
  /** All paths that the plan may touch there. */
  readonly files: readonly string[];
  /** The host state that preflight passed on. */
  readonly initial: HostState;
  /** What was observed when the last phase was done there. */
  readonly now: HostState;
  /** The bundle that `undefine` kept, once it has. */
  readonly kept: Bundle | undefined;
  /**
   * The host state when the guest was last seen up: where its latest writes are. More than one where nobody looked while a
   * phase was under way.
   */
  readonly lastUp: readonly HostState[];
  /** What was done since then; `lastWrites` tells where that may have moved the guest. */
  readonly since: readonly RecentEffect[];
  readonly lastSeen: HostState;
  /** Files whose former content the run may have written over. */
  readonly overwritten: readonly string[];
}

/** The host states of its host that a phase began with: its own, and that of its step. */
export interface PhaseStart {
  readonly before: HostState;
  readonly start: HostState;
  /** Its effects in the journal, where another version began it with other commands than this one compiles. */
  readonly effects?: readonly Effect[];
}

/**
 * How far a run has come. Its parts are replaced and never changed in place, so `{ ...run }` is a run of its own
 * that goes another way.
 */
export interface RunState {
  readonly graph: Graph;
  readonly machine: Machine;
  readonly id: string;
  /** The run's own folder, where its journal and the definitions that it gives to libvirt lie. */
  readonly folder: string;
  hosts: OnHosts<RunHost>;
  state: MachineState;
  todo: Performance | undefined;
  /** By the phase's index; a phase that was never begun has none. */
  phaseStarts: readonly (PhaseStart | undefined)[];
  /** What could not be made sure of on the way. */
  doubts: readonly Doubt[];
  interrupted: boolean;
  /** Whether the run was left and is resumed: then preflight was long ago. */
  resumed: boolean;
  /** Which way the run goes, as its journal tells. */
  direction: Direction;
  /** What the command that performs the run was asked for, for its exit code. */
  asked: 'run' | RecoveryMode;
  reasons: readonly string[];
  next: readonly Command[];
}

/** What a run knows of that host. */
export function hostIn({ hosts }: Pick<RunState, 'hosts'>, name: HostName): RunHost {
  return ofHost(hosts, name);
}

/** What is known of the host of the plan's domain. */
export function home(run: RunState): RunHost {
  return hostIn(run, run.graph.home);
}

/** Replaces what a run knows of that host, in parts. */
export function setHost(
  run: Pick<RunState, 'hosts'>,
  name: HostName,
  news: Partial<RunHost>,
): void {
  run.hosts = withHost(run.hosts, name, { ...hostIn(run, name), ...news });
}

/** The same run with what it knows of that host replaced, in parts. */
export function withHostKnown(run: RunState, name: HostName, news: Partial<RunHost>): RunState {
  const other = { ...run };
  setHost(other, name, news);
  return other;
}

/** What a run knows of a host before anything is done there. */
function runHostOf({ initial, files }: Pick<RunHost, 'initial' | 'files'>): RunHost {
  return {
    ...{ files, initial, now: initial, kept: undefined },
    ...{ lastUp: [initial], since: [], lastSeen: initial, overwritten: [] },
  };
}

/** A sentence for the report, and the command that would make sure; without one, the end of the run looks again itself. */
export interface Doubt {
  readonly text: string;
  /** The host that the command is for. */
  readonly on: HostName;
  readonly retry?: VirshEffect;
}

/** The doubt that an optional effect leaves when it fails; none where it leaves none. */
export function doubtOf(name: HostName, effect: VirshEffect): readonly Doubt[] {
  return effect.doubt === undefined ? [] : [{ text: effect.doubt, on: name, retry: effect }];
}

/** How a run ended, and what is so now. */
export interface Finish {
  readonly end: End;
  readonly exitCode: number;
  readonly interrupted: boolean;
  readonly state: readonly string[];
  readonly next: readonly Command[];
}

/** What to type to end a run that is not over, from where its run stands. */
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
    doubts: [],
    interrupted: false,
    resumed: false,
    direction: 'do',
    asked: 'run',
    reasons: [],
    next: [],
  };
}

/** The host states that a phase begins with, where its own is that one. */
export function phaseStartOf(run: RunState, node: PhaseNode, before: HostState): PhaseStart {
  const start = node.first ? before : (run.phaseStarts[node.index - 1]?.start ?? before);
  return { before, start };
}
