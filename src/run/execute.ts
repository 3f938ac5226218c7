/** The loop: the machine says what comes next, the driver does it, the journal knows of it before and after. */
import { hostname } from 'node:os';
import { type End, EXIT_CODES } from '../errors.ts';
import type { Direction, Listener, RunEvent } from '../events.ts';
import type { Graph, PhaseNode } from '../graph/graph.ts';
import type { Journal } from '../journal/journal.ts';
import { createPlanMachine, type FinalState, type Performance } from '../machine/machine.ts';
import { type Driver, EffectFailed } from '../model/driver.ts';
import { isUp, type World } from '../model/world.ts';
import { isContactLost, observe, reasonOf, record, type Stage, type Told } from './act.ts';
import { contradictions, differences, whereDisksAre } from './compare.ts';
import { doPhase, helpOnly, interruption, type Result, undoPhase } from './phase.ts';
import { salvage } from './salvage.ts';

/** A run that has been admitted: its plan compiled, preflight passed, lock taken, journal open. */
export interface Run {
  readonly id: string;
  readonly graph: Graph;
  readonly driver: Driver;
  readonly journal: Journal;
  readonly uri: string;
  readonly user: string;
  readonly version: string;
  /** The observed World that preflight passed on. */
  readonly world: World;
  readonly files: readonly string[];
  readonly signal: AbortSignal;
  readonly listener: Listener;
}

/** How a run ended, and what is so now. */
export interface Finish {
  readonly end: End;
  readonly exitCode: number;
  readonly interrupted: boolean;
  readonly state: readonly string[];
  readonly next: readonly string[];
}

/** What happened on the way, as far as the end has to tell of it. */
interface Course {
  interrupted: boolean;
  readonly reasons: string[];
  next: readonly string[];
}

/** Runs an admitted plan to its end. All that can go wrong is an end; whatever it throws is a bug in blockplan. */
export async function execute(run: Run): Promise<Finish> {
  const began = Date.now();
  const tell = (event: Told) => run.listener({ time: Date.now(), ...event } as RunEvent);
  const stage: Stage = {
    driver: run.driver,
    journal: run.journal,
    files: run.files,
    signal: run.signal,
    tell,
    kept: undefined,
    lastUp: run.world,
    lastSeen: run.world,
    doubts: [],
  };
  const course: Course = { interrupted: false, reasons: [], next: [] };
  const begun = (await announce(run, tell, course)) && (await mark(run, course));
  run.driver.onGuestState((state) => tell({ event: 'guest-state', state }));
  tell({ event: 'guest-state', state: run.world.domain.state });
  const finish = begun
    ? await conclude(run, stage, await travel(run, stage, course), course)
    : endOf('preflight-refused', course, course.reasons, []);
  const { end, interrupted, state, next } = finish;
  await record(stage, { type: 'run-finished', end, interrupted, state, next });
  tell({ event: 'run-finished', ...finish, durationMs: Date.now() - began });
  return finish;
}

/** Writes down what begins; false when it cannot be, and then nothing begins. */
async function announce(run: Run, tell: (event: Told) => void, course: Course): Promise<boolean> {
  const steps = outline(run.graph);
  const { name: domain, uuid } = run.world.domain;
  const common = { run: run.id, plan: run.graph.name, domain, steps };
  tell({ event: 'run-started', ...common, journal: run.journal.folder });
  try {
    const { uri, user, version, world } = run;
    await run.journal.append(
      {
        type: 'run-started',
        ...common,
        uuid,
        uri,
        host: hostname(),
        user,
        pid: process.pid,
        version,
        world,
      },
      true,
    );
    return true;
  } catch (error) {
    course.reasons.push(`the journal cannot be written: ${(error as Error).message}`);
    return false;
  }
}

/** Tells other operators, before anything is done, and makes sure that nobody else has told them the same. */
async function mark(run: Run, course: Course): Promise<boolean> {
  const { id, driver, user } = run;
  const since = new Date().toISOString();
  try {
    await driver.mark({ run: id, host: hostname(), user, pid: process.pid, since });
    const marker = await driver.marker();
    if (marker?.run === id) return true;
    course.reasons.push(
      `run ${marker?.run} (${marker?.user} on ${marker?.host}) has taken the domain`,
    );
  } catch (error) {
    if (!(error instanceof EffectFailed) && !isContactLost(error)) throw error;
    course.reasons.push(error.message);
    await unmark(run, () => {});
  }
  return false;
}

async function unmark(run: Run, tell: (event: Told) => void): Promise<void> {
  try {
    await run.driver.unmark();
  } catch (error) {
    if (!(error instanceof EffectFailed) && !isContactLost(error)) throw error;
    tell({ event: 'notice', message: error.message });
  }
}

/** The plan's steps with their phases, as they are announced. */
function outline(graph: Graph) {
  const steps = new Map<
    string,
    { id: string; kind: string; phases: { name: string; summary: string }[] }
  >();
  for (const { planned, phase } of graph.nodes) {
    const step = steps.get(planned.id) ?? { id: planned.id, kind: planned.step.kind, phases: [] };
    step.phases.push({ name: phase.name, summary: phase.summary });
    steps.set(planned.id, step);
  }
  return [...steps.values()];
}

