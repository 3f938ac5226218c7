import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './command.ts';

/**
 * Reads the numbers in the guest's /seq.log from an image (with its backing files) without mounting it.
 * The ext4 journal is replayed on a temporary copy, as the next boot would do; rejects if the file
 * system is not clean after that. The image must not change meanwhile: suspend a running guest.
 */
export function readLog(image: string): Promise<number[]> {
  return onCopy(image, async (copy) => {
    const text = await command('debugfs', ['-R', 'cat /seq.log', copy]);
    return text === '' ? [] : text.trimEnd().split('\n').map(Number);
  });
}

/** The names of the files in the root of an image's file system, including the layers' marks. */
export function listFiles(image: string): Promise<string[]> {
  return onCopy(image, async (copy) => {
    const listing = await command('debugfs', ['-R', 'ls -p /', copy]);
    // /inode/mode/uid/gid/name/size/
    const names = listing.split('\n').map((line) => line.split('/')[5] ?? '');
    return names.filter((name) => name !== '' && name !== '.' && name !== '..');
  });
}

/**
 * Throws unless the log holds 1, 2, 3, … without a gap up to `acknowledged` or beyond: every write that
 * the guest knew to be durable exists.
 */
export function assertComplete(log: readonly number[], acknowledged: number): void {
  const wrong = log.findIndex((number, index) => number !== index + 1);
  if (wrong !== -1) {
    throw new Error(`the guest's log has a gap: line ${wrong + 1} contains ${log[wrong]}`);
  }
  if (log.length < acknowledged) {
    throw new Error(`the guest's log ends at ${log.length}, but ${acknowledged} was acknowledged`);
  }
}

async function onCopy<T>(image: string, read: (copy: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp('/var/tmp/blockplan-read-');
  try {
    const copy = join(folder, 'disk.raw');
    await command('qemu-img', ['convert', '-U', '-O', 'raw', image, copy]);
    await command('e2fsck', ['-E', 'journal_only', '-p', copy]);
    await command('e2fsck', ['-f', '-n', copy]);
    return await read(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
