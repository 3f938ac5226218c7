/** Performs one phase, forward or back: acts, observes, and judges by what is observed. */
import { type Command, virshCommand } from '../command.ts';
import { AWAY_LIMIT_MS } from '../commands/driver.ts';
import type { PhaseNode } from '../graph/graph.ts';
import { hasEnded } from '../model/guest-process.ts';
import { newFaults } from '../model/headers.ts';
import type { HostName } from '../model/hosts.ts';
import { type World, withDomain } from '../model/world.ts';
import { NoWayBack } from '../steps/define.ts';
import { examine, problemsAfter } from '../steps/derived.ts';
import {
  act,
  intend,
  isContactLost,
  isOptional,
  observe,
  reasonOf,
  record,
  withHeaders,
} from './act.ts';
import { type Asking, askWorld, Interrupted, isInterrupted, reconnects, tell } from './ask.ts';
import { transientAgain } from './come-back.ts';
import { type Begun, type Course, hostIn } from './course.ts';
import { foreignLayers } from './foreign.ts';
import { effectsOf, recordedEffects } from './phase-effects.ts';
import { heading, placeOf, recorded, refOf } from './phase-records.ts';
import { drifted, failed, failureOf, interruption, type Result } from './result.ts';
import { firstLeft, imagined, isAs, type Progressed } from './seen.ts';

/** How often a way back is computed anew from what is observed before it counts as leading nowhere. */
const UNDO_ROUNDS = 4;

/** How often contact may be lost in one phase before it is taken back: a day's job may see some restarts. */
const DO_RECONNECTS = 10;

/** How often contact may be lost on one way back. */
const UNDO_RECONNECTS = 3;

/**
 * Does a phase and judges it by what is observed afterwards, never by what a command answered.
 * @param done how many of its effects were done before blockplan was stopped
 */
export function* doPhase(course: Course, node: PhaseNode, begun: Begun, done = 0): Asking<Result> {
  return yield* recorded(course, node, 'do', attempt(course, node, begun, done));
}

/** Does it, and goes on where it was when contact to libvirt was lost in the middle and has been found again. */
function* attempt(course: Course, node: PhaseNode, begun: Begun, done: number): Asking<Result> {
  let progress: Progressed = { done };
  for (let losses = 0; ; losses++) {
    try {
      if (losses > 0) {
        const from = yield* goesOnFrom(
          course,
          node,
          begun,
          progress,
          yield* observe(course, node.host),
        );
        if (from === undefined)
          return failed('contact was lost, and what is seen since is not what it was doing');
        progress = { done: from };
      }
      return yield* effectsFrom(course, node, begun, progress.done, (now) => {
        progress = now;
      });
    } catch (error) {
      if (error instanceof Interrupted) return interruption();
      if (!isContactLost(error)) return failed(reasonOf(error));
      yield* tell({ event: 'notice', message: `${error.message} Looking for it again.` });
      if (!(yield* reconnects(node.host))) return { type: 'LOST', reason: notBack(error.message) };
      if (losses === DO_RECONNECTS) return failed(error.message);
    }
  }
}

function* effectsFrom(
  course: Course,
  node: PhaseNode,
  begun: Begun,
  from: number,
  progress: (to: Progressed) => void,
): Asking<Result> {
  const current = inProcessOf(hostIn(course, node.host).lastSeen, begun);
  const { before, start } = current;
  course.begun = course.begun.with(node.index, current);
  // Recovery needs the World that the phase begins with. The intent that follows takes it to the disk.
  const { host: on } = node;
  const started = { type: 'phase-started', direction: 'do', on, before, done: from } as const;
  const recorded = { effects: recordedEffects(node, current) };
  yield* intend('do', heading(course, { ...started, ...refOf(node), ...recorded }), false);
  const begins = node.first && (node.index > 0 || course.takenUp) && from === 0;
  const obstacles = begins ? yield* obstaclesTo(node, before) : [];
  if (obstacles.length > 0) return failed(obstacles.join('; '));
  const effects = effectsOf(node, current);
  for (const [done, effect] of effects.entries()) {
    if (done < from) continue;
    if (yield* isInterrupted()) return interruption();
    progress({ done, doubtful: effect });
    yield* act(course, placeOf(node), 'do', effect);
    progress({ done: done + 1 });
  }
  const now = yield* withHeaders(on, before, yield* observe(course, on));
  const problems = [
    ...foreignLayers(course, on, now),
    ...problemsAfter(node.phase, before, now, start),
    ...newFaults(before, now),
  ];
  return problems.length > 0 ? failed(problems.join('; ')) : { type: 'DONE', now };
}

/** What is done now is done to the QEMU process that runs now, which may be another one than when the phase began. */
function inProcessOf(seen: World, begun: Begun): Begun {
  const { before } = begun;
  const { process } = seen.domain;
  const known = before.domain.process;
  return process === undefined || (known && !hasEnded(known, seen.domain))
    ? begun
    : { ...begun, before: withDomain(before, { process }) };
}

/**
 * Does what is left of a phase that was cut short; where it cannot be told how far it came, it is taken back and done anew.
 */
