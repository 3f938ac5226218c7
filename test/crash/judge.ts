/** The result of a case, judged without blockplan: with virsh, qemu-img and the guest's own log. */

import { relative } from 'node:path';
import type { RunEvent } from '../../src/events.ts';
import { imageChain } from '../../src/lab/chains.ts';
import { assertComplete, readLog } from '../../src/lab/log.ts';
import { faultsAtNextStart } from '../../src/lab/next-start.ts';
import { readDomainXml } from '../../src/model/domain-xml.ts';
import { EXIT_CODES } from '../../src/outcomes.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { type Snapshot, snapshotOf } from '../lab/fault-guest.ts';
import type { Ended } from '../lab/support.ts';
import { isRestored, judgeStore, lostByRestore } from './judge-backups.ts';
import { isIn, keptBy, leftovers } from './leftovers.ts';
import { planned } from './planned.ts';
import { type Scene, type Stage, toldBy } from './scene.ts';

/** Results that no case may have. */
export const WRONGS = [
  'definition lost',
  'acknowledged write lost',
  'store unreadable',
  'backup called good that is not',
  'left behind',
  'persistent is not live',
  'wrong exit code',
] as const;

type Wrong = (typeof WRONGS)[number];

export interface Verdict {
  /** The end that the run reported; without a report, how the command ended. */
  readonly end: string;
  /** What the run printed. */
  readonly said: string;
  readonly wrong: readonly { readonly what: Wrong; readonly how: string }[];
  /** Whether the run itself reported that it is unknown where the guest last wrote. */
  readonly unknown: boolean;
  /** Whether the guest can be used for the next case. */
  readonly trusted: boolean;
}

type Finished = Extract<RunEvent, { event: 'run-finished' }>;

/** Judges a run that has ended, by itself or after it was resumed. */
export async function judge(scene: Scene, stage: Stage, ended: Ended): Promise<Verdict> {
  const last = ended.events.at(-1);
  const finish = last?.event === 'run-finished' ? last : undefined;
  const wrong: { what: Wrong; how: string }[] = [];
  const add = (what: Wrong, how: string) => wrong.push({ what, how });
  const end = finish?.end ?? over(ended);
  const said = (finish ? [...saidIn(finish), ...finish.next] : []).join('\n');
  const unknown = unknownAmong(finish);
  const here = await present(scene, stage, finish);
  if (here === undefined) add('definition lost', `it cannot be restored; output:\n${said}`);
  else {
    const { now, live } = here;
    const lost = stage.restores
      ? lostByRestore(scene, stage, now, stage.restores)
      : lostWrites(scene, stage, now, unknown);
    for (const how of await lost) add('acknowledged write lost', how);
    const store = stage.stored ? await judgeStore(scene, stage) : undefined;
    for (const how of store?.unreadable ?? []) add('store unreadable', how);
    for (const how of store?.calledGood ?? []) add('backup called good that is not', how);
    for (const how of apart(live, now)) add('persistent is not live', how);
    const kept = keptBy(stage, end, said, store?.complete ?? []);
    for (const how of await leftovers(scene, stage, now, live, kept, end, said))
      add('left behind', how);
    for (const how of await wrongCode(scene, stage, now, kept, ended, finish))
      add('wrong exit code', how);
    if (unknown.length === 0)
      for (const how of await lostAtStart(scene, stage, now)) add('acknowledged write lost', how);
  }
  return {
    end: end ?? `exit ${ended.exitCode}`,
    said,
    wrong,
    unknown: unknown.length > 0,
    trusted: here !== undefined && wrong.length === 0,
  };
}

/**
 * The files that the run names when it does not know where the guest wrote last. They must be compared before a start, and
 * one of them must have all writes.
 */
function unknownAmong(finish: Finished | undefined): string[] {
  const said = /^vda: it is unknown where the guest last wrote \((.*)\); the definition names /;
  return (finish?.state ?? []).flatMap((line) => said.exec(line)?.[1]?.split(' or ') ?? []);
}

/** The end of a run that has written no record. */
export const NOT_BEGUN = 'not begun';

/** The end of a run that could not be resumed because it was over, as named in the refusal, or had not begun. */
function over({ exitCode, stderr }: Ended): string | undefined {
  if (exitCode !== EXIT_CODES['preflight-refused']) return undefined;
  return /\bhad not started\b/.test(stderr) ? NOT_BEGUN : /\bis over: (\S+)/.exec(stderr)?.[1];
}

interface Here {
  readonly now: Snapshot;
  /** The live definition; the persistent one of a guest that is off. */
  readonly live: string;
}

/** The actual state; if the domain or its definition is missing, the state after typing the commands that the run prints. */
async function present(
  { host }: Scene,
  { guest: { name }, before, guest }: Stage,
  finish: Finished | undefined,
): Promise<Here | undefined> {
  const persistent = async () =>
    /^Persistent:\s+yes/m.test(await host.virsh('dominfo', name).catch(() => ''));
  if (!(await persistent())) {
    for (const command of finish?.next ?? []) {
      const words = virshWords(command);
      if (words[0] === 'define' || words[0] === 'autostart') await host.virsh(...words);
    }
    if (!(await persistent())) return undefined;
  }
  const now = await snapshotOf(host, guest);
  // A definition that lacks something the guest had counts as lost.
  const whole = outsideSources(now.definition) === outsideSources(before.definition);
  return whole ? { now, live: await host.virsh('dumpxml', name) } : undefined;
}