/** Walks the machine to a final state. */
async function travel(run: Run, stage: Stage, course: Course): Promise<FinalState> {
  const machine = createPlanMachine(run.graph);
  const begun: { readonly before: World; readonly start: World }[] = [];
  let now = run.world;
  const perform = (
    { index, direction }: Performance,
    node: PhaseNode,
  ): Promise<Result> | Result => {
    if (direction === 'undo') {
      const worlds = begun[index];
      // A phase that was interrupted before it began has no Worlds of its own: there is nothing to undo.
      return worlds ? undoPhase(stage, node, worlds.before, worlds.start) : { type: 'DONE', now };
    }
    if (run.signal.aborted) return interruption();
    const start = node.first ? now : (begun[index - 1]?.start ?? now);
    begun[index] = { before: now, start };
    return doPhase(stage, node, now, start);
  };
  let [state, todo] = machine.start();
  while (!state.final) {
    const node = run.graph.nodes[todo?.index ?? -1];
    if (!todo || !node) throw new Error(`the machine has nothing to perform in ${state.name}`);
    const result = await perform(todo, node);
    if (result.type === 'DONE') now = result.now;
    else {
      note(stage, course, result, node, todo.direction);
      const worlds = begun[todo.index];
      const stops = todo.direction === 'do' && node.doing.failed === 'stranded';
      if (stops && worlds) await helpOnly(stage, node, worlds.before, worlds.start);
    }
    [state, todo] = machine.next(state, { type: result.type });
  }
  return state.final;
}

function note(
  stage: Stage,
  course: Course,
  result: Exclude<Result, { type: 'DONE' }>,
  { planned, phase, doing }: PhaseNode,
  direction: Direction,
): void {
  const place = `${direction === 'undo' ? 'the way back from ' : ''}${planned.id}/${phase.name}`;
  const interrupted = result.type === 'FAILED' && result.interrupted;
  course.reasons.push(
    interrupted ? `interrupted in ${place}` : `${place} failed: ${result.reason}`,
  );
  if (result.type === 'LOST') return;
  course.interrupted ||= interrupted;
  if (result.next.length > 0) course.next = result.next;
  if (direction === 'do' && doing.failed.startsWith('undo:')) {
    stage.tell({ event: 'rollback-started', reason: result.reason, interrupted });
  }
}

/** Judges the end by what is observed, takes the marker out, and says what is so. */
async function conclude(
  run: Run,
  stage: Stage,
  final: FinalState,
  course: Course,
): Promise<Finish> {
  try {
    if (final === 'uncertain')
      return endOf(
        'uncertain',
        course,
        [...course.reasons, 'what became of the domain is not known'],
        [`virsh dominfo ${run.world.domain.name}`],
      );
    if (final === 'stranded') {
      const commands = await salvage(stage, run.world);
      if (commands.length > 0) course.next = commands;
    }
    await unmark(run, stage.tell);
    return await judged(run, stage, final, course);
  } catch (error) {
    return endOf(
      'uncertain',
      course,
      [...course.reasons, reasonOf(error)],
      [`virsh dominfo ${run.world.domain.name}`],
    );
  }
}

async function judged(run: Run, stage: Stage, final: FinalState, course: Course): Promise<Finish> {
  const now = await observe(stage);
  if (final === 'succeeded') {
    const wrong = contradictions(run.world, now);
    return wrong.length === 0
      ? endOf('succeeded', course, [...whereDisksAre(now), ...leftBehind(run.world, now)], [])
      : endOf('stranded', course, ['all steps are done, but:', ...wrong], nextSteps(now));
  }
  const apart = [...stage.doubts, ...differences(run.world, now)];
  if (final === 'rolled-back' && apart.length === 0)
    return endOf('rolled-back', course, [...course.reasons, 'all is as it was before the run'], []);
  const next = course.next.length > 0 ? course.next : nextSteps(now);
  return endOf('stranded', course, [...course.reasons, ...apart, ...whereDisksAre(now)], next);
}

/** Files of the guest's former chain that it needs no more; they stay, since nobody asked for their removal. */
function leftBehind(before: World, now: World): string[] {
  const used = new Set(now.domain.disks.flatMap((disk) => disk.chain.map((layer) => layer.file)));
  return before.domain.disks
    .flatMap((disk) => disk.chain.map((layer) => layer.file))
    .filter((file) => !used.has(file) && now.files[file])
    .map((file) => `${file} is not used by this guest any more; it is kept`);
}

function nextSteps(now: World): string[] {
  const { name } = now.domain;
  if (now.domain.state === 'gone') return [`virsh list --all`];
  if (now.domain.state === 'paused') return [`virsh domblkerror ${name}`, `virsh resume ${name}`];
  return isUp(now) ? [`virsh domblklist ${name}`] : [`virsh start ${name}`];
}

function endOf(
  end: End,
  course: Course,
  state: readonly string[],
  next: readonly string[],
): Finish {
  const interrupted = course.interrupted;
  // A run that was interrupted and could not be brought back says so by the shell's code for an interruption.
  const exitCode = interrupted && end !== 'rolled-back' ? 130 : EXIT_CODES[end];
  return { end, exitCode, interrupted, state, next };
}
