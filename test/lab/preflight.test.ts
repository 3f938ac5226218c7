import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { definition } from '../../src/lab/picture.ts';
import { refusal } from './refusal.ts';
import {
  codes,
  type Ended,
  expectEnd,
  expectNothingLeft,
  planText,
  runSteps,
  startCli,
  startRun,
  tool,
  writePlan,
} from './support.ts';

const NAME = 'testvm';
let host: LabHost;
let guest: Guest;
/** base <- mid <- top of vda; vdb is raw, vdc read-only, sda a CD-ROM drive with a disc and sdb one without. */
let _base: string;
let mid: string;
let top: string;
let shared: string;

beforeAll(async () => {
  host = await startHost();
  shared = join(host.images, 'shared');
  await mkdir(shared);
  const readonly = join(host.images, 'readonly.raw');
  const disc = join(host.images, 'disc.iso');
  for (const file of [readonly, disc]) await tool('truncate', '-s', '1M', file);
  const disk = (type: string, device: string, file: string, target: string, more: string) =>
    `<disk type='file' device='${device}'><driver name='qemu' type='${type}'/>${file}<target dev='${target}' bus='${target.startsWith('s') ? 'sata' : 'virtio'}'/>${more}</disk>`;
  guest = await host.createGuest({
    name: NAME,
    autostart: true,
    disks: [
      { target: 'vda', chain: [join(shared, 'base.qcow2'), 'mid', 'top'] },
      { target: 'vdb', chain: ['plain'], format: 'raw' },
    ],
    extraXml: [
      disk('raw', 'disk', `<source file='${readonly}'/>`, 'vdc', '<readonly/>'),
      disk('raw', 'cdrom', `<source file='${disc}'/>`, 'sda', '<readonly/>'),
      disk('raw', 'cdrom', '', 'sdb', '<readonly/>'),
    ].join(''),
  });
  [_base, mid, top] = guest.disks[0]!.files as [string, string, string];
  await guest.waitForWrites(1);
});
afterAll(() => host.stop());

const expectRefused = (
  steps: readonly Record<string, unknown>[],
  expected: readonly string[],
  word?: string,
): Promise<Ended> => refusal(host, NAME, steps, expected, word);
const at = (name: string) => join(host.images, name);
const copy = (more: object) => ({
  blockcopy: { disk: 'vda', dest: at('new'), pivot: true, ...more },
});

describe('the disk', () => {
  test.each([
    ['does not exist', { disk: 'vdz' }, 'BP103', 'vdz'],
    ['is read-only', { disk: 'vdc' }, 'BP104', 'vdc'],
    ['is a CD-ROM', { disk: 'sda' }, 'BP104', 'sda'],
    ['is an empty CD-ROM drive', { disk: 'sdb' }, 'BP104', 'sdb'],
    ['is raw and the copy shallow', { disk: 'vdb', shallow: true }, 'BP054', 'true'],
  ])('%s', async (_, params, code, word) => {
    await expectRefused([copy(params)], [code], word);
  });

  test('already has a job', async () => {
    const dest = at('busy');
    const words = ['--dest', dest, '--transient-job', '--bandwidth', '1', '--bytes'];
    await host.virsh('blockcopy', NAME, 'vda', ...words);
    try {
      const ended = await runSteps(host, NAME, [copy({})]);
      expect([ended.exitCode, codes(ended)]).toEqual([3, ['BP105']]);
      const commit = { blockcommit: { disk: 'vda', shallow: true, pivot: true } };
      expect(codes(await runSteps(host, NAME, [commit]))).toEqual(['BP105']);
      const snapshot = { 'snapshot-create-as': { name: 's', 'disk-only': true } };
      expect(codes(await runSteps(host, NAME, [snapshot]))).toContain('BP105');
      expect(await host.virsh('blockjob', NAME, 'vda', '--info', '--raw')).toContain('Block Copy');
    } finally {
      await host.virsh('blockjob', NAME, 'vda', '--abort');
      await rm(dest);
    }
  });
});

