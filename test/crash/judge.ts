/** What has come of a case, judged past blockplan: by virsh, by qemu-img, and by the guest's own log. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent } from '../../src/events.ts';
import { imageChain } from '../../src/lab/chains.ts';
import { assertComplete, readLog } from '../../src/lab/log.ts';
import { faultsAtNextStart } from '../../src/lab/next-start.ts';
import { readDomainXml } from '../../src/model/domain-xml.ts';
import { EXIT_CODES } from '../../src/outcomes.ts';
import { type Snapshot, snapshotOf } from '../lab/fault-guest.ts';
import type { Ended } from '../lab/support.ts';
import { type Scene, type Stage, toldBy, withoutChain } from './scene.ts';

/** What no case may come to. */
export const WRONGS = [
  'definition lost',
  'acknowledged write lost',
  'left behind',
  'persistent is not live',
  'wrong exit code',
] as const;

type Wrong = (typeof WRONGS)[number];

export interface Verdict {
  /** The end that the run has told; how the command ended where it told none. */
  readonly end: string;
  /** What the run has said of it. */
  readonly said: string;
  readonly wrong: readonly { readonly what: Wrong; readonly how: string }[];
  /** Whether the run said itself that it is not known where the guest wrote last. */
  readonly unknown: boolean;
  /** Whether the guest is as the next case needs it. */
  readonly trusted: boolean;
}

type Finished = Extract<RunEvent, { event: 'run-finished' }>;

