/** What else is on the host: folders, sizes, and the other domains with every file of their chains. */
import { dirname } from 'node:path';
import { readDomainXml } from '../model/domain-xml.ts';
import { EffectFailed } from '../model/driver.ts';
import {
  type Disk,
  filesOf,
  type ImageFile,
  type Layer,
  type OtherDomain,
  type World,
} from '../model/world.ts';
import { imageChain, lookAtFiles, lookAtFolder, mayBeRead, realPath } from './files.ts';
import type { Answer, Virsh } from './virsh.ts';

/** Completes an observed World with what preflight and the proof of an unused file need. */
export async function surveyHost(
  virsh: Virsh,
  world: World,
  files: readonly string[],
): Promise<World> {
  const { name, disks, state } = world.domain;
  const folders = [...new Set(files.map((file) => dirname(file)))];
  const lookedAt = await Promise.all(
    folders.map(async (path) => [path, await lookAtFolder(path)] as const),
  );
  const own = new Set(disks.flatMap(filesOf));
  const looked = await lookAtFiles(files);
  const seen = { ...world.files, ...(await withBacking(looked, own)) };
  const [sizes] = await virsh.runAll(
    state === 'gone' ? [] : [['domblkinfo', '--domain', name, '--all']],
  );
  return {
    ...world,
    domain: { ...world.domain, disks: withCapacities(disks, sizes?.ok ? sizes.stdout : '') },
    files: seen,
    folders: Object.fromEntries(lookedAt),
    others: await otherDomains(virsh, name, Object.keys(seen)),
  };
}

/** Looks inside the files that the plan names and that are there: what a reused image rests on decides what a guest sees. */
async function withBacking(
  files: Readonly<Record<string, ImageFile | null>>,
  own: ReadonlySet<string>,
): Promise<Record<string, ImageFile | null>> {
  const entries = Object.entries(files).map(async ([path, file]) => {
    if (!file || own.has(path)) return [path, file] as const;
    // Only a qcow2 header names a backing file; anything else is left unread.
    const [top, below = null] = await filesBelow({ file: path, format: 'qcow2' });
    return [path, top === undefined ? file : { ...file, backing: below }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** `virsh domblkinfo --all`: a table of target, capacity, allocation and physical size in bytes. */
function withCapacities(disks: readonly Disk[], table: string): Disk[] {
  const capacities = new Map(
    table.split('\n').flatMap((line): [string, number][] => {
      const [target, capacity] = line.trim().split(/\s+/);
      return target && capacity && /^\d+$/.test(capacity) ? [[target, Number(capacity)]] : [];
    }),
  );
  return disks.map((disk) => {
    const capacity = capacities.get(disk.target);
    return capacity === undefined ? disk : { ...disk, capacity };
  });
}

/**
 * Every other domain of the host, with the real paths of its files and, beside them, the names that the plan's own
 * files have where they are the same file by another name.
 * @param own the name of the plan's domain, which is left out
 * @param ownFiles every path that the plan's domain or the plan names
 */
async function otherDomains(
  virsh: Virsh,
  own: string,
  ownFiles: readonly string[],
): Promise<OtherDomain[]> {
  const list = await virsh.run(['list', '--all', '--name']);
  const names = list.stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((name) => name !== '' && name !== own);
  if (names.length === 0) return [];
  const live = await virsh.runAll(names.map((name) => ['dumpxml', '--domain', name]));
  const persistent = await virsh.runAll(
    names.map((name) => ['dumpxml', '--domain', name, '--inactive']),
  );
  const aliases = await realPaths(ownFiles);
  return Promise.all(
    names.map(async (name, at) => {
      const { files, writes, unread } = await filesOfDomain(
        isRunning(live[at]) ? disksOf(live[at]) : [],
        disksOf(persistent[at]),
      );
      return {
        name,
        files: await withAliases(files, aliases),
        writes: await withAliases(writes, aliases),
        unread,
      };
    }),
  );
}

/** A domain that went away between the questions has no disks. */
function disksOf(answer: Answer | undefined): readonly Disk[] {
  return answer?.ok ? readDomainXml(answer.stdout).disks : [];
}

/** The XML of a domain that is off is its definition; only a running guest's has an id, and tells whole chains. */
function isRunning(live: Answer | undefined): boolean {
  return live?.ok === true && /^\s*<domain\s[^>]*\sid=/.test(live.stdout);
}

/** A running guest's XML tells its chains; a definition tells their upper layers, so there the image headers are read. */
async function filesOfDomain(
  live: readonly Disk[],
  persistent: readonly Disk[],
): Promise<Omit<OtherDomain, 'name'>> {
  const disks = [...live, ...persistent];
  const running = new Set(live.flatMap((disk) => disk.chain.map((layer) => layer.file)));
  const named = disks.flatMap((disk) => [
    ...disk.chain.map((layer) => layer.file),
    ...(disk.job?.mirror === undefined ? [] : [disk.job.mirror]),
  ]);
  const lowest = persistent
    .flatMap((disk) => disk.chain.slice(-1))
    .filter((layer) => !running.has(layer.file));
  const below = await Promise.all(lowest.map(filesBelow));
  const writes = disks
    .filter((disk) => !disk.readonly)
    .flatMap((disk) => [disk.chain[0]?.file ?? '', disk.job?.mirror ?? '']);
  const readable = await Promise.all(lowest.map(({ file }) => mayBeRead(file)));
  return {
    files: [...named, ...below.flat()],
    writes: writes.filter((file) => file !== ''),
    unread: lowest.filter((_layer, at) => !readable[at]).map((layer) => layer.file),
  };
}

/**
 * What an image's header names below it. A definition may name an image that is not there, or that this user may not
 * read: its name is all that is known. What a guest has written into a raw image is no header.
 */
async function filesBelow({ file, format }: Layer): Promise<string[]> {
  if (!file.startsWith('/') || format === 'raw') return [];
  try {
    return (await imageChain(file, format)).map((layer) => layer.file);
  } catch (error) {
    if (error instanceof EffectFailed) return [];
    throw error;
  }
}

/** By the real path of a file, the names under which the plan knows it. */
async function realPaths(files: readonly string[]): Promise<Map<string, string[]>> {
  const aliases = new Map<string, string[]>();
  for (const file of files) {
    const real = await realPath(file);
    aliases.set(real, [...(aliases.get(real) ?? []), file]);
  }
  return aliases;
}

async function withAliases(
  files: readonly string[],
  aliases: Map<string, string[]>,
): Promise<string[]> {
  const real = await Promise.all(files.map(realPath));
  return [...new Set([...files, ...real.flatMap((file) => aliases.get(file) ?? [])])];
}
