/** Layers of several files, disks that differ between the running guest and its definition, and paused guests. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { agentConnected, picture } from '../../src/lab/picture.ts';
import { refusal } from './refusal.ts';
import {
  codes,
  expectEnd,
  expectWrites,
  failingStep,
  planText,
  runSteps,
  startCli,
  tool,
  writePlan,
} from './support.ts';

const NAME = 'df2';
let host: LabHost;
let guest: Guest;
let folder: string;
beforeAll(async () => {
  host = await startHost();
  guest = await host.createGuest({
    name: NAME,
    disks: [{ target: 'vda', chain: ['base', 'top'] }],
  });
  folder = host.images;
  await guest.waitForWrites(1);
  await agentConnected(host, NAME);
});
afterAll(() => host.stop());
const at = (name: string) => join(folder, name);

/** Defines a guest that is off, with one disk. */
async function defineOff(name: string, file: string): Promise<void> {
  const xml = join(host.dir, `${name}.xml`);
  await writeFile(
    xml,
    `<domain type='qemu'><name>${name}</name><memory unit='MiB'>32</memory><os><type arch='x86_64'>hvm</type></os><devices>
      <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${file}'/><target dev='vda' bus='virtio'/></disk>
    </devices></domain>`,
  );
  await host.virsh('define', xml);
}

describe('an image that keeps its data in another file', () => {
  beforeAll(async () => {
    const options = `data_file=${at('a.data')},data_file_raw=on`;
    await host.qemuImg('create', '-q', '-f', 'qcow2', '-o', options, at('a.qcow2'), '64M');
    await tool('qemu-io', '-f', 'qcow2', '-c', 'write -P 7 0 40M', at('a.qcow2'));
    await defineOff('df1', at('a.qcow2'));
  });

  test("no step writes to another guest's data file", async () => {
    const before = await readFile(at('a.data'));
    const reuse = { 'reuse-external': true, format: 'raw' };
    await refusal(
      host,
      NAME,
      [{ blockcopy: { disk: 'vda', dest: at('a.data'), ...reuse, finish: true } }],
      ['BP109'],
      at('a.data'),
    );
    await refusal(
      host,
      NAME,
      [{ convert: { source: at('a.data'), 'source-format': 'raw', dest: at('torn.qcow2') } }],
      ['BP116'],
      at('a.data'),
    );
    expect(before.equals(await readFile(at('a.data')))).toBe(true);
  });

  test('is copied completely if it is not written to, and its size is known before', async () => {
    await host.virsh('undefine', 'df1');
    const steps = [
      { convert: { source: at('a.qcow2'), 'source-format': 'qcow2', dest: at('whole.qcow2') } },
    ];
    const preview = await startCli(host, [
      ...['run', await writePlan(host, planText(NAME, steps)), '-c', host.uri],
      '--dry-run',
    ]).ended;
    expect(preview.stdout, preview.told).toMatch(/copies up to 4\d(\.\d+)? MiB/);
    expectEnd(await runSteps(host, NAME, steps), 0);
    await tool('qemu-io', '-r', '-f', 'qcow2', '-c', 'read -P 7 0 40M', at('whole.qcow2'));
    await defineOff('df1', at('a.qcow2'));
  });

  test('every step on a disk with a data file is refused', async () => {
    await host.qemuImg(
      'create',
      '-q',
      '-f',
      'qcow2',
      '-o',
      `data_file=${at('own.data')}`,
      at('own.qcow2'),
      '64M',
    );
    await host.virsh(
      'attach-disk',
      NAME,
      at('own.qcow2'),
      'vdb',
      '--subdriver',
      'qcow2',
      '--persistent',
    );
    try {
      // From 10.10 on libvirt reports the data file itself.
      const code = (await host.virsh('dumpxml', NAME)).includes('<dataStore') ? 'BP126' : 'BP144';
      for (const step of [
        { blockcopy: { disk: 'vdb', dest: at('moved.qcow2'), pivot: true } },
        { 'snapshot-create-as': { name: 's', 'disk-only': true, 'no-metadata': true } },
      ])
        expect(codes(await refusal(host, NAME, [step], [code]))).toEqual([code]);
      // A step works on another disk of the guest, but its copy must not overwrite the data file.
      await refusal(
        host,
        NAME,
        [
          {
            blockcopy: {
              disk: 'vda',
              dest: at('own.data'),
              'reuse-external': true,
              format: 'raw',
              finish: true,
            },
          },
        ],
        ['BP106'],
        at('own.data'),
      );
    } finally {
      await host.virsh('detach-disk', NAME, 'vdb', '--persistent');
    }
    await expectWrites(host, guest);
  });
});

