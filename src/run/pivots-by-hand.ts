/**
 * Pivots that others may have typed while blockplan was dead. Its jobs go on without it, and the stop of a transient guest
 * leaves no trace of whether one was ended by a pivot. What shows it is that the other side was written to after blockplan
 * last followed the job.
 */
import { commandDefinition, type Effect, isCommand } from '../commands/effect.ts';
import { simulatedHostOf } from '../host/simulated-host.ts';
import { commandsOf, type RunLog } from '../journal/run-log.ts';
import { isSameFile } from '../model/file-identity.ts';
import { hasEnded } from '../model/guest-process.ts';
import { activeFile, type HostState, isUp } from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import { assumeSuccess } from '../simulate/simulate-effects.ts';
import { awaitReady, pivot } from '../steps/effects/job.ts';
import { targetsOf } from './foreign.ts';
import { lastWrites } from './last-writes.ts';
import { askWritten, type RunPart } from './requests.ts';
import { hostIn, type RunHost, type RunState, setHost } from './run-state.ts';

/** Progress is written down every 10 s at least, and a file's time is at most a few seconds late. */
const SLACK_MS = 15_000;

/**
 * When the run last followed a block job, in milliseconds since the epoch, according to its journal; undefined if it
 * started none. Other records do not count: an attempt can write them long after the guest was stopped.
 */
export function lastFollowed(log: RunLog): number | undefined {
  const times = commandsOf(log)
    .filter(({ effect }) => isAboutJob(effect))
    .map(({ time, answer }) => Date.parse(answer?.time ?? time));
  return times.length === 0 ? undefined : Math.max(...times);
}

function isAboutJob(effect: Effect): boolean {
  if (effect.tool === 'await-job') return true;
  if (effect.tool !== 'virsh' || !isCommand(effect)) return false;
  return effect.verb === 'blockjob' || Boolean(commandDefinition(effect).startsJob(effect.args));
}

/** A disk whose job may have been pivoted, to its other side. */
interface Suspect {
  readonly target: string;
  readonly source: string;
  readonly mirror: string;
}

/**
 * Takes into account that others may have moved the guest by a job of the run, if its QEMU process has ended since.
 * @param former what was known before the guest was observed as it is now
 */
export function* considerPivotsByHand(
  run: RunState,
  on: HostName,
  former: RunHost,
  now: HostState,
): RunPart<void> {
  if (!former.lastUp.some(({ domain }) => hasEnded(domain.process, now.domain))) return;
  const states = lastWrites(former).filter((state) => isUp(state) && !state.domain.persistent);
  const found = states.flatMap((state) => suspectsIn(state, run, former));
  // It is the same job in each of them.
  const jobs = [...new Map(found.map((each) => [each.target, each])).values()];
  if (jobs.length === 0) return;
  const files = [...new Set(jobs.flatMap(({ source, mirror }) => [source, mirror]))];
  const written = yield* askWritten(on, files);
  const isLater = ({ mirror }: Suspect) =>
    (written[mirror] ?? 0) > (run.followed ?? Number.POSITIVE_INFINITY) + SLACK_MS;
  const later = jobs.filter(isLater);
  const left = later.flatMap(({ target, mirror: file }) => {
    const active = isUp(now) ? activeFile(now, target) : undefined;
    if (isSameFile(now, active, file)) return [];
    return [{ target, file, doubtful: true, ...(active === undefined ? {} : { active }) }];
  });
  setHost(run, on, { left: [...hostIn(run, on).left, ...left] });
  if (isUp(now)) return;
  for (const { target, source, mirror } of later) {
    const { lastUp: was } = hostIn(run, on);
    const from = was === former.lastUp ? states : was;
    const moved = from.map((state) => movedTo(state, target));
    // The more likely one is last: a guest that was moved has written nothing more to the former file.
    const isMoved = (written[mirror] ?? 0) > (written[source] ?? 0) + SLACK_MS;
    const lastUp = isMoved ? [...from, ...moved] : [...moved, ...from];
    setHost(run, on, { lastUp, since: [] });
  }
}

function suspectsIn(state: HostState, { graph }: RunState, host: RunHost): Suspect[] {
  return state.domain.disks.flatMap(({ target, chain: [top], job }) => {
    const isMirror = job?.type === 'copy' || job?.type === 'active-commit';
    const mirror = isMirror ? job.mirror : undefined;
    return top && mirror !== undefined && targetsOf(graph, host).has(target)
      ? [{ target, source: top.file, mirror }]
      : [];
  });
}

function movedTo(state: HostState, target: string): HostState {
  const effects = [awaitReady(target, undefined, ''), pivot(state, target, '')];
  return assumeSuccess(simulatedHostOf(state), effects).state;
}