export function* continuePhase(
  course: Course,
  node: PhaseNode,
  begun: Begun,
  progressed: Progressed,
): Asking<Result> {
  if (begun.effects) {
    const { step, phase } = refOf(node);
    const message = `${step}/${phase} was begun by another version: its commands are taken from the journal`;
    yield* tell({ event: 'notice', message });
  }
  let from: number | undefined;
  try {
    from = yield* patiently(node.host, () =>
      goesOnFrom(course, node, begun, progressed, hostIn(course, node.host).now),
    );
  } catch (error) {
    return failureOf(error);
  }
  if (from !== undefined) return yield* doPhase(course, node, begun, from);
  const back = yield* undoPhase(course, node, begun, { anew: true });
  if (back.type !== 'DONE') return back;
  // What was done by another version's commands is undone, so this version's are given now.
  const { effects: _former, ...anew } = begun;
  return isAs(imagined(node, anew)[0], back.now) ? yield* doPhase(course, node, anew) : drifted();
}

/** Which effect comes next, as far as what is seen tells; where libvirtd has undone an undefine by itself that is done again. */
function* goesOnFrom(
  course: Course,
  node: PhaseNode,
  begun: Begun,
  progressed: Progressed,
  now: World,
): Asking<number | undefined> {
  const from = firstLeft(node, begun, now, progressed);
  if (from !== undefined) return from;
  const again = yield* transientAgain(course, node.host, begun.before, now);
  return firstLeft(node, begun, again, progressed);
}

/** Asks once more when contact to libvirt is lost meanwhile and is found again. */
export function* patiently<T>(on: HostName, ask: () => Asking<T>): Asking<T> {
  try {
    return yield* ask();
  } catch (error) {
    if (!isContactLost(error) || !(yield* reconnects(on))) throw error;
    return yield* ask();
  }
}

/** Between two steps the host may have changed: what preflight saw at the run's start is looked at again. */
function* obstaclesTo({ planned, host: on }: PhaseNode, before: World): Asking<string[]> {
  const { step, params } = planned;
  const { files } = examine(step, params, before);
  const world = yield* askWorld({ ask: 'survey', on, world: before, files });
  return examine(step, params, world)
    .findings.filter((finding) => finding.severity === 'error')
    .map((finding) => finding.message);
}

/** Lends the helping hand of a way back that is not taken. */
export function* helpOnly(course: Course, node: PhaseNode, { before, start }: Begun): Asking<void> {
  try {
    const now = yield* observe(course, node.host);
    const effects = node.phase.undo(before, now, start).filter(isOptional);
    for (const effect of effects) yield* act(course, placeOf(node), 'undo', effect);
  } catch (error) {
    // What the report says of the guest comes from a last look; here nothing more can be done.
    yield* tell({ event: 'notice', message: reasonOf(error) });
  }
}

/** Undoes a phase: asks for the way back, takes it, looks again, until nothing is left to undo. */
export function* undoPhase(
  course: Course,
  node: PhaseNode,
  begun: Begun,
  anew: { anew?: true } = {},
): Asking<Result> {
  return yield* recorded(course, node, 'undo', wayBack(course, node, begun, anew), anew);
}

function* wayBack(
  course: Course,
  node: PhaseNode,
  { before, start }: Begun,
  anew: { anew?: true },
): Asking<Result> {
  let losses = 0;
  let helped = false;
  yield* record(
    heading(course, { type: 'phase-started', ...placeOf(node), direction: 'undo', ...anew }),
  );
  for (let round = 0; ; ) {
    try {
      const now = yield* observe(course, node.host);
      const foreign = foreignLayers(course, node.host, now);
      if (foreign.length > 0) {
        if (!helped) yield* helpOnly(course, node, { before, start });
        return failed(foreign.join('; '), handOver(now));
      }
      const effects = node.phase
        .undo(before, now, start)
        .filter((effect) => !helped || !isOptional(effect));
      if (effects.length === 0) return { type: 'DONE', now };
      if (round++ === UNDO_ROUNDS) {
        return failed('the way back was taken, but what is observed does not become what it was');
      }
      for (const effect of effects) yield* act(course, placeOf(node), 'undo', effect);
      helped = true;
    } catch (error) {
      if (error instanceof NoWayBack) return failed(error.message, error.next);
      if (!isContactLost(error)) {
        // Whatever else fails, a guest does not stay frozen.
        if (!helped) yield* helpOnly(course, node, { before, start });
        return failed(reasonOf(error));
      }
      if (losses++ === UNDO_RECONNECTS) return { type: 'LOST', reason: error.message };
      if (!(yield* reconnects(node.host))) return { type: 'LOST', reason: notBack(error.message) };
    }
  }
}

function notBack(lost: string): string {
  return `${lost} It was looked for in vain for ${AWAY_LIMIT_MS / 1000} s.`;
}

/** What a person types who has to get somebody else's layer out of the way first. */
function handOver({ domain: { name } }: World): Command[] {
  return [virshCommand('snapshot-list', name, '--tree'), virshCommand('domblklist', name)];
}
