/** What a backup store really holds, read without blockplan: its manifests as JSON, its images with qemu-img. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { imageChain } from '../../src/lab/chains.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { startCli } from '../lab/support.ts';

const MIB = 1024 ** 2;

/** The part of a manifest that a judge reads. */
interface Manifest {
  readonly name: string;
  readonly ended?: string;
  readonly disks: readonly {
    readonly target: string;
    readonly file: string;
    readonly capacity: number;
    readonly root?: string;
  }[];
}

/** The content of a disk as its guest sees it. */
interface Content {
  /** In bytes. */
  readonly size: number;
  /** The SHA-256 of all of it, in hexadecimal digits. */
  readonly sum: string;
  /** The SHA-256 of each MiB, one after the other. */
  readonly parts: Buffer;
}

function sumOf(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

/** The content of an image, with its backing files. */
export async function contentOf(host: LabHost, image: string, format: string): Promise<Content> {
  const folder = await mkdtemp('/var/tmp/blockplan-content-');
  try {
    const raw = join(folder, 'disk.raw');
    await host.qemuImg('convert', '-U', '-f', format, '-O', 'raw', image, raw);
    const disk = await readFile(raw);
    const parts = Array.from({ length: Math.ceil(disk.length / MIB) }, (_, at) =>
      sumOf(disk.subarray(at * MIB, (at + 1) * MIB)),
    );
    return { size: disk.length, sum: sumOf(disk).toString('hex'), parts: Buffer.concat(parts) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The SHA-256 of each file in a folder, by its path in it. */
export async function sumsIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  const sums = files.sort().map(async (file) => {
    const sum = sumOf(await readFile(file)).toString('hex');
    return [file.slice(folder.length + 1), sum] as const;
  });
  return Object.fromEntries(await Promise.all(sums));
}

/** Why the backup in that folder cannot be restored as its manifest promises; empty if it can. */
async function faultsOfBackup(host: LabHost, store: string, name: string): Promise<string[]> {
  const folder = join(store, name);
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => '{}');
  const manifest = JSON.parse(text) as Partial<Manifest>;
  const { disks = [], ended } = manifest;
  const faults = manifest.name === name ? [] : [`its manifest names ${manifest.name}`];
  if (ended === undefined) faults.push('its manifest has no end');
  if (disks.length === 0) faults.push('it has no disks');
  for (const { target, file, capacity, root } of disks) {
    const image = join(folder, file);
    try {
      await host.qemuImg('check', '-U', image);
      const chain = await imageChain(host, image);
      if (chain.length > 1) faults.push(`${file} has backing files: ${chain.slice(1)}`);
      const { size, parts } = await contentOf(host, image, 'qcow2');
      if (size !== capacity) faults.push(`${file} has ${size} bytes and not ${capacity}`);
      const sums = await readFile(join(folder, `${target}.sums`));
      if (!sums.equals(parts)) faults.push(`${file} does not match its sums`);
      const digest = sumOf(Buffer.concat([Buffer.from(`${capacity}\n`), parts])).toString('hex');
      if (digest !== root) faults.push(`${file} has the digest ${digest} and not ${root}`);
    } catch (error) {
      faults.push(`${file}: ${(error as Error).message}`);
    }
  }
  return faults;
}

/** What is wrong with a store: backups that cannot be read, and backups that are called good and are not. */
export interface StoreFaults {
  readonly unreadable: readonly string[];
  readonly calledGood: readonly string[];
  /** The names of the backups that are complete. */
  readonly complete: readonly string[];
}

/**
 * Judges a store after a case.
 * @param before the sums of its files before the case, which no case may change
 */
export async function faultsOfStore(
  host: LabHost,
  store: string,
  before: Readonly<Record<string, string>>,
): Promise<StoreFaults> {
  const now = await sumsIn(store);
  const changed = Object.keys(before).filter((file) => now[file] !== before[file]);
  const unreadable = changed.map((file) => `${file} was changed or removed`);
  const calledGood: string[] = [];
  const complete: string[] = [];
  const names = (await readdir(store)).filter((name) => name !== 'locks');
  // A backup that no case has changed was judged when it was made.
  const own = names.filter(
    (name) => !Object.keys(before).some((file) => file.startsWith(`${name}/`)),
  );
  const listed = await listedIn(host, store);
  if (typeof listed === 'string') unreadable.push(listed);
  const states = typeof listed === 'string' ? {} : listed;
  for (const name of names) {
    const isDraft = name.endsWith('.partial');
    const faults = isDraft || !own.includes(name) ? [] : await faultsOfBackup(host, store, name);
    calledGood.push(...faults.map((fault) => `${name}: ${fault}`));
    const state = states[isDraft ? name.slice(0, -'.partial'.length) : name];
    if (isDraft && state !== 'draft') calledGood.push(`${name} is listed as ${state}`);
    if (!isDraft && faults.length === 0) complete.push(name);
    if (!isDraft && faults.length === 0 && state !== 'complete')
      unreadable.push(`${name} is complete, and listed as ${state}`);
  }
  const absent = Object.keys(states).filter((name) => !names.some((each) => each.startsWith(name)));
  calledGood.push(...absent.map((name) => `${name} is listed and does not exist`));
  return { unreadable, calledGood, complete };
}

/** The state of each backup as `blockplan backups` lists it, or why it does not. */
async function listedIn(
  host: LabHost,
  store: string,
): Promise<Readonly<Record<string, string>> | string> {
  const { exitCode, stdout, told } = await startCli(host, ['backups', store, '--format', 'json'])
    .ended;
  if (exitCode !== 0) return `the store cannot be listed: ${told}`;
  const { backups, findings } = JSON.parse(stdout) as {
    backups: { name: string; state: string }[];
    findings: { message: string }[];
  };
  if (findings.length > 0) return `the store is listed with findings: ${findings[0]?.message}`;
  return Object.fromEntries(backups.map(({ name, state }) => [name, state]));
}
