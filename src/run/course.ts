/** How far a run has come, and how one ends: plain values. */
import type { Command } from '../command.ts';
import type { Effect, VirshEffect } from '../commands/effect.ts';
import type { Direction } from '../events.ts';
import type { Graph, PhaseNode } from '../graph/graph.ts';
import { takeUpCommands, type Way, waysFrom } from '../journal/direction.ts';
import type { Machine, MachineState, Performance } from '../machine/machine.ts';
import type { Bundle, World } from '../model/world.ts';
import type { End } from '../outcomes.ts';
import type { Deed } from './last-writes.ts';

/** The Worlds that a phase began with: its own, and that of its step. */
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
  /** All paths that the plan may touch. */
  readonly files: readonly string[];
  /** The World that preflight passed on. */
  readonly world: World;
  state: MachineState;
  todo: Performance | undefined;
  /** What was observed when the last phase was done. */
  now: World;
  /** By the phase's index; a phase that was never begun has none. */
  begun: readonly (Begun | undefined)[];
  /** The bundle that `undefine` kept, once it has. */
  kept: Bundle | undefined;
  /**
   * The World when the guest was last seen up: where its latest writes are. More than one where nobody looked while a
   * phase was under way.
   */
  lastUp: readonly World[];
  /** What was done since then; `lastWrites` tells where that may have moved the guest. */
  since: readonly Deed[];
  lastSeen: World;
  /** What could not be made sure of on the way. */
  doubts: readonly Doubt[];
  /** Files whose former content the run may have written over. */
  overwritten: readonly string[];
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

/** A sentence for the report, and the command that would make sure; without one, the end of the run looks again itself. */
export interface Doubt {
  readonly text: string;
  readonly retry?: VirshEffect;
}

/** The doubt that an optional effect leaves when it fails; none where it leaves none. */
export function doubtOf(effect: VirshEffect): readonly Doubt[] {
  return effect.doubt === undefined ? [] : [{ text: effect.doubt, retry: effect }];
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
  of: Pick<Course, 'graph' | 'machine' | 'run' | 'folder' | 'files' | 'world'>,
): Course {
  const { world } = of;
  const [state, todo] = of.machine.start();
  return {
    ...of,
    state,
    todo,
    now: world,
    begun: [],
    kept: undefined,
    lastUp: [world],
    since: [],
    lastSeen: world,
    doubts: [],
    overwritten: [],
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
