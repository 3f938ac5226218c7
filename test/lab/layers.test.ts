/** Layers that are several files, disks that live and persistent definition do not share, and guests that stand still. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Guest } from '../../src/lab/guest.ts';
import { type Host, startHost } from '../../src/lab/host.ts';
import { refusal } from './refusal.ts';
import {
  codes,
  expectEnd,
  expectWrites,
  planText,
  runSteps,
  startCli,
  tool,
  writePlan,
} from './support.ts';

const NAME = 'df2';
let host: Host;
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
});
afterAll(() => host.stop());
const at = (name: string) => join(folder, name);

/** Defines a guest that is off, on one disk. */
async function defineOff(name: string, file: string): Promise<void> {
  const xml = join(host.dir, `${name}.xml`);
  const { writeFile } = await import('node:fs/promises');
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

  test("another guest's is written to by no step", async () => {
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

  test('is copied whole where nobody writes to it, and its size is known before', async () => {
    await host.virsh('undefine', 'df1');
    const steps = [
      { convert: { source: at('a.qcow2'), 'source-format': 'qcow2', dest: at('whole.qcow2') } },
    ];
    const preview = await startCli(host, [
      ...['run', await writePlan(host, planText(NAME, steps)), '-c', host.uri],
      '--dry-run',
    ]).ended;
    expect(preview.stdout, preview.told).toMatch(/copies up to 4\d(\.\d+)? MB/);
    expectEnd(await runSteps(host, NAME, steps), 0);
    await tool('qemu-io', '-r', '-f', 'qcow2', '-c', 'read -P 7 0 40M', at('whole.qcow2'));
    await defineOff('df1', at('a.qcow2'));
  });

  test("the guest's own is refused by every step that works on the disk", async () => {
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
      for (const step of [
        { blockcopy: { disk: 'vdb', dest: at('moved.qcow2'), pivot: true } },
        { 'snapshot-create-as': { name: 's', 'disk-only': true, 'no-metadata': true } },
      ])
        expect(codes(await refusal(host, NAME, [step], ['BP144']))).toEqual(['BP144']);
      // Another disk of the guest is worked on, and its copy does not go there.
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
