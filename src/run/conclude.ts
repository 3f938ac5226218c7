/** The end of a run: judged by what is observed on each of its hosts. */
import { blockplanCommand, type Command, commandLine, virshCommand } from '../command.ts';
import { FileSet, fileAt, filesOf, filesOfLayer } from '../model/file-identity.ts';
import { newFaults, nextStartFaults } from '../model/headers.ts';
import type { HostName } from '../model/hosts.ts';
import { unmarkByHand } from '../model/marker.ts';
import { isUp, type World } from '../model/world.ts';
import { type End, exitCodeOf, type FinalState } from '../outcomes.ts';
import { isContactLost, observe, reasonOf } from './act.ts';
import { type Asking, askWorld, reconnects } from './ask.ts';
import { contradictions, definedElsewhere, differences, whereDisksAre } from './compare.ts';
import { type Course, type Finish, home, hostIn, type RunHost, waysOn } from './course.ts';
import { settleDoubts } from './doubts.ts';
import { lastWritesBy, notKnown, placesOf } from './last-writes.ts';
import { lostRecords } from './lost-records.ts';
import { unmark } from './mark.ts';
import { salvage } from './salvage.ts';

/** Judges the end by what is observed, takes the marker out, and says what is so. */
export function* conclude(course: Course): Asking<Finish> {
  const { final } = course.state;
  if (final === 'uncertain') return unknown(course, 'what became of the domain is not known');
  for (let again = false; ; again = true) {
    try {
      return yield* concluded(course, final);
    } catch (error) {
      // The run is over; all that is left is to look, so libvirt is looked for once more.
      if (again || !isContactLost(error) || !(yield* reconnectAll(course)))
        return unknown(course, reasonOf(error));
    }
  }
}

/** The error does not say which of them was lost. */
function* reconnectAll({ hosts }: Course): Asking<boolean> {
  for (const on of Object.keys(hosts)) if (!(yield* reconnects(on))) return false;
  return true;
}

function unknown(course: Course, reason: string): Finish {
  const { reasons, hosts } = course;
  const { name } = home(course).world.domain;
  const lost = Object.values(hosts).flatMap(({ overwritten }) => overwritten.map(contentLost));
  const state = [
    ...reasons,
    reason,
    ...lost,
    `whether a job of "${name}" still runs is not known either`,
  ];
  return endOf('uncertain', course, state, [virshCommand('dominfo', name), ...waysOn(course)]);
}

function* concluded(course: Course, final: FinalState | undefined): Asking<Finish> {
  if (course.takenUp) yield* settleDoubts(course);
  if (final === 'stranded') {
    const commands: Command[] = [];
    for (const on of Object.keys(course.hosts)) commands.push(...(yield* salvage(course, on)));
    if (commands.length > 0) course.next = commands;
  }
  const stuck = yield* unmark(course.graph.home);
  const finish = yield* judged(course, final);
  return stuck === undefined ? finish : withMarker(finish, course, stuck);
}

/** The same end, with what other operators would still see of the run. */
function withMarker(finish: Finish, course: Course, stuck: string): Finish {
  const said = `other operators still see the run on the domain: ${stuck}`;
  return {
    ...finish,
    state: [...finish.state, said],
    next: [...finish.next, unmarkByHand(home(course).world.domain.name)],
  };
}