describe('the destination', () => {
  test('exists, even if it is empty', async () => {
    await writeFile(at('there'), '');
    await expectRefused([copy({ dest: at('there') })], ['BP106'], at('there'));
    await rm(at('there'));
  });
  test('is a layer of the disk, by any of its names', async () => {
    await expectRefused([copy({ dest: mid })], ['BP106'], mid);
    await symlink(shared, at('link'));
    const reused = { format: 'qcow2', 'reuse-external': true };
    const dest = at('link/base.qcow2');
    await expectRefused([copy({ dest, ...reused })], ['BP106'], dest);
    await rm(at('link'));
  });
  test('is an image with a backing file', async () => {
    const dest = at('reused.qcow2');
    await host.qemuImg('create', '-f', 'qcow2', dest, '64M');
    const reused = { format: 'qcow2', 'reuse-external': true, shallow: true };
    await expectRefused([copy({ dest, ...reused })], ['BP122'], dest);
    await rm(dest);
  });
  test("is another of the guest's own disks", async () => {
    const dest = guest.disks[1]!.files[0]!;
    const ended = await expectRefused(
      [copy({ dest, format: 'raw', 'reuse-external': true })],
      ['BP106'],
      dest,
    );
    expect(ended.stderr).toContain('vdb');
  });
  test('is in a folder that is missing or read-only', async () => {
    await expectRefused([copy({ dest: at('no/new') })], ['BP107'], at('no/new'));
    const folder = await host.tmpfs(1024 * 1024);
    await tool('mount', '-o', 'remount,ro', folder);
    await expectRefused([copy({ dest: join(folder, 'new') })], ['BP107'], join(folder, 'new'));
  });
  test('has too little space', async () => {
    const folder = await host.tmpfs(64 * 1024);
    const dest = join(folder, 'new');
    const ended = await expectRefused([copy({ dest })], ['BP108'], dest);
    expect(ended.stderr).toMatch(/has .+ free, but at least .+ are needed/);
  });
});

