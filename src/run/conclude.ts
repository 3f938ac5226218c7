/** The end of a run: judged by what is observed on each of its hosts. */
import {
  blockplanCommand,
  blockplanOn,
  type Command,
  virshCommand,
  virshLine,
} from '../command.ts';
import { newFaults, nextStartFaults } from '../model/headers.ts';
import { type HostState, isUp } from '../model/host-state.ts';
import { type HostName, ofHost } from '../model/hosts.ts';
import { unmarkByHand } from '../model/marker.ts';
import { type End, exitCodeOf, type FinalState } from '../outcomes.ts';
import { keptByRollback, keptIn, keptTexts, savepointText } from './commits.ts';
import {
  contradictions,
  definedElsewhere,
  differences,
  diskLocations,
  wasStarted,
} from './compare.ts';
import { retryDoubts } from './doubts.ts';
import { MAY_BE_FROZEN } from './frozen-guest.ts';
import { owedIn } from './kept-definition.ts';
import { copiesKept, filesMade, unusedFiles } from './kept-files.ts';
import { ambiguousDisks, lastWritesBy, unknownLastWrites } from './last-writes.ts';
import { leftWritesTexts } from './left-writes.ts';
import { lostRecords } from './lost-records.ts';
import { removeMarker } from './mark.ts';
import {
  isConnectionLost,
  isSameChains,
  observe,
  reasonOf,
  withHeaders,
} from './perform-effect.ts';
import { askHostState, type RunPart, reconnects } from './requests.ts';
import {
  type Finish,
  home,
  hostIn,
  openRecoveryCommands,
  type RunHost,
  type RunState,
} from './run-state.ts';
import { followMovedDisks, secureDefinition } from './secure-definition.ts';

/** Determines the end from what is observed, removes the marker, and reports the state. */
export function* conclude(run: RunState): RunPart<Finish> {
  const { final } = run.state;
  if (final === 'uncertain') return unknown(run);
  for (let again = false; ; again = true) {
    try {
      return yield* concluded(run, final);
    } catch (error) {
      // The run is over and only the last observation is left, so reconnecting is tried once more.
      if (again || !isConnectionLost(error) || !(yield* reconnectAll(run)))
        return unknown(run, reasonOf(error));
    }
  }
}

/** Reconnects every host, because the error does not name the one that was lost. */
function* reconnectAll({ hosts }: RunState): RunPart<boolean> {
  for (const on of Object.keys(hosts)) if (!(yield* reconnects(on))) return false;
  return true;
}

/** @param reason why the end could not be observed, if that is not among the run's reasons */
function unknown(run: RunState, ...reason: readonly string[]): Finish {
  const { domain, host } = home(run).initial;
  const owed = owedIn(run);
  const state = [
    'the state of the domain is unknown',
    `it is also unknown whether a block job of "${domain.name}" is still running`,
    ...owed.state,
    ...Object.values(run.hosts).flatMap(leftWritesTexts),
    ...(home(run).frozen ? [MAY_BE_FROZEN] : []),
    ...keptByRollback(keptIn(run)),
  ];
  const look = virshCommand(host, 'dominfo', domain.name);
  const next = [look, ...openRecoveryCommands(run), ...owed.next];
  return finishOf('uncertain', run, { happened: [...happenedIn(run), ...reason], state, next });
}

/** What went wrong in the run, in sentences. */
function happenedIn({ reasons, hosts }: RunState): readonly string[] {
  const lost = Object.values(hosts).flatMap(({ overwritten }) => overwritten.map(contentLostText));
  return [...reasons, ...lost];
}

function* concluded(run: RunState, final: FinalState | undefined): RunPart<Finish> {
  yield* retryDoubts(run);
  if (final === 'stranded') {
    const commands: Command[] = [];
    for (const on of Object.keys(run.hosts)) commands.push(...(yield* secureDefinition(run, on)));
    if (commands.length > 0) run.next = commands;
  } else for (const on of Object.keys(run.hosts)) yield* followMovedDisks(run, on);
  const stuck = yield* removeMarker(run);
  const finish = yield* judged(run, final);
  return stuck === undefined ? finish : withMarker(finish, run, stuck);
}

