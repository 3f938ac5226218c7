/** Backups that a rollback cancels, and folders that it removes. */
import { describe, expect, test } from 'vitest';
import { type HostState, withDisk, withFile } from '../../../src/model/host-state.ts';
import { NoRollback } from '../../../src/steps/define.ts';
import { discardBackup } from '../../../src/steps/rollbacks/discard-backup.ts';
import { DATA, disk, SNAP2, world } from '../../worlds.ts';

const FOLDER = '/backup/testvm/monday.partial';
const DISKS = ['vda', 'vdb'];
const start = world({ disks: [disk('vda', [SNAP2]), disk('vdb', [DATA])] });
const before = withFile(start, FOLDER, null);
const made = withFile(start, FOLDER, { size: 1, made: true });

function copying(state: HostState, target: string, file: string | undefined): HostState {
  const mirror = file === undefined ? {} : { mirror: file };
  const job = { type: 'backup', ready: false, ...mirror } as const;
  return withDisk(state, target, (each) => ({ ...each, job }));
}

const own = (state: HostState, target: string) =>
  copying(state, target, `${FOLDER}/${target}.qcow2`);
const both = own(own(made, 'vda'), 'vdb');

const discarded = (now: HostState, was = before) => discardBackup(was, now, FOLDER, DISKS);
const cancel = (...disks: string[]) => [
  {
    tool: 'virsh',
    verb: 'domjobabort',
    args: { domain: 'testvm' },
    backup: FOLDER,
    why: `cancel the backup of ${disks.join(', ')}`,
  },
  {
    tool: 'await-backup',
    ...{ draft: FOLDER, disks, until: 'ended', why: 'until QEMU has closed the copies' },
    timeoutMs: 120_000,
  },
];
const REMOVE = {
  ...{ tool: 'discard-backup', draft: FOLDER, disks: DISKS },
  why: 'remove the folder of the backup',
};

describe('a backup', () => {
  test('is cancelled, and its folder removed', () => {
    expect(discarded(both)).toEqual([...cancel('vda', 'vdb'), REMOVE]);
    expect(discarded(own(made, 'vdb'))).toEqual([...cancel('vdb'), REMOVE]);
  });

  test('is cancelled even where its folder is gone', () => {
    expect(discarded(own(withFile(made, FOLDER, null), 'vda'))).toEqual(cancel('vda'));
  });

  test('of another tool goes on, and the folder is removed', () => {
    expect(discarded(copying(made, 'vda', '/elsewhere/vda.qcow2'))).toEqual([REMOVE]);
    expect(discarded(copying(made, 'vda', undefined))).toEqual([REMOVE]);
    expect(discarded(made)).toEqual([REMOVE]);
  });

  test('cannot be cancelled while another one runs as well', () => {
    const mixed = copying(own(made, 'vda'), 'vdb', '/elsewhere/vdb.qcow2');
    expect(() => discarded(mixed)).toThrow(NoRollback);
    expect(() => discarded(mixed)).toThrow('another backup is running on vdb');
    try {
      discarded(mixed);
    } catch (error) {
      expect(JSON.stringify((error as NoRollback).next)).toContain('domjobinfo');
    }
  });
});

describe('the folder stays', () => {
  test.each<[string, HostState, HostState]>([
    ['if it existed before', made, made],
    ['if it is unknown whether it existed before', start, made],
    ['if another process created it', before, withFile(made, FOLDER, { size: 1 })],
    ['if it does not exist', before, before],
  ])('%s', (_how, was, now) => {
    expect(discarded(now, was)).toEqual([]);
  });
});