describe('the domain', () => {
  const refusedFor = async (domain: string, steps: Record<string, unknown>[]) => {
    const ended = await runSteps(host, domain, steps);
    expect(ended.exitCode, ended.told).toBe(3);
    return codes(ended);
  };

  test('does not exist, is off, or is transient', async () => {
    expect(await refusedFor('nobody', [copy({})])).toEqual(['BP101']);
    const other = await host.createGuest({
      name: 'other',
      start: false,
      agent: false,
      disks: [{ target: 'vda', chain: ['other'] }],
    });
    expect(await refusedFor('other', [copy({})])).toEqual(['BP102']);
    await other.start();
    const quiesce = { name: 's', 'disk-only': true, quiesce: true };
    expect(await refusedFor('other', [{ 'snapshot-create-as': quiesce }])).toEqual(['BP112']);
    const xml = await definition(host, 'other');
    await host.virsh('undefine', 'other');
    expect(await refusedFor('other', [{ undefine: {} }, { redefine: {} }])).toEqual(['BP110']);
    expect(await refusedFor('other', [{ redefine: {} }])).toEqual(['BP110']);
    expect(xml).toContain('other.qcow2');
    await other.destroy().catch(() => {});
    await rm(at('other'), { recursive: true });
  });

  test('already has a snapshot of that name', async () => {
    await host.virsh(
      'snapshot-create-as',
      NAME,
      'taken',
      '--disk-only',
      '--diskspec',
      'vda,snapshot=no',
      '--diskspec',
      'vdb,snapshot=external',
      '--diskspec',
      'vdc,snapshot=no',
    );
    await expectRefused(
      [
        {
          'snapshot-create-as': {
            name: 'taken',
            'disk-only': true,
            diskspec: [{ disk: '*', snapshot: 'no' }, { disk: 'vda' }],
          },
        },
      ],
      ['BP111'],
      'taken',
    );
    await host.virsh('blockcommit', NAME, 'vdb', '--active', '--pivot', '--wait', '--shallow');
    await host.virsh('snapshot-delete', NAME, 'taken', '--metadata');
    await rm(at(`${NAME}/plain.taken`));
  });

  test('has a definition that names another file than the guest writes to', async () => {
    const before = await definition(host, NAME);
    const stale = at('stale.qcow2');
    await host.qemuImg('create', '-q', '-f', 'qcow2', stale, '64M');
    await writeFile(join(host.dir, 'stale.xml'), before.replace(top, stale));
    await writeFile(join(host.dir, 'before.xml'), before);
    await host.virsh('define', join(host.dir, 'stale.xml'));
    await expectRefused([copy({})], ['BP119'], 'vda');
    await expectRefused([{ redefine: {} }], ['BP114']);
    await expectRefused([{ redefine: { disk: 'vda', source: stale } }], ['BP114'], stale);
    await host.virsh('define', join(host.dir, 'before.xml'));
    await rm(stale);
  });

  test('is in use, by the marker of a run on another machine or by a run on this one', async () => {
    const words = ['--uri', 'urn:blockplan:run:1', '--key', 'blockplan', '--live'];
    const marker = `<run run='r1' host='elsewhere' user='eve' pid='1' since='2026-01-01T00:00:00Z'/>`;
    await host.virsh('metadata', NAME, ...words, '--set', marker);
    const marked = await runSteps(host, NAME, [copy({})]);
    expect([marked.exitCode, codes(marked)]).toEqual([3, ['BP120']]);
    expect(marked.stderr).toContain('eve@elsewhere');
    expect(await host.virsh('dumpxml', NAME)).toContain('host="elsewhere"');
    await host.virsh('metadata', NAME, '--uri', 'urn:blockplan:run:1', '--live', '--remove');
    const slow = { bandwidth: 1, bytes: true };
    const first = await startRun(host, { text: planText(NAME, [copy(slow)]) });
    await first.event(({ event }) => event === 'command');
    const second = await runSteps(host, NAME, [copy({ dest: at('second') })]);
    expect(second.exitCode, second.told).toBe(3);
    first.child.kill('SIGINT');
    expectEnd(await first.ended, 4);
    await expectNothingLeft(host, NAME);
  });
});

test('the journal cannot be written', async () => {
  const file = await writePlan(host, planText(NAME, [copy({})]));
  const occupied = join(host.dir, 'occupied');
  await writeFile(occupied, '');
  const env = { BLOCKPLAN_STATE_DIR: join(occupied, 'state') };
  const ended = await startCli(host, ['run', file, '-c', host.uri, '--yes'], { env }).ended;
  expect([ended.exitCode, codes(ended)], ended.told).toEqual([3, ['BP121']]);
  await rm(occupied);
});

describe('the connection', () => {
  const withUri = async (uri: string, env: Record<string, string> = {}) => {
    const file = await writePlan(host, planText(NAME, [copy({})]));
    return startCli(host, ['run', file, '-c', uri, '--yes', '--format', 'json'], { env }).ended;
  };
  test.each([
    ['is to another machine', () => 'qemu+ssh://root@192.0.2.1/system', 'BP197'],
    ['has no daemon behind its socket', () => `qemu+unix:///system?socket=${host.dir}/none`, ''],
    ['is not a URI that libvirt knows', () => 'nonsense:///', ''],
  ])('%s', async (_, uri, code) => {
    const ended = await withUri(uri());
    expect(ended.exitCode, ended.told).toBe(3);
    expect(codes(ended)[0]).toMatch(code === '' ? /^BP19\d$/ : code);
    expect(ended.stderr).not.toContain('bug');
  });
  test('needs virsh, which is missing', async () => {
    const ended = await withUri(host.uri, { PATH: host.dir });
    expect(ended.exitCode, ended.told).toBe(3);
    expect(ended.stderr).toMatch(/virsh/);
  });
});