/** The same end, with a note that the marker is still on the domain. */
function withMarker(finish: Finish, run: RunState, stuck: string): Finish {
  const { domain, host } = home(run).initial;
  const said = `the marker of the run could not be removed, and other operators still see it on the domain: ${stuck}`;
  return {
    ...finish,
    state: [...finish.state, said],
    next: [...finish.next, unmarkByHand(host, domain.name)],
  };
}

function* judged(run: RunState, final: FinalState | undefined): RunPart<Finish> {
  const { graph } = run;
  const looks: [HostName, HostState][] = [];
  for (const on of Object.keys(run.hosts)) {
    const { now } = hostIn(run, on);
    const hostState = yield* observe(run, on);
    const state =
      final === 'succeeded' && hasJustRead(run, on)
        ? yield* withHeaders(on, now, hostState)
        : yield* askHostState({ ask: 'headers', on, state: hostState });
    looks.push([on, state]);
  }
  const each = (say: (host: RunHost, now: HostState, on: HostName) => readonly string[]) =>
    looks.flatMap(([on, now]) =>
      say(hostIn(run, on), now, on).map((text) => (on === graph.home ? text : `${on}: ${text}`)),
    );
  const lost = each(({ overwritten }) => overwritten.map(contentLostText));
  const disks = each((_, now) => diskLocations(now));
  const next = () => looks.flatMap(([on, now]) => (on === graph.home ? nextSteps(run, now) : []));
  const kept = keptTexts(keptIn(run));
  const doubts = run.doubts.map(({ text }) => text);
  const open = keptByRollback(keptIn(run));
  const ours = () => each(({ initial }, now) => filesMade(initial, now));
  const started = each(({ initial }, now) =>
    wasStarted(initial, now) ? ['the guest was started during the run, and runs on its disks'] : [],
  );
  if (final === 'succeeded') {
    const lostNow = each(({ initial }, now, on) => lostRecords(graph, on, initial, now));
    const astray = each(({ initial }, now) => contradictions(initial, now));
    const wrong = [...doubts, ...astray, ...lostNow];
    if (wrong.length === 0) {
      const unused = each(({ initial }, now) => unusedFiles(initial, now));
      const copies = each((_, now, on) => copiesKept(run, on, now));
      return finishOf('succeeded', run, {
        state: [...disks, ...started, ...kept, ...copies, ...unused],
      });
    }
    const happened = ['all steps are done, but the result is not as planned', ...lost];
    const state = [...wrong, ...disks, ...open, ...ours()];
    // Resuming cannot recreate a lost record: nothing is left to do but to forget the run.
    const over = lostNow.length === wrong.length ? [blockplanCommand('forget', run.id)] : [];
    const commands = [...over, ...next(), ...openRecoveryCommands(run)];
    return finishOf('stranded', run, { happened, state, next: commands });
  }
  const apart = [
    ...doubts,
    ...each((host, now) => [
      ...(isUp(now) ? [] : unsureDefinitions(lastSeenWriting(host, now), now)),
      ...differences(host.savepoint, now),
      ...newFaults(host.savepoint, now),
    ]),
  ];
  const happened = [...run.reasons, ...lost];
  if (final === 'rolled-back' && apart.length === 0) {
    const all = lost.length + started.length === 0 ? 'everything' : 'everything else';
    const asBefore = `${all} is as it was ${savepointText(run)}`;
    // Behind a commit, the guest need not be as before the run.
    const rest = run.committed > 0 ? [...kept, ...disks, ...ours()] : [];
    return finishOf('rolled-back', run, { happened, state: [asBefore, ...started, ...rest] });
  }
  const asked = run.next.length > 0 ? run.next : next();
  const isKept = mayStay(run);
  const choice = isKept ? ['to keep the disks and the files as they are, forget the run'] : [];
  const forget = isKept ? [blockplanCommand('forget', run.id)] : [];
  return finishOf('stranded', run, {
    happened,
    state: [...apart, ...disks, ...open, ...choice],
    next: [...asked, ...forget, ...openRecoveryCommands(run)],
  });
}