describe('a disk that differs in the definition', () => {
  const hot = () => at('hot.qcow2');
  const copy = (more: object) => ({
    blockcopy: { disk: 'vdb', dest: at('hot-copy.qcow2'), ...more },
  });
  const snapshot = { name: 's', 'disk-only': true, 'no-metadata': true };
  beforeAll(async () => {
    await host.qemuImg('create', '-q', '-f', 'qcow2', hot(), '64M');
    await host.virsh('attach-disk', NAME, hot(), 'vdb', '--subdriver', 'qcow2', '--live');
  });
  afterAll(() => host.virsh('detach-disk', NAME, 'vdb', '--live'));

  test('is not moved if it was hot-plugged', async () => {
    await refusal(host, NAME, [copy({ pivot: true })], ['BP100'], 'vdb');
    await refusal(host, NAME, [{ 'snapshot-create-as': snapshot }], ['BP100']);
    await refusal(host, NAME, [{ redefine: { disk: 'vdb', source: hot() } }], ['BP103'], 'vdb');
  });

  test('is copied, and left out of a snapshot and its rollback', async () => {
    expectEnd(await runSteps(host, NAME, [copy({ finish: true })]), 0);
    const aside = { ...snapshot, diskspec: [{ disk: 'vdb', snapshot: 'no' }] };
    const before = await picture(host, NAME, [host.images]);
    const steps = [{ 'snapshot-create-as': aside }, await failingStep(host)];
    const ended = await runSteps(host, NAME, steps);
    expectEnd(ended, 4);
    expect(await picture(host, NAME, [host.images]), ended.told).toEqual(before);
    expect(await host.virsh('domblklist', NAME)).toContain(hot());
  });

  test('is not moved if the definition gives it another target', async () => {
    await host.virsh('attach-disk', NAME, hot(), 'vdc', '--subdriver', 'qcow2', '--config');
    await refusal(host, NAME, [copy({ dest: at('x.qcow2'), pivot: true })], ['BP100'], 'vdb');
    // The disk that the next start writes to must not be the destination of a copy.
    await host.virsh('detach-disk', NAME, 'vdc', '--config');
    await host.virsh('attach-disk', NAME, at('next.raw'), 'vdc', '--config');
    await tool('truncate', '-s', '64M', at('next.raw'));
    const onto = { dest: at('next.raw'), 'reuse-external': true, format: 'raw', finish: true };
    await refusal(host, NAME, [copy(onto)], ['BP106'], at('next.raw'));
    await host.virsh('detach-disk', NAME, 'vdc', '--config');
  });

  test('is not overwritten by a commit into the file that only the definition gives it', async () => {
    const [base = ''] = guest.disks[0]!.files;
    const before = await readFile(base);
    await host.virsh('attach-disk', NAME, base, 'vdc', '--subdriver', 'qcow2', '--config');
    const commit = (end: string) => ({
      blockcommit: { disk: 'vda', base, active: true, [end]: true },
    });
    try {
      const kept = await refusal(host, NAME, [commit('keep-overlay')], ['BP109'], base);
      expect(kept.stderr).toContain('vdc');
      // The disk would move to a file that the definition has for another target.
      await refusal(host, NAME, [commit('pivot')], ['BP100', 'BP109'], 'vda');
      expect(before.equals(await readFile(base))).toBe(true);
    } finally {
      await host.virsh('detach-disk', NAME, 'vdc', '--config');
    }
  });
});

describe('a guest that is paused', () => {
  beforeAll(() => host.virsh('suspend', NAME));
  afterAll(() => host.virsh('resume', NAME));

  test('is not asked to freeze its file systems', async () => {
    const snapshot = { name: 's', 'disk-only': true, 'no-metadata': true, quiesce: true };
    const ended = await refusal(
      host,
      NAME,
      [{ 'snapshot-create-as': snapshot }],
      ['BP112'],
      'true',
    );
    expect(ended.stderr).toContain('is paused');
  });

  test('has its disk copied, overlaid, merged and moved, and stays paused', async () => {
    const steps = [
      { 'snapshot-create-as': { name: 's', 'disk-only': true, 'no-metadata': true } },
      { blockcommit: { disk: 'vda', shallow: true, active: true, pivot: true, delete: true } },
      { blockcopy: { disk: 'vda', dest: at('moved.qcow2'), shallow: true, pivot: true } },
    ];
    const file = await writePlan(host, planText(NAME, steps));
    const preview = await startCli(host, ['run', file, '-c', host.uri, '--dry-run']).ended;
    expect(preview.stdout, preview.told).toContain('the guest stays paused');
    expect(preview.stdout).not.toMatch(/the guest is running|keeps running/);
    expectEnd(await runSteps(host, NAME, steps), 0);
    expect(await guest.state()).toBe('paused');
    expect(await host.virsh('domblklist', NAME)).toContain(at('moved.qcow2'));
  });
});

test('the guest has lost no write in all of that', () => expectWrites(host, guest));