function outsideSources(definition: string): string {
  return definition.replace(/<disk [\s\S]*?<\/disk>/g, '<disk/>');
}

function sourceIn(xml: string): string {
  return readDomainXml(xml).disks[0]?.chain[0]?.file ?? '';
}

/**
 * Checks that the guest's log is complete where the definition says, and that numbers never went back.
 * @param unknown the candidate files if the run reported that it does not know: then one of them must be complete
 */
async function lostWrites(
  { host }: Scene,
  { guest, plan, set, acknowledged }: Stage,
  now: Snapshot,
  unknown: readonly string[],
): Promise<string[]> {
  const lost: string[] = [];
  const told = await toldBy(guest);
  const back = told.findIndex((number, index) => number <= (told[index - 1] ?? 0));
  if (back > 0) lost.push(`the guest acknowledged ${told[back - 1]}, then ${told[back]}`);
  const upTo = told.at(-1) ?? 0;
  const places = unknown.length > 0 ? unknown : [sourceIn(now.definition)];
  const missing: string[] = [];
  for (const image of places)
    await guest
      .verifyLog(image, upTo)
      .catch((error: Error) => missing.push(`on ${image}: ${error.message}`));
  if (missing.length === places.length) lost.push(missing.join('; '));
  const dest = set['dest'] ?? '';
  const isBackup = plan.startsWith('live-backup') && now.files.some((file) => dest.endsWith(file));
  if (isBackup) {
    const chain = await imageChain(host, dest);
    if (chain.length > 1) lost.push(`the backup has backing files: ${chain.slice(1)}`);
    await readLog(dest).then(
      (log) => assertComplete(log, acknowledged),
      (error: Error) => lost.push(`in the backup: ${error.message}`),
    );
  }
  return lost;
}

/** What the next start would miss, if the guest can be started from its definition now; a case may have killed its QEMU. */
async function lostAtStart(
  { host }: Scene,
  stage: Stage,
  { state, definition }: Snapshot,
): Promise<string[]> {
  if (state !== 'running' && state !== 'shut off') return [];
  const { guest, restores } = stage;
  const side = restores && isRestored(stage, definition, restores) ? 'backup' : 'former';
  const upTo = restores
    ? Math.min(...restores.map(({ logs }) => logs[side]))
    : await guest.acknowledged();
  const faults = await faultsAtNextStart(host, guest.name, { upTo, wasKilled: true });
  return faults.map((fault) => `at its next start, ${fault}`);
}

function apart(live: string, { definition }: Snapshot): string[] {
  const [running, defined] = [sourceIn(live), sourceIn(definition)];
  return running === defined ? [] : [`the guest is on ${running}, its definition names ${defined}`];
}

/** Whether the exit code matches the actual state. */
async function wrongCode(
  { host }: Scene,
  stage: Stage,
  observed: Snapshot,
  kept: readonly string[],
  ended: Ended,
  finish: Finished | undefined,
): Promise<string[]> {
  const { exitCode, told } = ended;
  const names = kept.map((path) => relative(host.images, path));
  const now = { ...observed, files: observed.files.filter((file) => !isIn(file, names)) };
  if (!finish) {
    // A run that was over, or had not begun, is not resumed; the reason for the refusal must be true.
    if (over(ended) === 'succeeded') return differences(planned(stage), now, 'as planned');
    if (over(ended) === 'rolled-back' || over(ended) === NOT_BEGUN)
      return differences(stage.before, now, 'as before');
    return [`it exited with ${exitCode} and reported no end: ${told.slice(-1500)}`];
  }
  if (finish.exitCode !== exitCode)
    return [`it reports ${finish.exitCode} and exits with ${exitCode}`];
  switch (exitCode) {
    case 0:
      return finish.end === 'rolled-back'
        ? differences(stage.before, now, 'as before')
        : differences(planned(stage), now, 'as planned');
    case 4:
      return differences(stage.before, now, 'as before');
    case 5:
      return finish.next.length > 0 ? [] : ['it is stranded and prints no command to type next'];
    default:
      return [`it ends with ${exitCode}: ${saidIn(finish).join('; ')}`];
  }
}

/** The lines of a guest's state and definition that differ from the expected ones. */
function differences(should: Snapshot, is: Snapshot, words: string): string[] {
  const keys = Object.keys(should) as (keyof Snapshot)[];
  return keys
    .filter((key) => key !== 'files' || words === 'as before')
    .filter((key) => JSON.stringify(should[key]) !== JSON.stringify(is[key]))
    .map((key) => {
      const [wanted, found] = [linesOf(should[key]), linesOf(is[key])];
      const more = found.filter((line) => !wanted.includes(line));
      const fewer = wanted.filter((line) => !found.includes(line));
      return `not ${words}, ${key}: extra: ${more.join(' ')}; missing: ${fewer.join(' ')}`;
    });
}

function linesOf(value: string | readonly string[]): string[] {
  return (typeof value === 'string' ? [value] : value).flatMap((each) => each.split('\n'));
}

/** The words of a printed virsh command after the libvirt that it names; none for a command of another program. */
export function virshWords(command: string): readonly string[] {
  const [program, ...words] = command.replace(/^virsh -c \S+/, 'virsh').split(' ');
  return program === 'virsh' ? words : [];
}