/** Whether a rollback that may never be possible has begun, and leaving all as it is harms nothing. */
function mayStay({ graph, begun, direction, state }: RunState): boolean {
  const isUndoing = direction === 'undo' && state.final === 'stranded';
  return isUndoing && graph.nodes.some(({ index, phase }) => index < begun && phase.mayStay);
}

/** Whether the last phase has read the headers on that host: it does so where it changed a chain or the definition. */
function hasJustRead({ graph, phaseStarts, hosts }: RunState, on: HostName): boolean {
  const last = phaseStarts.length - 1;
  const before = phaseStarts[last]?.before;
  if (before === undefined || graph.nodes[last]?.host !== on) return false;
  return !isSameChains(before, ofHost(hosts, on).now);
}

/** The host states in which the guest may have written last. One that was off at the beginning shows nothing about that. */
function lastSeenWriting(host: RunHost, now: HostState): readonly HostState[] {
  return lastWritesBy(host, now).filter(isUp);
}

/** For a stopped guest: the disks whose definition names, or may name, another file than the guest wrote to. */
function unsureDefinitions(wrote: readonly HostState[], now: HostState): string[] {
  const unknown = ambiguousDisks(wrote).map(({ target }) => target);
  const known = wrote.slice(-1).flatMap((state) => definedElsewhere(state, now, unknown));
  return [...unknownLastWrites(wrote, now), ...known];
}

function contentLostText(file: string): string {
  return `the former content of ${file} is lost: the run overwrote it`;
}

function nextSteps(run: RunState, now: HostState): Command[] {
  const { host } = now;
  const { name, calledNow, state, stopUnseen, movedAway, frozen } = now.domain;
  if (calledNow) return [virshCommand(host, 'dominfo', calledNow)];
  if (state === 'gone' || stopUnseen || movedAway) return [virshLine(host, 'list', '--all')];
  if (frozen) return [virshCommand(host, 'domfsthaw', name)];
  if (now.domain.state === 'paused')
    return [virshCommand(host, 'domblkerror', name), virshCommand(host, 'resume', name)];
  if (nextStartFaults(now).length > 0) return [blockplanOn(now.host.connect, 'doctor', name)];
  if (isUp(now)) return [virshCommand(host, 'domblklist', name)];
  // Starting from a definition that names other files than the guest wrote to would let its data diverge.
  const wrote = lastSeenWriting(home(run), now);
  const stale =
    wrote.length === 0 || wrote.some((state) => definedElsewhere(state, now).length > 0);
  return stale
    ? [virshCommand(host, 'domblklist', name, '--inactive')]
    : [virshCommand(host, 'start', name)];
}

/** What a report says besides its end. */
interface Report extends Pick<Finish, 'happened' | 'state'> {
  readonly next?: readonly Command[];
}

function finishOf(end: End, run: RunState, { happened = [], state, next = [] }: Report): Finish {
  const { interrupted, asked } = run;
  const exitCode = exitCodeOf(end, interrupted, asked);
  return { end, exitCode, interrupted, ...(happened.length > 0 ? { happened } : {}), state, next };
}

/** The end of an attempt that was refused before it did anything, with the definition that the guest may still lack. */
export function refusedFinish(run: RunState, meaning: string, next: readonly Command[]): Finish {
  const owed = owedIn(run);
  const state = [meaning, ...owed.state];
  const { reasons: happened } = run;
  return finishOf('preflight-refused', run, { happened, state, next: [...next, ...owed.next] });
}
