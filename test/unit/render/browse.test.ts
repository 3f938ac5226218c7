/** What `blockplan browse` prints, on hosts with and without the kernel's NBD devices. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import {
  type BrowsedBackup,
  browseCommands,
  browseJson,
  nbdUri,
  renderBrowse,
} from '../../../src/render/browse.ts';

const disk = (target: string, folder = '/run/blockplan-Wq3fTz') => {
  const socket = `${folder}/${target}.sock`;
  return { target, capacity: 20 * 1024 ** 3, socket, uri: nbdUri(socket) };
};

const ONE: BrowsedBackup = {
  ...{ store: '/backup/web1', backup: '2026-11-29-020000', domain: 'web1' },
  ...{ time: '2026-11-29T02:00:00Z', quiesced: true, disks: [disk('vda')] },
};
const TWO = { ...ONE, quiesced: false, disks: [disk('vda'), disk('vdb')] };
const LOADED = { isLoaded: true, devices: ['/dev/nbd1', '/dev/nbd2'] };

test('with the NBD module, which is not loaded', () => {
  const commands = browseCommands(ONE.disks, { isLoaded: false, devices: ['/dev/nbd0'] });
  expect(renderBrowse(ONE, commands, false, 130)).toMatchInlineSnapshot(`
    "web1, backup 2026-11-29-020000 of 2026-11-29 02:00:00Z in /backup/web1, read-only:
    DISK  SIZE    SOCKET
    vda   20 GiB  /run/blockplan-Wq3fTz/vda.sock

    To look inside, type in another terminal:

      $ modprobe nbd
      $ nbd-client -unix /run/blockplan-Wq3fTz/vda.sock /dev/nbd0 -readonly
      $ lsblk --fs /dev/nbd0
      $ mount -o ro,norecovery /dev/nbd0p1 /mnt

    Mount the partition that lsblk shows. Use norecovery for ext4 and XFS only. nbd-client is in the Debian package nbd-client.

    To leave, type:

      $ umount /mnt
      $ nbd-client -d /dev/nbd0

    Then press Ctrl-C here.
    "
  `);
});

test('with the NBD module loaded, and two disks that were not frozen', () => {
  const commands = browseCommands(TWO.disks, LOADED);
  expect(commands).toEqual({
    program: 'nbd-client',
    open: [
      'nbd-client -unix /run/blockplan-Wq3fTz/vda.sock /dev/nbd1 -readonly',
      'nbd-client -unix /run/blockplan-Wq3fTz/vdb.sock /dev/nbd2 -readonly',
      'lsblk --fs /dev/nbd1 /dev/nbd2',
      'mount -o ro,norecovery /dev/nbd1p1 /mnt',
    ],
    close: ['umount /mnt', 'nbd-client -d /dev/nbd1', 'nbd-client -d /dev/nbd2'],
  });
  const text = renderBrowse(TWO, commands, false, 80).replaceAll(/\s+/g, ' ');
  expect(text).toContain('were not frozen for this backup: without recovery, the newest changes');
});

test('without the NBD module, libguestfs gets all disks at once', () => {
  const commands = browseCommands(TWO.disks, undefined);
  expect(commands).toEqual({
    program: 'guestmount',
    open: [
      "env LIBGUESTFS_BACKEND=direct guestmount --ro --format=raw -a 'nbd+unix:///?socket=/run/blockplan-Wq3fTz/vda.sock' -a 'nbd+unix:///?socket=/run/blockplan-Wq3fTz/vdb.sock' -i /mnt",
    ],
    close: ['guestunmount /mnt'],
  });
  const text = renderBrowse(TWO, commands, false, 80).replaceAll(/\s+/g, ' ');
  expect(text).toContain('guestmount is in the Debian package libguestfs-tools.');
  expect(text).not.toContain('recovery');
});

describe('a folder with any name', () => {
  const folder = "/run/it's a&b%20#?\u001b[2J";
  const strange = { ...ONE, disks: [disk('vda', folder)] };

  test('is one word of each command', () => {
    for (const nbd of [LOADED, undefined]) {
      const { open } = browseCommands(strange.disks, nbd);
      const [line = ''] = open;
      const words = execFileSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
      const { socket, uri } = strange.disks[0]!;
      expect(words.split('\0')).toContain(nbd ? socket : uri);
    }
  });

  test('is found again in the URI', () => {
    const { socket, uri } = strange.disks[0]!;
    expect(new URL(uri).searchParams.get('socket')).toBe(socket);
  });

  test('does not reach the terminal unescaped', () => {
    const text = renderBrowse(strange, browseCommands(strange.disks, LOADED), false, 80);
    expect(text).not.toContain('\u001b');
  });
});

test('as JSON it is one line, in the shape of its schema', () => {
  const commands = browseCommands(TWO.disks, undefined);
  const warning = { code: 'BP189', severity: 'warning', message: 'm', hint: 'h' } as const;
  const printed = browseJson(TWO, commands, [warning]);
  expect(printed.indexOf('\n')).toBe(printed.length - 1);
  const file = new URL('../../../schemas/browse.schema.json', import.meta.url);
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
  const valid = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
  const value = JSON.parse(printed);
  expect(valid(value), JSON.stringify(valid.errors)).toBe(true);
  expect(value).toMatchObject({ backup: ONE.backup, disks: TWO.disks, findings: [warning] });
});