function* judged(course: Course, final: FinalState | undefined): Asking<Finish> {
  const { reasons, graph } = course;
  const looks: [HostName, World][] = [];
  for (const on of Object.keys(course.hosts)) {
    const world = yield* observe(course, on);
    looks.push([on, yield* askWorld({ ask: 'headers', on, world })]);
  }
  const each = (say: (host: RunHost, now: World, on: HostName) => readonly string[]) =>
    looks.flatMap(([on, now]) =>
      say(hostIn(course, on), now, on).map((text) => (on === graph.home ? text : `${on}: ${text}`)),
    );
  const lost = each(({ overwritten }) => overwritten.map(contentLost));
  const disks = each((_, now) => whereDisksAre(now));
  const next = () =>
    looks.flatMap(([on, now]) => (on === graph.home ? nextSteps(course, now) : []));
  if (final === 'succeeded') {
    const lostNow = each(({ world }, now, on) => lostRecords(graph, on, world, now));
    const wrong = [...each(({ world }, now) => contradictions(world, now)), ...lostNow];
    if (wrong.length === 0) {
      const unused = each(({ world }, now) => leftBehind(world, now));
      return endOf('succeeded', course, [...disks, ...unused], []);
    }
    const ours = each(({ world }, now) => made(world, now));
    const state = ['all steps are done, but:', ...wrong, ...lost, ...disks, ...ours];
    // No resumption makes a record again: to know of it is all that is left.
    const over = lostNow.length === wrong.length ? [blockplanCommand('forget', course.run)] : [];
    return endOf('stranded', course, state, [...over, ...next(), ...waysOn(course)]);
  }
  const apart = [
    ...course.doubts.map(({ text }) => text),
    ...each((host, now) => [
      ...(isUp(now) ? [] : leftBy(lastWritesBy(host, now), now)),
      ...differences(host.world, now),
      ...newFaults(host.world, now),
    ]),
  ];
  if (final === 'rolled-back' && apart.length === 0) {
    const rest = lost.length === 0 ? 'all' : 'all else';
    const state = [...reasons, ...lost, `${rest} is as it was before the run`];
    return endOf('rolled-back', course, state, []);
  }
  const state = [...reasons, ...lost, ...apart, ...disks];
  const asked = course.next.length > 0 ? course.next : next();
  return endOf('stranded', course, state, [...asked, ...waysOn(course)]);
}

/** Of a guest that has stopped: the disks whose definition names another file than it wrote to, or may do. */
function leftBy(wrote: readonly World[], now: World): string[] {
  const unknown = placesOf(wrote).map(({ target }) => target);
  const known = wrote.slice(-1).flatMap((world) => definedElsewhere(world, now, unknown));
  return [...notKnown(wrote, now), ...known];
}

/** What no rollback brings back of a file that the run has written into. */
function contentLost(file: string): string {
  return `the former content of ${file} is lost: the run has written into it`;
}

/** Files of the guest's former chain that it needs no more; they stay, since nobody asked for their removal. */
function leftBehind(before: World, now: World): string[] {
  const filesIn = ({ domain }: World) =>
    domain.disks.flatMap(({ chain }) => chain.flatMap(filesOfLayer));
  const used = new FileSet(now, filesIn(now));
  return filesIn(before)
    .filter((file) => !used.has(file) && fileAt(now, file))
    .map((file) => `${file} is not used by this guest any more; it is kept`);
}

/** Files that the run has made and that no chain of the guest names, such as a backup. */
function made(before: World, now: World): string[] {
  const used = new FileSet(now, now.domain.disks.flatMap(filesOf));
  return Object.keys(now.files)
    .filter((file) => now.files[file]?.made && !before.files[file] && !used.has(file))
    .map((file) => `${file} was made by this run, and is kept`);
}

function nextSteps(course: Course, now: World): Command[] {
  const { name, calledNow } = now.domain;
  if (calledNow) return [virshCommand('dominfo', calledNow)];
  if (now.domain.state === 'gone') return [commandLine('virsh', 'list', '--all')];
  if (now.domain.state === 'paused')
    return [virshCommand('domblkerror', name), virshCommand('resume', name)];
  if (nextStartFaults(now).length > 0) return [blockplanCommand('doctor', name)];
  if (isUp(now)) return [virshCommand('domblklist', name)];
  // A start from a definition that names other files than the guest wrote to would let two states of its data grow apart.
  const stale = lastWritesBy(home(course), now).some(
    (world) => definedElsewhere(world, now).length > 0,
  );
  return stale ? [virshCommand('domblklist', name, '--inactive')] : [virshCommand('start', name)];
}

export function endOf(
  end: End,
  course: Course,
  state: readonly string[],
  next: readonly Command[],
): Finish {
  const { interrupted, asked } = course;
  return { end, exitCode: exitCodeOf(end, interrupted, asked), interrupted, state, next };
}
