/** How far a run has come, and how one ends: plain values. */
import type { Command } from '../command.ts';
import type { Effect, VirshEffect } from '../commands/effect.ts';
import type { Direction } from '../events.ts';
import type { Graph, PhaseNode } from '../graph/graph.ts';
import { takeUpCommands, type Way, waysFrom } from '../journal/direction.ts';
import type { Machine, MachineState, Performance } from '../machine/machine.ts';
import { eachHost, type HostName, type OnHosts, ofHost, withHost } from '../model/hosts.ts';
import type { Bundle, World } from '../model/world.ts';
import type { End } from '../outcomes.ts';
import type { Deed } from './last-writes.ts';

/** What a run knows of one of its hosts. */
export interface RunHost {
  /** All paths that the plan may touch there. */
  readonly files: readonly string[];
  /** The World that preflight passed on. */
  readonly world: World;
  /** What was observed when the last phase was done there. */
  readonly now: World;
  /** The bundle that `undefine` kept, once it has. */
  readonly kept: Bundle | undefined;
  /**
   * The World when the guest was last seen up: where its latest writes are. More than one where nobody looked while a
   * phase was under way.
   */
  readonly lastUp: readonly World[];
  /** What was done since then; `lastWrites` tells where that may have moved the guest. */
  readonly since: readonly Deed[];
  readonly lastSeen: World;
  /** Files whose former content the run may have written over. */
  readonly overwritten: readonly string[];
}

/** The Worlds of its host that a phase began with: its own, and that of its step. */
export interface Begun {
  readonly before: World;
  readonly start: World;
  /** Its effects in the journal, where another version began it with other commands than this one compiles. */
  readonly effects?: readonly Effect[];
}

/**
 * How far a run has come. Its parts are replaced and never changed in place, so `{ ...course }` is a course of its own
 * that goes another way.
 */
export interface Course {
  readonly graph: Graph;
  readonly machine: Machine;
  readonly run: string;
  /** The run's own folder, where its journal and the definitions that it gives to libvirt lie. */
  readonly folder: string;
  hosts: OnHosts<RunHost>;
  state: MachineState;
  todo: Performance | undefined;
  /** By the phase's index; a phase that was never begun has none. */
  begun: readonly (Begun | undefined)[];
  /** What could not be made sure of on the way. */
  doubts: readonly Doubt[];
  interrupted: boolean;
  /** Whether the run was left and is taken up again: then preflight was long ago. */
  takenUp: boolean;
  /** Which way the run goes, as its journal tells. */
  direction: Direction;
  /** What the command that performs the run was asked for, for its exit code. */
  asked: 'run' | Way;
  reasons: readonly string[];
  next: readonly Command[];
}

/** What a run knows of that host. */
export function hostIn({ hosts }: Pick<Course, 'hosts'>, name: HostName): RunHost {
  return ofHost(hosts, name);
}

/** What is known of the host of the plan's domain. */
export function home(course: Course): RunHost {
  return hostIn(course, course.graph.home);
}

/** Replaces what a run knows of that host, in parts. */
export function setHost(
  course: Pick<Course, 'hosts'>,
  name: HostName,
  news: Partial<RunHost>,
): void {
  course.hosts = withHost(course.hosts, name, { ...hostIn(course, name), ...news });
}

/** The same course with what a run knows of that host replaced, in parts. */
export function withHostKnown(course: Course, name: HostName, news: Partial<RunHost>): Course {
  const other = { ...course };
  setHost(other, name, news);
  return other;
}

/** What a run knows of a host before anything is done there. */
export function runHostOf({ world, files }: Pick<RunHost, 'world' | 'files'>): RunHost {
  return {
    ...{ files, world, now: world, kept: undefined },
    ...{ lastUp: [world], since: [], lastSeen: world, overwritten: [] },
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

/** What to type to end a run that is not over, from where its course stands. */
export function waysOn({ run, direction }: Course): Command[] {
  return takeUpCommands(run, waysFrom(direction));
}

/** A course at its beginning. */
export function courseOf(
  of: Pick<Course, 'graph' | 'machine' | 'run' | 'folder'> & {
    readonly hosts: OnHosts<Pick<RunHost, 'world' | 'files'>>;
  },
): Course {
  const [state, todo] = of.machine.start();
  return {
    ...of,
    hosts: eachHost(of.hosts, runHostOf),
    state,
    todo,
    begun: [],
    doubts: [],
    interrupted: false,
    takenUp: false,
    direction: 'do',
    asked: 'run',
    reasons: [],
    next: [],
  };
}

/** The Worlds that a phase begins with, where its own is that one. */
export function begunWith(course: Course, node: PhaseNode, before: World): Begun {
  const start = node.first ? before : (course.begun[node.index - 1]?.start ?? before);
  return { before, start };
}
