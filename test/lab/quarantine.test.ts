/** Committed files that are moved to quarantine instead of removed: unchanged, never over another file, and back. */
import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { liveChain } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { saidIn } from '../../src/run/run-state.ts';
import { refusal } from './refusal.ts';
import {
  type Ended,
  expectEnd,
  expectUndone,
  expectWrites,
  failingStep,
  runOf,
  runSteps,
  startCli,
} from './support.ts';

const NAME = 'testvm';
let host: LabHost;
let guest: Guest;
let fails: Record<string, unknown>;
let aside: string;

beforeAll(async () => {
  host = await startHost();
  fails = await failingStep(host);
  guest = await host.createGuest({ name: NAME, disks: [{ target: 'vda', chain: ['base'] }] });
  aside = join(host.images, 'aside');
  await guest.waitForWrites(2);
});
afterAll(() => host.stop());

/** Each case begins with an overlay above the base, and an empty quarantine. */
beforeEach(async () => {
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside);
  if ((await liveChain(host, NAME, 'vda')).length > 1) return;
  await rm(over(), { force: true });
  const spec = `vda,snapshot=external,driver=qcow2,file=${over()}`;
  const words = ['--name', 'over', '--disk-only', '--no-metadata', '--diskspec', spec];
  await host.virsh('snapshot-create-as', NAME, ...words);
  await guest.waitForWrites(1);
});

const over = () => join(host.images, NAME, 'over.qcow2');
const commit = (quarantine = aside) => ({
  blockcommit: { disk: 'vda', shallow: true, active: true, pivot: true, quarantine },
});

test('the same file is in the folder afterwards, and the guest continues without it', async () => {
  const { ino, size } = await stat(over());
  const ended = await runSteps(host, NAME, [commit()]);
  expectEnd(ended, 0);
  const moved = await stat(join(aside, 'over.qcow2'));
  expect([moved.ino, moved.nlink, moved.size >= size]).toEqual([ino, 1, true]);
  await expect(stat(over())).rejects.toThrow('ENOENT');
  expect(await liveChain(host, NAME, 'vda')).toHaveLength(1);
  await expectWrites(host, guest);
});

test('a later failure restores everything, and leaves nothing in the folder', async () => {
  await expectUndone(host, guest, [commit(), fails]);
  expect(await readdir(aside)).toEqual([]);
});

test('a file that a process has open is not moved', async () => {
  const before = await liveChain(host, NAME, 'vda');
  const held = await open(over(), 'r+');
  let ended: Ended;
  try {
    // The rollback needs its path as well.
    ended = await runSteps(host, NAME, [commit()]);
    expect(saidIn(expectEnd(ended, 5)).join()).toContain('is open in');
    expect((await stat(over())).ino).toBe((await held.stat()).ino);
  } finally {
    await held.close();
  }
  expect(await readdir(aside)).toEqual([]);
  await expectWrites(host, guest);
  // Once it is closed, the rollback that the report prints succeeds.
  const argv = ['rollback', runOf(ended), '--format', 'json'];
  expect(expectEnd(await startCli(host, argv).ended, 0).end).toBe('rolled-back');
  expect(await liveChain(host, NAME, 'vda')).toEqual(before);
  expect(await readdir(aside)).toEqual([]);
  await expectWrites(host, guest);
});

test('a move that would be a copy, or would replace another file, is refused beforehand', async () => {
  const other = await host.tmpfs(1024 * 1024);
  await refusal(host, NAME, [commit(other)], ['BP142'], other);
  await refusal(host, NAME, [commit(join(aside, 'none'))], ['BP107'], aside);
  await writeFile(join(aside, 'over.qcow2'), 'precious');
  await refusal(host, NAME, [commit()], ['BP106'], aside);
});
