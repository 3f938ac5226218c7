/** Who uses a block device, read from recorded `/proc` and `/sys`: LVM, LUKS, md, multipath, partitions. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { deviceUsers, swapFiles } from '../../../src/host-io/device-users.ts';

/** A device of a recorded host: its folder below /sys/devices, its number, and the content of the folder. */
interface Recorded {
  readonly at: string;
  readonly dev: string;
  readonly partition?: true;
  readonly mapped?: string;
  readonly holders?: readonly string[];
}

const SDA = 'pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda';
const SDB = 'pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/block/sdb';
const NVME = 'pci0000:00/0000:01:00.0/nvme/nvme0/nvme0n1';
const dm = (number: number) => `virtual/block/dm-${number}`;

const DEVICES: readonly Recorded[] = [
  { at: SDA, dev: '8:0' },
  { at: `${SDA}/sda1`, dev: '8:1', partition: true },
  { at: `${SDA}/sda2`, dev: '8:2', partition: true, holders: ['dm-0', 'dm-1'] },
  { at: `${SDA}/sda3`, dev: '8:3', partition: true },
  { at: SDB, dev: '8:16', holders: ['dm-2'] },
  { at: dm(0), dev: '253:0', mapped: 'vg0-root' },
  { at: dm(1), dev: '253:1', mapped: 'vg0-swap' },
  { at: dm(2), dev: '253:2', mapped: 'luks-3f2a', holders: ['dm-3'] },
  { at: dm(3), dev: '253:3', mapped: 'vg1-guests' },
  { at: dm(4), dev: '253:4', mapped: 'vg1-free', holders: [] },
  { at: NVME, dev: '259:0' },
  { at: `${NVME}/nvme0n1p1`, dev: '259:1', partition: true, holders: ['md127'] },
  { at: 'virtual/block/md127', dev: '9:127' },
  { at: 'virtual/block/loop3', dev: '7:3' },
  { at: 'pci0000:00/0000:03:00.0/cciss0/block/cciss!c0d0', dev: '104:0' },
  { at: 'virtual/block/sdz', dev: '65:144' },
];

const MOUNTINFO = `22 1 253:0 / / rw,relatime shared:1 - ext4 /dev/mapper/vg0-root rw
23 22 0:21 / /proc rw,nosuid shared:2 - proc proc rw
31 22 8:1 / /boot rw,relatime shared:12 - ext4 /dev/sda1 rw
44 22 0:38 /@guests /srv/with\\040space rw,relatime shared:20 master:3 - btrfs /dev/md127 rw,space_cache
45 22 7:3 / /mnt/iso ro,relatime - iso9660 /dev/loop3 ro
46 22 104:0 / /old rw - xfs /dev/cciss/c0d0 rw
`;

const SWAPS = `Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority
/dev/mapper/vg0-swap                    partition\t1048572\t\t0\t\t-2
/swap\\040file                           file\t\t524284\t\t0\t\t-3
/dev/sda3                               partition\t65532\t\t0\t\t-4
`;

const root = mkdtempSync(join(tmpdir(), 'blockplan-sys-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

write('proc/self/mountinfo', MOUNTINFO);
write('proc/swaps', SWAPS);
mkdirSync(join(root, 'sys/dev/block'), { recursive: true });
for (const { at, dev, partition, mapped, holders = [] } of DEVICES) {
  write(`sys/devices/${at}/dev`, `${dev}\n`);
  write(`sys/devices/${at}/queue/rotational`, '0\n');
  if (partition) write(`sys/devices/${at}/partition`, '1\n');
  if (mapped) write(`sys/devices/${at}/dm/name`, `${mapped}\n`);
  mkdirSync(join(root, `sys/devices/${at}/holders`), { recursive: true });
  for (const holder of holders)
    symlinkSync(
      join(root, 'sys/devices/virtual/block', holder),
      join(root, `sys/devices/${at}/holders`, holder),
    );
  symlinkSync(`../../devices/${at}`, join(root, 'sys/dev/block', dev));
}

describe('a recorded host', () => {
  test.each([
    [
      'a disk with partitions in use',
      '8:0',
      [
        'a disk whose partition sda1 is mounted at /boot',
        'a disk whose partition sda2 is held by dm-0 (vg0-root)',
        'a disk whose partition sda2 is held by dm-1 (vg0-swap)',
        'a disk whose partition sda3 is used as swap',
      ],
    ],
    ['a mounted partition', '8:1', ['mounted at /boot']],
    ['a physical volume of LVM', '8:2', ['held by dm-0 (vg0-root)', 'held by dm-1 (vg0-swap)']],
    ['a swap partition', '8:3', ['used as swap']],
    ['a whole disk below LUKS', '8:16', ['held by dm-2 (luks-3f2a)']],
    ['a mounted logical volume', '253:0', ['mounted at /']],
    ['a logical volume used as swap under its device-mapper name', '253:1', ['used as swap']],
    ['LUKS below LVM', '253:2', ['held by dm-3 (vg1-guests)']],
    ['a free logical volume', '253:4', []],
    ['a member of a RAID', '259:1', ['held by md127']],
    [
      'the disk of a member of a RAID',
      '259:0',
      ['a disk whose partition nvme0n1p1 is held by md127'],
    ],
    ['a device of btrfs, whose mount has its own number', '9:127', ['mounted at /srv/with space']],
    ['a mounted loop device', '7:3', ['mounted at /mnt/iso']],
    ['a device with a slash in its name', '104:0', ['mounted at /old']],
    ['a free disk', '65:144', []],
    ['a device that /sys does not know', '1:1', []],
  ])('%s', async (_what, number, users) => {
    expect((await deviceUsers(number, root)).sort()).toEqual([...users].sort());
  });

  test('a partition of a disk that is used as a whole', async () => {
    mkdirSync(join(root, `sys/devices/${SDB}/sdb1`), { recursive: true });
    write(`sys/devices/${SDB}/sdb1/dev`, '8:17\n');
    write(`sys/devices/${SDB}/sdb1/partition`, '1\n');
    symlinkSync(`../../devices/${SDB}/sdb1`, join(root, 'sys/dev/block/8:17'));
    expect(await deviceUsers('8:17', root)).toEqual([
      'a partition of sdb, which is held by dm-2 (luks-3f2a)',
    ]);
  });

  test('the files and devices of swap', async () => {
    expect(await swapFiles(root)).toEqual(['/dev/mapper/vg0-swap', '/swap file', '/dev/sda3']);
  });
});

test('a host without swap and without mounts', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'blockplan-sys-'));
  expect(await swapFiles(empty)).toEqual([]);
  expect(await deviceUsers('8:0', empty)).toEqual([]);
  rmSync(empty, { recursive: true });
});
