/** The invariants of every state and every end of a run, judged from the host itself and not with the code of a run. */
import { virshLine } from '../command.ts';
import { unfinishedCopies } from '../host/content.ts';
import { nameIn } from '../host/file-names.ts';
import { type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import { includesFile, isSameFile } from '../model/file-identity.ts';
import { type HostState, type ImageFile, isUp, withDomain } from '../model/host-state.ts';
import { unmarkByHand } from '../model/marker.ts';
import { isOpenEnd } from '../outcomes.ts';
import { unknownLastWriteText } from '../run/last-writes.ts';
import type { Finish } from '../run/run-state.ts';
import { lostAtNextStart, lostWrites } from '../simulate/host-faults.ts';
import { Owners } from './owners.ts';
import type { ProofEnvironment } from './proof-environment.ts';

/** Finds what is wrong with a host during a run that began in that host state. */
export function violationsDuring(initial: HostState): (host: SimulatedHost) => readonly string[] {
  const owners = new Owners(initial);
  const there = Object.keys(initial.files).filter(
    (file) => initial.files[file] && owners.areOthers(file),
  );
  const known = new WeakMap<SimulatedHost, readonly string[]>();
  const judge = (host: SimulatedHost) => [
    ...definitionLost(initial, host),
    ...lostWrites(host).map((loss) => `the guest has lost ${loss}`),
    ...there
      .filter((file) => !host.state.files[file])
      .map((file) => `${file} was removed, but another domain's chain needs it`),
    ...writtenTo(host)
      .filter((file) => owners.areOthers(file))
      .map((file) => `${file} is written to, but is in another domain's chain`),
    ...unfinishedCopies(host.content)
      .filter((file) => !host.state.files[file])
      .map(
        (file) => `a backup was completed, but some of the guest's writes are missing from ${file}`,
      ),
  ];
  return (host) => {
    const wrong = known.get(host) ?? judge(host);
    known.set(host, wrong);
    return wrong;
  };
}

/** The files that the guest and its jobs write to. */
function writtenTo(host: SimulatedHost): string[] {
  const { state, jobs } = host;
  return state.domain.disks
    .filter(({ readonly }) => !readonly)
    .flatMap(({ target, chain, job }) => {
      const last = jobs[target]?.layers.at(-1);
      const lowest = chain.findIndex(({ file }) => nameIn(host, file) === last);
      const into = job && (job.mirror ?? chain[lowest + 1]?.file);
      return [...chain.slice(0, 1).map(({ file }) => file), ...(into === undefined ? [] : [into])];
    });
}

function definitionLost(initial: HostState, { state }: SimulatedHost): string[] {
  const { persistent, kept, name } = state.domain;
  return persistent || kept !== undefined || !initial.domain.persistent
    ? []
    : [`the definition of "${name}" is neither in libvirt nor in the journal`];
}

/** Finds what is wrong with the end of a run: with the host, and with the report. */
export function violationsAtEnd(
  initial: HostState,
  planned: HostState,
  environment: ProofEnvironment,
  { end, happened = [], state, next }: Finish,
): string[] {
  const { host: hostNow, judgedHost: host = hostNow, marked, contact } = environment;
  const { state: hostState } = host;
  const wrong: string[] = [];
  if (end === 'succeeded') wrong.push(...apart(planned, hostState, 'the plan leads to'));
  if (end === 'rolled-back') {
    // What was committed is kept, and everything up to there.
    const former = environment.savepoint?.host ?? simulatedHostOf(initial);
    wrong.push(...apart(...comparable(initial, former.state, hostState), 'it was'));
    wrong.push(...renamed(former, host));
  }
  if (end !== 'succeeded') wrong.push(...unsaidLosses(initial, host, happened));
  if (isOpenEnd(end) && next.length === 0) wrong.push('the report does not show what to type next');
  if (happened.some((said) => said.includes('a bug in blockplan')))
    wrong.push('the run ends with an unexpected error');
  if (end === 'uncertain')
    return contact === 'there'
      ? [...wrong, 'the run ends as uncertain, although the state can be inspected']
      : wrong;
  if (marked && !next.includes(unmarkByHand(hostState.host, hostState.domain.name)))
    wrong.push('the marker of the run is left behind, and the report does not mention it');
  // A guest that was transient before has no definition to lose.
  if (!initial.domain.persistent) return wrong;
  // A definition that libvirt did not accept is in the run's folder, and the report has the command that restores it.
  if (!hostState.domain.persistent)
    return next.some((command) => command.startsWith(virshLine(hostState.host, 'define')))
      ? wrong
      : [...wrong, 'the domain was left without a persistent definition'];
  const unknown = hostState.domain.disks
    .map(({ target }) => target)
    .filter((target) => state.some((said) => said.startsWith(unknownLastWriteText(target))));
  const excused = [...unknown, ...staleBefore(initial)];
  return [
    ...wrong,
    ...lostAtNextStart(host)
      .filter((loss) => !excused.some((target) => loss.startsWith(`${target}: `)))
      .map((loss) => `started from its definition, the guest would miss ${loss}`),
  ];
}

/**
 * Lost content that the run does not report. The guest's own active files are not included: `lostWrites` judges those.
 */
function unsaidLosses(
  initial: HostState,
  { overwritten }: SimulatedHost,
  happened: readonly string[],
): string[] {
  const active = initial.domain.disks.map(({ chain }) => chain[0]?.file);
  return Object.values(overwritten)
    .flatMap((file) => (file === null || includesFile(initial, active, file) ? [] : [file]))
    .filter((file) => !happened.some((said) => said.includes(`the former content of ${file} `)))
    .map(
      (file) =>
        `${file} was overwritten, and the report does not mention that its former content is lost`,
    );
}

/** The headers of the guest's layers that name another backing file than before. */
function renamed({ state, headers }: SimulatedHost, host: SimulatedHost): string[] {
  return state.domain.disks
    .flatMap(({ chain }) => chain.map(({ file }) => file))
    .filter((file) => headers[file] !== host.headers[file])
    .map((file) => `the header of ${file} names ${host.headers[file]}; it named ${headers[file]}`);
}

/** The disks whose definition named another file before the run, which is not responsible for what a start would miss. */
function staleBefore(initial: HostState): string[] {
  return initial.domain.disks
    .filter(
      ({ chain: [top], persistentSource }) => !isSameFile(initial, persistentSource, top?.file),
    )
    .map(({ target }) => target);
}

/** Finds what is wrong with the end of a run without faults. */
export function violationsWithoutFaults({ end }: Finish): string[] {
  return end === 'succeeded' ? [] : [`without faults, the run ends as ${end}`];
}

/**
 * The host state at the last commit, and the one now, as far as they can be compared. No plan stops its guest, and the
 * chains of one that had stopped by the commit were not visible then.
 */
function comparable(initial: HostState, former: HostState, now: HostState) {
  const { state } = initial.domain;
  const seen = (of: HostState) => (isUp(former) || !isUp(initial) ? of : withActiveLayers(of));
  return [withDomain(seen(former), { state }), seen(now)] as const;
}

function withActiveLayers(of: HostState): HostState {
  const disks = of.domain.disks.map((disk) => ({ ...disk, chain: disk.chain.slice(0, 1) }));
  return withDomain(of, { disks });
}

/** A guest that was off can be started by its autostart mark, or by an operator; then its chains are visible. */
function startable(should: HostState, is: HostState): readonly [HostState, HostState] {
  const isStarted = should.domain.state === 'shut off' && is.domain.state === 'running';
  if (!isStarted) return [should, is];
  return [withDomain(withActiveLayers(should), { state: 'running' }), withActiveLayers(is)];
}

/** The visible differences between two host states. */
function apart(former: HostState, now: HostState, words: string): string[] {
  const [should, is] = startable(former, now);
  const a = picture(should);
  const b = picture(is);
  return Object.keys(a)
    .filter((part) => a[part] !== b[part])
    .map((part) => `${part}: ${b[part]}; ${words} ${a[part]}`);
}

function picture({ domain, files }: HostState): Record<string, string> {
  const disks = domain.disks.flatMap(({ target, chain, persistentSource, job }) => [
    [`${target}`, chain.map(({ file }) => file).join(' -> ')],
    [`${target} as defined`, persistentSource ?? 'nothing'],
    [`the job on ${target}`, job ? job.type : 'none'],
  ]);
  return Object.fromEntries([
    ['the guest', domain.state],
    ['the domain', domain.persistent ? 'persistent' : 'transient'],
    ['autostart', domain.autostart ? 'on' : 'off'],
    ['the snapshots', domain.snapshots.join(', ') || 'none'],
    ['the checkpoints', domain.checkpoints.join(', ') || 'none'],
    ['the files', filesIn(files)],
    ...disks,
  ]);
}

function filesIn(files: Readonly<Record<string, ImageFile | null>>): string {
  return Object.keys(files)
    .filter((file) => files[file])
    .sort()
    .join(', ');
}
