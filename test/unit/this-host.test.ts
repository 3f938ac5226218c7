/** Whether a record is of this machine: by its id, and by its name where the id does not decide. */
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { lockOwner, takeLock } from '../../src/journal/lock.ts';
import { hostIdOf, isThisHost, machineId, thisHost } from '../../src/this-host.ts';
import { scratchFolder } from '../scratch-folder.ts';

vi.mock(import('node:fs'), { spy: true });
const actual = await vi.importActual<typeof fs>('node:fs');

const scratch = scratchFolder('this-host');
const ID = '0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210';
const EXT4 = 0xef53;
const NFS = 0x6969;

/** Gives this machine an id, and puts the state directory on a file system of that type. */
function having(machine: string, type = EXT4): void {
  const read = (path: string, ...more: never[]) =>
    path === '/etc/machine-id' ? `${machine}\n` : actual.readFileSync(path, ...more);
  vi.mocked(fs.readFileSync).mockImplementation(read as never);
  vi.mocked(fs.statfsSync).mockImplementation(() => ({ type }) as never);
}

test('its id is not its machine id, but always the same', () => {
  having(ID);
  const { host, hostId } = thisHost();
  expect([host, machineId()]).toEqual([hostname(), ID]);
  expect(hostId).toMatch(/^[0-9a-f]{32}$/);
  expect(hostId).not.toBe(ID);
  expect(hostId).toBe(hostIdOf(ID));
  expect(hostIdOf('')).toBe('');
});

const named = { host: hostname() };
const renamed = { host: 'former' };
test.each([
  ['of this name and id', ID, { ...named, hostId: hostIdOf(ID) }, EXT4, true],
  ['of another name, on a local disk', ID, { ...renamed, hostId: hostIdOf(ID) }, EXT4, true],
  ['of another name, on a shared disk', ID, { ...renamed, hostId: hostIdOf(ID) }, NFS, false],
  ['of this name, on a shared disk', ID, { ...named, hostId: hostIdOf(ID) }, NFS, true],
  ['of another id', ID, { ...named, hostId: hostIdOf(OTHER) }, EXT4, false],
  ['of an older version', ID, named, NFS, true],
  ['of an older version, with another name', ID, renamed, EXT4, false],
  ['of a machine without an id', ID, { ...named, hostId: '' }, NFS, true],
  ['of a machine without an id, with another name', ID, { ...renamed, hostId: '' }, EXT4, false],
  ['of any machine, if this one has no id', '', { ...renamed, hostId: hostIdOf(ID) }, EXT4, false],
])('a record %s', (_title, machine, record, type, expected) => {
  having(machine, type);
  expect(isThisHost(record, scratch)).toBe(expected);
});

test('a record that is in no folder must have the name of this machine', () => {
  having(ID);
  expect(isThisHost({ ...renamed, hostId: hostIdOf(ID) })).toBe(false);
  expect(isThisHost({ ...named, hostId: hostIdOf(ID) })).toBe(true);
});

/** Writes the lock of a process that has ended: of this machine, but for its name. */
async function leftBefore(state: string): Promise<void> {
  const lock = await takeLock(state, 'k', 'probe', 'tester');
  const owner = await lockOwner(state, 'k');
  if ('release' in lock) await lock.release();
  const text = JSON.stringify({ ...owner, run: 'r', taker: 'r', host: 'former', boot: 'another' });
  for (const each of ['claim', 'lock']) fs.writeFileSync(join(state, `locks/k.r.${each}`), text);
}

test('the lock of a dead process is taken over after a new name, unless a copy of the machine may hold it', async () => {
  const state = join(scratch, 'locks-of-former');
  having(ID, NFS);
  await leftBefore(state);
  expect(await takeLock(state, 'k', 'next', 'tester')).toMatchObject({
    heldBy: { run: 'r', host: 'former' },
  });
  having(ID, EXT4);
  expect((await lockOwner(state, 'k'))?.host).toBe(hostname());
  const lock = await takeLock(state, 'k', 'next', 'tester');
  expect(lock).toHaveProperty('release');
  if ('release' in lock) await lock.release();
});