/** Judges the end of a run that has ended, by itself or once it was resumed. */
export async function judge(scene: Scene, stage: Stage, ended: Ended): Promise<Verdict> {
  const last = ended.events.at(-1);
  const finish = last?.event === 'run-finished' ? last : undefined;
  const wrong: { what: Wrong; how: string }[] = [];
  const add = (what: Wrong, how: string) => wrong.push({ what, how });
  const end = finish?.end ?? over(ended);
  const said = [...(finish?.state ?? []), ...(finish?.next ?? [])].join('\n');
  const unknown = unknownAmong(finish);
  const here = await present(scene, stage, finish);
  if (here === undefined) add('definition lost', `nothing brings it back; said:\n${said}`);
  else {
    const { now, live } = here;
    for (const how of await lostWrites(scene, stage, now, unknown))
      add('acknowledged write lost', how);
    for (const how of apart(live, now)) add('persistent is not live', how);
    for (const how of await leftovers(scene, stage, now, live, end, said)) add('left behind', how);
    for (const how of await wrongCode(stage, now, ended, finish)) add('wrong exit code', how);
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
 * The files of which the run says that it does not know to which the guest wrote last, and that they have to be compared
 * before a start: then one of them has to hold all.
 */
function unknownAmong(finish: Finished | undefined): string[] {
  const said = /^vda: it is not known where the guest wrote last, to (.*); the definition names /;
  return (finish?.state ?? []).flatMap((line) => said.exec(line)?.[1]?.split(' or to ') ?? []);
}

/** What a run has come to that has written no record. */
export const NOT_BEGUN = 'not begun';

/** The end of a run that could not be resumed since it was over, as the refusal names it, or had not begun. */
function over({ exitCode, stderr }: Ended): string | undefined {
  if (exitCode !== EXIT_CODES['preflight-refused']) return undefined;
  return /\bhad not begun\b/.test(stderr) ? NOT_BEGUN : /\bis over: (\S+)/.exec(stderr)?.[1];
}

interface Here {
  readonly now: Snapshot;
  /** The live definition; the persistent one of a guest that is off. */
  readonly live: string;
}

/** What is so; where libvirt does not know the domain, or not its definition, once the commands that the run names are typed. */
async function present(
  { host }: Scene,
  { guest: { name }, before, guest }: Stage,
  finish: Finished | undefined,
): Promise<Here | undefined> {
  const persistent = async () =>
    /^Persistent:\s+yes/m.test(await host.virsh('dominfo', name).catch(() => ''));
  if (!(await persistent())) {
    for (const command of finish?.next ?? []) {
      const [virsh, ...words] = command.split(' ');
      if (virsh === 'virsh' && (words[0] === 'define' || words[0] === 'autostart'))
        await host.virsh(...words);
    }
    if (!(await persistent())) return undefined;
  }
  const now = await snapshotOf(host, guest);
  // A definition that misses what the guest had is as good as lost.
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
 * The guest's log is whole where the definition says it is, and no number was told twice.
 * @param unknown where the run has said that it may be: then it is whole in one of them
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
  if (back > 0) lost.push(`the guest told ${told[back - 1]}, and ${told[back]} after it`);
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
    if (chain.length > 1) lost.push(`the backup rests on ${chain.slice(1)}`);
    await readLog(dest).then(
      (log) => assertComplete(log, acknowledged),
      (error: Error) => lost.push(`in the backup: ${error.message}`),
    );
  }
  return lost;
}

/** What the next start would miss, of a guest that can be started from its definition now; a case may have killed its QEMU. */
async function lostAtStart(
  { host }: Scene,
  { guest }: Stage,
  { state }: Snapshot,
): Promise<string[]> {
  if (state !== 'running' && state !== 'shut off') return [];
  const upTo = await guest.acknowledged();
  const faults = await faultsAtNextStart(host, guest.name, { upTo, wasKilled: true });
  return faults.map((fault) => `at its next start, ${fault}`);
}

function apart(live: string, { definition }: Snapshot): string[] {
  const [running, defined] = [sourceIn(live), sourceIn(definition)];
  return running === defined ? [] : [`the guest is on ${running}, its definition names ${defined}`];
}

/** Jobs, markers, locks and files that no run needs any more, and that it has said nothing of. */
async function leftovers(
  { host }: Scene,
  { guest: { name }, before, state, set, plan, folders }: Stage,
  now: Snapshot,
  live: string,
  end: string | undefined,
  said: string,
): Promise<string[]> {
  const left: string[] = [];
  const words = ['blockjob', name, 'vda', '--info', '--raw'];
  const job = (await host.virsh(...words).catch(() => '')).trim();
  if (job !== '' || live.includes('<mirror')) left.push(`a job: ${job}`);
  if (`${live}${now.definition}`.includes('blockplan:run') && !said.includes('metadata'))
    left.push('the marker');
  for (const folder of ['locks', 'unfinished']) {
    const names = await readdir(join(state, folder)).catch(() => []);
    // What a run that may be resumed has left there is how it is found.
    if (said !== '' && (end === 'succeeded' || end === 'rolled-back') && names.length > 0)
      left.push(`${folder}: ${names}`);
  }
  const dest = set['dest'] ?? '';
  const kept = end === 'succeeded' ? [dest] : [];
  const inSmall = await readdir(folders[0] ?? '').catch(() => []);
  const files = [
    ...now.files.map((file) => join(host.images, file)),
    ...inSmall.map((file) => join(folders[0] ?? '', file)),
  ];
  const known = [...before.files.map((file) => join(host.images, file)), ...now.chain, ...kept];
  const extra = files.filter(
    (file) => !known.includes(file) && !said.includes(file) && !file.includes('/state-'),
  );
  if (extra.length > 0) left.push(`files of ${plan}: ${extra.join(', ')}`);
  const more = now.snapshots.filter((each) => !before.snapshots.includes(each));
  if (more.length > 0) left.push(`snapshot metadata: ${more.join('\n')}`);
  return left;
}

/** Whether the exit code says what is so. */
async function wrongCode(
  stage: Stage,
  now: Snapshot,
  ended: Ended,
  finish: Finished | undefined,
): Promise<string[]> {
  const { exitCode, told } = ended;
  if (!finish) {
    // A run that was over, or had not begun, is not resumed; what it was refused for has to be so.
    if (over(ended) === 'succeeded') return differences(planned(stage), now, 'as planned');
    if (over(ended) === 'rolled-back' || over(ended) === NOT_BEGUN)
      return differences(stage.before, now, 'as before');
    return [`it ended with ${exitCode} and told no end: ${told.slice(-1500)}`];
  }
  if (finish.exitCode !== exitCode)
    return [`it tells ${finish.exitCode} and exits with ${exitCode}`];
  switch (exitCode) {
    case 0:
      return finish.end === 'rolled-back'
        ? differences(stage.before, now, 'as before')
        : differences(planned(stage), now, 'as planned');
    case 4:
      return differences(stage.before, now, 'as before');
    case 5:
      return finish.next.length > 0 ? [] : ['it is stranded and does not say what to type next'];
    default:
      return [`it ends with ${exitCode}: ${finish.state.join('; ')}`];
  }
}

/** What the plan leads to. */
function planned({ plan, before, set }: Stage): Snapshot {
  if (plan.startsWith('live-backup')) return before;
  const dest = set['dest'] ?? '';
  const [active = '', ...below] = before.chain;
  // What the definition said of the old file's chain would be wrong of the new one.
  const definition = withoutChain(before.definition).replace(active, dest);
  return { ...before, chain: [dest, ...below], definition };
}

/** What of a guest, its definition line by line, is not as it should be. */
function differences(should: Snapshot, is: Snapshot, words: string): string[] {
  const keys = Object.keys(should) as (keyof Snapshot)[];
  return keys
    .filter((key) => key !== 'files' || words === 'as before')
    .filter((key) => JSON.stringify(should[key]) !== JSON.stringify(is[key]))
    .map((key) => {
      const [wanted, found] = [linesOf(should[key]), linesOf(is[key])];
      const more = found.filter((line) => !wanted.includes(line));
      const fewer = wanted.filter((line) => !found.includes(line));
      return `not ${words}, ${key}: there is ${more.join(' ')}; missing is ${fewer.join(' ')}`;
    });
}

function linesOf(value: string | readonly string[]): string[] {
  return (typeof value === 'string' ? [value] : value).flatMap((each) => each.split('\n'));
}
