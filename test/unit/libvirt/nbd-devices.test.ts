/** Which NBD devices of a host are free. */
import { expect, test } from 'vitest';
import type { Argv, FileStat, ProgramResult } from '../../../src/host-io/host-io.ts';
import { findNbdDevices } from '../../../src/libvirt/nbd-devices.ts';

const RESULT: ProgramResult = { ok: true, stdout: '', stderr: '', code: 0, signal: undefined };

/** A host with these paths; `modprobe` ends like that. */
function hostWith(paths: readonly string[], modprobe = false, user = 0) {
  const started: Argv[] = [];
  const io = {
    user,
    stat: async (path: string) => (paths.includes(path) ? ({} as FileStat) : null),
    run: async (argv: Argv) => {
      started.push(argv);
      return { ...RESULT, ok: modprobe };
    },
  };
  return { io, started };
}

/** What the kernel shows of the module with four devices, of which the second is connected. */
const LOADED = [
  '/sys/module/nbd',
  ...[0, 1, 2, 3].map((number) => `/sys/block/nbd${number}`),
  '/sys/block/nbd1/pid',
];

test('of a module that is loaded: those that are not connected', async () => {
  const { io, started } = hostWith(LOADED);
  expect(await findNbdDevices(io, 2)).toEqual({
    isLoaded: true,
    devices: ['/dev/nbd0', '/dev/nbd2'],
  });
  expect(await findNbdDevices(io, 3)).toMatchObject({ devices: { length: 3 } });
  expect(await findNbdDevices(io, 4)).toBeUndefined();
  expect(started).toEqual([]);
});

test('of a module that can be loaded: the first ones, as many as it makes', async () => {
  const { io, started } = hostWith([], true);
  expect(await findNbdDevices(io, 2)).toEqual({
    isLoaded: false,
    devices: ['/dev/nbd0', '/dev/nbd1'],
  });
  expect(await findNbdDevices(io, 17)).toBeUndefined();
  expect(started[0]).toEqual(['modprobe', '-n', '-q', 'nbd']);
});

test('none without the module, and none for a user who cannot connect them', async () => {
  expect(await findNbdDevices(hostWith([]).io, 1)).toBeUndefined();
  expect(await findNbdDevices(hostWith(LOADED, true, 1000).io, 1)).toBeUndefined();
});
