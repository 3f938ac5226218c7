/** Backing file names in image headers: what the next start reads is what the guest has, and a rollback restores names. */

import { access, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blockplanOn } from '../../src/command.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { picture } from '../../src/lab/picture.ts';
import { saidIn } from '../../src/run/run-state.ts';
import {
  codes,
  expectEnd,
  expectNextStart,
  expectUndone,
  expectWrites,
  failingStep,
  headerName,
  runSteps,
} from './support.ts';

let host: LabHost;
let fails: Record<string, unknown>;
let elsewhere: string;

beforeAll(async () => {
  host = await startHost();
  fails = await failingStep(host);
  elsewhere = join(host.dir, 'elsewhere');
  await mkdir(elsewhere);
});
afterAll(() => host.stop());

/** A guest whose layers name each other by relative names. */
async function relativeGuest(name: string, ...layers: string[]): Promise<Guest> {
  const guest = await host.createGuest({
    name,
    disks: [{ target: 'vda', chain: ['base', ...layers], relativeBacking: true }],
  });
  await guest.waitForWrites(2);
  return guest;
}

const filesOf = ({ disks }: Guest) => disks[0]!.files;

test('a relative name that would lead to no file is refused before anything is done', async () => {
  const guest = await relativeGuest('kept', 'mid', 'top');
  const [base, mid] = filesOf(guest);
  const before = await picture(host, guest.name, [host.images, elsewhere]);
  const steps = (more: object) => [
    { blockcopy: { disk: 'vda', dest: join(elsewhere, 'kept'), shallow: true, pivot: true } },
    { blockcommit: { disk: 'vda', base, top: mid, delete: true, ...more } },
  ];
  const refused = await runSteps(host, guest.name, steps({ 'keep-relative': true }));
  expect([refused.exitCode, codes(refused)], refused.told).toEqual([3, ['BP180']]);
  expect(refused.stderr).toContain('leave "keep-relative" out');
  expect(await picture(host, guest.name, [host.images, elsewhere])).toEqual(before);
  expectEnd(await runSteps(host, guest.name, steps({})), 0);
  expect(await headerName(host, join(elsewhere, 'kept'))).toBe(base);
  await expectWrites(host, guest);
});

describe('layers in several folders', () => {
  /** In the folders base, b, c/x and d, each name relative to the folder of the layer above. */
  async function foldersGuest(name: string): Promise<Guest> {
    const at = (each: string) => join(host.images, name, `${each}.qcow2`);
    const chain = ['base', 'b/b', 'c/x/c', 'd/d'].map(at);
    const disks = [{ target: 'vda', chain, relativeBacking: true }] as const;
    const guest = await host.createGuest({ name, disks });
    await guest.waitForWrites(2);
    return guest;
  }
  const commit = (place: number) => ({
    blockcommit: {
      disk: 'vda',
      top: `vda[${place}]`,
      shallow: true,
      'keep-relative': true,
      delete: true,
    },
  });

  test('two names that libvirt would combine wrongly are refused', async () => {
    const guest = await foldersGuest('folders');
    const refused = await runSteps(host, guest.name, [commit(2), commit(3)]);
    expect([refused.exitCode, codes(refused)], refused.told).toEqual([3, ['BP149']]);
    expectEnd(await runSteps(host, guest.name, [commit(2)]), 0);
    await expectWrites(host, guest);
  });

  test('a wrong name that only libvirt knows ends the run, and nothing is deleted', async () => {
    const guest = await foldersGuest('stale');
    const [base, b] = filesOf(guest);
    const top = ['--top', 'vda[2]', '--shallow', '--keep-relative', '--wait'];
    await host.virsh('blockcommit', guest.name, 'vda', ...top);
    const upTo = await guest.acknowledged();
    const last = expectEnd(await runSteps(host, guest.name, [commit(3)]), 5);
    const told = saidIn(last).join('\n');
    expect(told).toMatch(/the image header names "\.\.\/\.\.\/b\/\.\.\/base\.qcow2"/);
    expect(last.next).toContain(blockplanOn(host.uri, 'doctor', 'stale'));
    await access(b!);
    // The report is right: the next start does not find the file.
    await guest.destroy();
    await expect(guest.start()).rejects.toThrow(/base\.qcow2/);
    const d = filesOf(guest).at(-1)!;
    await host.qemuImg('rebase', '-u', '-f', 'qcow2', '-b', base!, '-F', 'qcow2', d);
    await expectNextStart(host, guest.name, { upTo });
  });
});

describe('a rollback restores a relative name', () => {
  let guest: Guest;
  beforeAll(async () => {
    guest = await relativeGuest('restored', 'mid', 'top');
  });
  const blockcommit = { disk: 'vda', shallow: true, active: true, pivot: true };

  test.each([{}, { delete: true }])('of an overlay that a commit has emptied: %j', async (more) => {
    const [, mid, top] = filesOf(guest);
    await expectUndone(host, guest, [{ blockcommit: { ...blockcommit, ...more } }, fails]);
    expect(await headerName(host, top!)).toBe(basename(mid!));
  });

  test('of two overlays, one after the other', async () => {
    const [, mid, top] = filesOf(guest);
    await expectUndone(host, guest, [{ blockcommit }, { blockcommit }, fails]);
    expect(await headerName(host, top!)).toBe(basename(mid!));
    expect(await headerName(host, mid!)).toBe('base.qcow2');
  });
});

test('a full copy into an image with a backing file is refused', async () => {
  const guest = await relativeGuest('whole', 'top');
  const dest = join(elsewhere, 'whole');
  const [base] = filesOf(guest);
  await host.qemuImg('create', '-q', '-f', 'qcow2', '-b', base!, '-F', 'qcow2', dest);
  const blockcopy = { disk: 'vda', dest, 'reuse-external': true, format: 'qcow2', pivot: true };
  const refused = await runSteps(host, guest.name, [{ blockcopy }]);
  expect([refused.exitCode, codes(refused)], refused.told).toEqual([3, ['BP122']]);
});
