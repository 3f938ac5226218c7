/** The invariants of every end of a run, judged from the host itself and not with the code of a run. */
import { virshLine } from '../command.ts';
import { type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import { includesFile, isSameFile } from '../model/file-identity.ts';
import { diskOf, type HostState, isUp } from '../model/host-state.ts';
import { unmarkByHand } from '../model/marker.ts';
import { isOpenEnd } from '../outcomes.ts';
import { MAY_BE_FROZEN } from '../run/frozen-guest.ts';
import { unknownLastWriteText } from '../run/last-writes.ts';
import type { Finish } from '../run/run-state.ts';
import { lostAtNextStart, lostBehindHeaders } from '../simulate/host-faults.ts';
import { differencesFromFormer, differencesFromPlanned } from './compared-hosts.ts';
import { type ActOfOthers, actOfOthers, fileOfOthers, isEdited } from './other-actors.ts';
import type { ProofEnvironment } from './proof-environment.ts';

/**
 * Finds what is wrong with the end of a run: with the host, and with the report.
 * @param planned the host after the run without faults
 */
export function violationsAtEnd(
  initial: HostState,
  planned: SimulatedHost,
  environment: ProofEnvironment,
  finish: Finish,
): string[] {
  const { host: hostNow, judgedHost: host = hostNow, act } = environment;
  const { end, happened = [], state, next } = finish;
  // What others have done is part of what a run must lead to, whenever they did it.
  const withAct = (of: SimulatedHost) => (act ? actOfOthers(of, act) : of);
  const wrong: string[] = [];
  if (end === 'succeeded')
    wrong.push(...differencesFromPlanned(withAct(planned).state, host.state));
  if (end === 'rolled-back') {
    const began = simulatedHostOf(initial);
    // What was committed is kept, and everything up to there.
    const former = withAct(environment.savepoint?.host ?? began);
    wrong.push(...differencesFromFormer(withAct(began).state, former.state, host.state));
    wrong.push(...renamed(former, host));
  }
  if (act) wrong.push(...undoneActs(host, act, [...happened, ...state]));
  if (isOpenEnd(end) && next.length === 0) wrong.push('the report does not show what to type next');
  if (happened.some((said) => said.includes('a bug in blockplan')))
    wrong.push('the run ends with an unexpected error');
  const isRefused = end === 'preflight-refused' && isContinued(next);
  if (host.frozen && !isRefused && !state.includes(MAY_BE_FROZEN))
    wrong.push('the guest is left frozen, and the report does not mention it');
  const losses = end === 'succeeded' ? [] : unsaidLosses(initial, host, happened);
  if (end === 'uncertain') return [...wrong, ...losses, ...unreached(initial, environment, next)];
  const lost = lostAtEnd(initial, host, finish).map((loss) => `${loss.how} miss ${loss.what}`);
  // An attempt that was refused leaves the run as it is, with its marker and what it keeps.
  if (isRefused) return [...wrong, ...lost];
  return [...wrong, ...losses, ...leftBehind(initial, environment, next), ...lost];
}

/**
 * What a start would miss after a run that has lost the connection for good, or was refused an answer: it cannot know that, nor
 * do anything about it.
 */
export function risksAtEnd(
  initial: HostState,
  { host: hostNow, judgedHost: host = hostNow }: ProofEnvironment,
  finish: Finish,
): string[] {
  if (finish.end !== 'uncertain') return [];
  const missed = lostAtEnd(initial, host, finish).map(
    ({ how, what }) =>
      `${how} miss writes on ${what.split(':')[0]}, until the run is resumed or rolled back`,
  );
  return [...new Set(missed)];
}

/** Whether the report has a command that finishes the run. */
function isContinued(next: Finish['next']): boolean {
  return next.some((command) => /^blockplan (?:resume|rollback) /.test(command));
}

/** What is wrong where the run has not seen the host, and can do nothing more. */
function unreached(
  initial: HostState,
  { host: { state }, contact, queryRefused }: ProofEnvironment,
  next: Finish['next'],
): string[] {
  const { persistent, name } = state.domain;
  const isOwed = initial.domain.persistent && !persistent;
  const isRestored = next.some((command) => command.startsWith('blockplan rescue '));
  return [
    ...(contact === 'there' && !queryRefused
      ? ['the run ends as uncertain, although the state can be inspected']
      : []),
    ...(isOwed && !isRestored
      ? [`the definition of "${name}" is only in the journal, and the report does not restore it`]
      : []),
  ];
}

/** What is wrong with the marker, and with the definition as a whole. */
function leftBehind(
  initial: HostState,
  { host: hostNow, judgedHost: host = hostNow, marked }: ProofEnvironment,
  next: Finish['next'],
): string[] {
  const { domain, host: libvirt } = host.state;
  const isMarked = marked && !next.includes(unmarkByHand(libvirt, domain.name));
  // A definition that libvirt did not accept is in the run's folder, and the report has the command that restores it.
  const isLost =
    initial.domain.persistent &&
    !domain.persistent &&
    !next.some((command) => command.startsWith(virshLine(libvirt, 'define')));
  return [
    ...(isMarked
      ? ['the marker of the run is left behind, and the report does not mention it']
      : []),
    ...(isLost ? ['the domain was left without a persistent definition'] : []),
  ];
}

/** A loss, and how it shows. */
interface Loss {
  readonly how: string;
  readonly what: string;
}

/** The writes that the next start would miss. A guest that was transient before has no definition: its files are read. */
function lostAtEnd(initial: HostState, host: SimulatedHost, { state }: Finish): Loss[] {
  const { persistent, disks } = host.state.domain;
  if (!initial.domain.persistent) {
    const how = 'by the headers of its files, the guest would';
    return lostBehindHeaders(host).map((what) => ({ how, what }));
  }
  if (!persistent) return [];
  const unknown = disks
    .map(({ target }) => target)
    .filter((target) => state.some((said) => said.startsWith(unknownLastWriteText(target))));
  const excused = [...unknown, ...staleBefore(initial)];
  const how = 'started from its definition, the guest would';
  return lostAtNextStart(host)
    .filter((what) => !excused.some((target) => what.startsWith(`${target}: `)))
    .map((what) => ({ how, what }));
}

/** What others have done and the run has undone, without a word in its report. */
function undoneActs(
  { state }: SimulatedHost,
  { act, planned, idle }: ActOfOthers,
  said: readonly string[],
): string[] {
  const { persistent, definition, kept } = state.domain;
  if (act === 'restarted') return [];
  if (act === 'edited') {
    const isSaid = said.some((text) => /definition .*(changed|differs)/.test(text));
    return isEdited(persistent ? definition : kept?.definition) || isSaid
      ? []
      : ['what another operator has changed in the definition is lost, without a word'];
  }
  const target = (act === 'moved' ? idle : planned) ?? '';
  const file = fileOfOthers(target);
  const job = diskOf(state, target)?.job;
  return [
    ...(state.files[file] ? [] : [`${file} was removed, which another tool has made`]),
    ...(act === 'copied' && isUp(state) && !isSameFile(state, job?.mirror, file)
      ? [`the job of another tool on ${target} was ended`]
      : []),
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
