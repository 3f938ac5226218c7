/**
 * Files with several names, on real libvirt: layers with libvirt's own spelling, links, bind mounts, `..`, volumes of
 * pools, and disks that two guests write to.
 */
import { link, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageChain, liveChain } from '../../src/lab/chains.ts';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { refusal } from './refusal.ts';
import {
  expectEnd,
  expectUndone,
  expectWrites,
  failingStep,
  planText,
  runSteps,
  startCli,
  tool,
  writePlan,
} from './support.ts';

let host: LabHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

const at = (...names: string[]) => join(host.images, ...names);

async function dryRun(domain: string, steps: readonly Record<string, unknown>[]): Promise<string> {
  const file = await writePlan(host, planText(domain, steps));
  const ended = await startCli(host, ['run', file, '-c', host.uri, '--dry-run']).ended;
  expect(ended.exitCode, ended.told).toBe(0);
  return ended.stdout;
}

describe('a chain whose headers name their backing files by relative paths', () => {
  let guest: Guest;
  let files: readonly string[];
  beforeAll(async () => {
    guest = await host.createGuest({
      name: 'relative',
      disks: [
        {
          target: 'vda',
          chain: ['base', 'b/b', 'c/c', 'd/d'].map((name) => at('rel', `${name}.qcow2`)),
          relativeBacking: true,
        },
      ],
    });
    files = guest.disks[0]!.files;
    await guest.waitForWrites(1);
  });
  afterAll(() => guest.destroy());

  test("is committed by plain paths, which virsh gets in libvirt's spelling", async () => {
    const [base, , c, d] = files as [string, string, string, string];
    const [, spelled] = await liveChain(host, 'relative', 'vda');
    expect(spelled).toBe(`${at('rel')}/d/../c/c.qcow2`);
    const steps = [{ blockcommit: { disk: 'vda', top: c, base, delete: true } }];
    expect(await dryRun('relative', steps)).toContain(`--top ${spelled}`);
    const ended = await runSteps(host, 'relative', steps);
    expectEnd(ended, 0);
    const commands = ended.events.flatMap((each) =>
      each.event === 'command' ? [each.command] : [],
    );
    expect(commands.join('\n')).toContain(`--top ${spelled}`);
    expect((await imageChain(host, d)).map((file) => file.replace(/[^/]+\/\.\.\//g, ''))).toEqual([
      d,
      base,
    ]);
    await expectWrites(host, guest);
  });

  test("is committed by libvirt's own spelling, and defined on its layer by any", async () => {
    const live = await liveChain(host, 'relative', 'vda');
    const [, base] = live as [string, string];
    expect(base).toContain('..');
    const commit = { disk: 'vda', base, active: true, 'keep-overlay': true };
    expectEnd(await runSteps(host, 'relative', [{ blockcommit: commit }]), 0);
    const redefine = { disk: 'vda', source: `${at('rel')}/c/../d/d.qcow2` };
    expectEnd(await runSteps(host, 'relative', [{ redefine }]), 0);
    expect(await host.virsh('dumpxml', 'relative', '--inactive')).toContain(`'${files[3]}'`);
    await expectWrites(host, guest);
  });
});

describe('an active layer that is a symbolic link', () => {
  let guest: Guest;
  const commit = (more: object) => ({
    blockcommit: { disk: 'vda', shallow: true, active: true, pivot: true, ...more },
  });
  beforeAll(async () => {
    await mkdir(at('real'));
    guest = await host.createGuest({
      name: 'linked',
      start: false,
      disks: [{ target: 'vda', chain: [at('linked-base.qcow2'), at('linked-top.qcow2')] }],
    });
    await rename(at('linked-top.qcow2'), at('real/top.qcow2'));
    await symlink(at('real/top.qcow2'), at('linked-top.qcow2'));
    await guest.start();
    await guest.waitForWrites(1);
  });
  afterAll(() => guest.destroy());

  test('is not removed or moved: the plan is refused before anything is merged', async () => {
    await refusal(host, 'linked', [commit({ delete: true })], ['BP156']);
    await mkdir(at('aside'));
    await refusal(host, 'linked', [commit({ quarantine: at('aside') })], ['BP142']);
  });

  test('is restored after a copy, whichever name the guest uses', async () => {
    const copy = { blockcopy: { disk: 'vda', dest: at('copy.qcow2'), shallow: true, pivot: true } };
    await expectUndone(host, guest, [copy, await failingStep(host)]);
  });

  test('is committed, and the preview reports that there is no rollback', async () => {
    expect(await dryRun('linked', [commit({})])).toContain('is a symbolic link');
    expectEnd(await runSteps(host, 'linked', [commit({})]), 0);
    expect(await liveChain(host, 'linked', 'vda')).toEqual([at('linked-base.qcow2')]);
    expect(await readFile(at('real/top.qcow2'))).not.toHaveLength(0);
    await expectWrites(host, guest);
  });
});

test('a disk that two guests write to is not copied, committed or put below an overlay', async () => {
  await host.qemuImg('create', '-q', '-f', 'raw', at('shared.raw'), '8M');
  const shared = (more: string) =>
    `<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/><source file='${at('shared.raw')}'/><target dev='vdb' bus='virtio'/>${more}</disk>`;
  const guestOn = (name: string, extraXml: string, start = true) =>
    host.createGuest({
      name,
      extraXml,
      start,
      disks: [{ target: 'vda', chain: [`${name}-base`] }],
    });
  const copy = { blockcopy: { disk: 'vdb', dest: at('moved.raw'), pivot: true } };
  const whole = { 'snapshot-create-as': { name: 's', 'disk-only': true, 'no-metadata': true } };
  // Two running guests can share a disk only with `<shareable/>`, and no step works on such a disk.
  const sharing = await guestOn('sharing', shared('<shareable/>'));
  const sharer = await guestOn('sharer', shared('<shareable/>'));
  for (const step of [copy, whole]) await refusal(host, 'sharing', [step], ['BP126']);
  await sharing.destroy();
  await sharer.destroy();
  await host.virsh('undefine', 'sharer');
  // A guest that is off names the disk without a mention of sharing, and will write to it at its next start.
  await guestOn('later', shared(''), false);
  const alone = await guestOn('alone', shared(''));
  for (const step of [copy, whole]) {
    const ended = await refusal(host, 'alone', [step], ['BP155']);
    expect(ended.stderr).toContain('"later"');
  }
  await host.virsh('undefine', 'later');
  await alone.destroy();
});

describe("another guest's files", () => {
  let own: Guest;
  let other: Guest;
  let theirs: string;
  let base: string;
  /** The raw file of another disk of theirs, which is as large as a disk of ours. */
  let data: string;
  /** Ways to create another name of a folder, and to remove it. */
  const aliases: Readonly<Record<string, (folder: string) => Promise<string>>> = {
    'through a symbolic link': async (folder) => {
      await symlink(folder, at('alias'));
      return at('alias');
    },
    'through a bind mount': async (folder) => {
      await mkdir(at('alias'));
      await tool('mount', '--bind', folder, at('alias'));
      return at('alias');
    },
    'by hard links': async (folder) => {
      await mkdir(at('alias'));
      for (const name of ['theirs.qcow2', 'base.qcow2', 'data.raw'])
        await link(join(folder, name), at('alias', name));
      return at('alias');
    },
    'through ".."': async (folder) => `${folder}/../their//.`,
  };

  beforeAll(async () => {
    base = at('their/base.qcow2');
    theirs = at('their/theirs.qcow2');
    data = at('their/data.raw');
    other = await host.createGuest({
      name: 'other',
      start: false,
      disks: [
        { target: 'vda', chain: [base, theirs] },
        { target: 'vdb', chain: [data], format: 'raw' },
      ],
    });
    own = await host.createGuest({
      name: 'own',
      disks: [{ target: 'vda', chain: [base, 'mid', 'top'] }],
    });
    await own.waitForWrites(1);
  });
  afterAll(async () => {
    await own.destroy();
    await other.destroy();
  });

  async function expectProtected(convert: readonly string[]): Promise<void> {
    const [, mid] = own.disks[0]!.files as [string, string];
    for (const source of convert) {
      const copied = { source, dest: at('new.qcow2'), 'source-format': 'qcow2' };
      await refusal(host, 'own', [{ convert: copied }], ['BP116']);
    }
    await refusal(host, 'own', [{ blockcommit: { disk: 'vda', top: mid, base } }], ['BP109']);
    const shallow = { disk: 'vda', base, active: true, pivot: true };
    await refusal(host, 'own', [{ blockcommit: shallow }], ['BP109']);
  }

  /** The copy would fit, and nothing has the file open: only the other guest's definition names it. */
  async function expectNotOverwritten(expected: readonly string[] = ['BP109']): Promise<void> {
    const before = await readFile(data);
    const reuse = { format: 'raw', 'reuse-external': true, finish: true };
    const copy = { blockcopy: { disk: 'vda', dest: data, ...reuse } };
    const ended = await refusal(host, 'own', [copy], expected, data);
    expect(ended.stderr).toContain('"other"');
    expect(before.equals(await readFile(data))).toBe(true);
  }

  test.each(Object.keys(aliases))('named %s are protected', async (how) => {
    const folder = await aliases[how]!(at('their'));
    const xml = await host.virsh('dumpxml', 'other', '--inactive');
    const named = join(host.dir, 'named.xml');
    const renamed = (file: string) => `${folder}/${basename(file)}`;
    await writeFile(named, xml.replace(/(?<=<source file=')[^']*/g, renamed));
    await host.virsh('define', named);
    await expectProtected([theirs, `${at('their')}/../their/theirs.qcow2`]);
    await expectNotOverwritten(how === 'by hard links' ? ['BP145', 'BP109'] : ['BP109']);
    await other.start();
    await expectProtected([theirs]);
    await other.destroy();
    if (how === 'through a bind mount') await tool('umount', at('alias'));
    await rm(at('alias'), { recursive: true, force: true });
  });

  test('named as volumes of a pool are protected', async () => {
    await host.virsh('pool-create-as', 'their-pool', 'dir', '--target', at('their'));
    const xml = await host.virsh('dumpxml', 'other', '--inactive');
    const named = join(host.dir, 'volume.xml');
    const volume = xml.replace(
      /<disk type='file'([\s\S]*?)<source file='([^']*)'\/>/g,
      (_, driver: string, file: string) =>
        `<disk type='volume'${driver}<source pool='their-pool' volume='${basename(file)}'/>`,
    );
    for (const name of ['theirs.qcow2', 'data.raw']) expect(volume).toContain(`volume='${name}'`);
    await writeFile(named, volume);
    await host.virsh('define', named);
    await expectProtected([theirs]);
    await expectNotOverwritten();
    await other.start();
    await expectProtected([theirs]);
    await other.destroy();
  });
});
