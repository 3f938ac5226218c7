/** Jobs that a rollback cancels, and files that it removes. */
import { describe, expect, test } from 'vitest';
import { withDisk, withFile } from '../../../src/model/host-state.ts';
import { NoRollback } from '../../../src/steps/define.ts';
import { abortOwnJob, checkOwnJob, removeMade } from '../../../src/steps/rollbacks/cancel.ts';
import { inWords } from '../../effects.ts';
import { disk, neighbour, world } from '../../worlds.ts';

const FILE = '/new/copy';
const before = withFile(world(), FILE, null);
const now = withFile(world(), FILE, { size: 1, made: true });
const job = { type: 'copy', ready: true, mirror: FILE } as const;

describe('a file that a step created', () => {
  test('is removed if nothing uses it', () => {
    expect(removeMade(before, now, FILE, false)).toEqual([
      { tool: 'remove-file', file: FILE, why: 'remove the file that the step created', made: true },
    ]);
  });

  test.each([
    ['it existed before', now, now],
    ['it is unknown whether it existed before', world(), now],
    ['another process created it', before, withFile(now, FILE, { size: 1 })],
    ['it does not exist', before, before],
    ['the guest runs on it', before, withDisk(now, 'vda', () => disk('vda', [FILE]))],
    ['it is below the active layer', before, withDisk(now, 'vda', () => disk('vda', ['/x', FILE]))],
    [
      'the definition names it',
      before,
      withDisk(now, 'vda', (each) => ({ ...each, persistentSource: FILE })),
    ],
    ['a job writes to it', before, withDisk(now, 'vda', (each) => ({ ...each, job }))],
    ['another guest has it', before, { ...now, others: [neighbour('other', [FILE], [])] }],
  ])('stays if %s', (_title, was, is) => {
    expect(removeMade(was, is, FILE, false)).toEqual([]);
  });

  test('is removed after the job that wrote to it is cancelled', () => {
    const copying = withDisk(now, 'vda', (each) => ({ ...each, job }));
    expect(abortOwnJob(copying, 'vda', FILE).map(inWords)).toEqual([
      {
        tool: 'virsh',
        argv: ['blockjob', '--domain', 'testvm', '--path', 'vda', '--abort'],
        why: 'cancel the copy of vda',
        timeoutMs: 120_000,
      },
    ]);
    expect(removeMade(before, copying, FILE, true)).toMatchObject([{ file: FILE }]);
  });

  test('no job of another process is cancelled', () => {
    const copying = withDisk(now, 'vda', (each) => ({ ...each, job }));
    expect(abortOwnJob(copying, 'vda', '/another')).toEqual([]);
    expect(abortOwnJob(copying, 'vdb', FILE)).toEqual([]);
    expect(abortOwnJob(copying, 'vdz', FILE)).toEqual([]);
  });

  test('a job of another type is not cancelled', () => {
    const copying = withDisk(now, 'vda', (each) => ({ ...each, job }));
    expect(abortOwnJob(copying, 'vda', FILE, 'active-commit')).toEqual([]);
    expect(abortOwnJob(copying, 'vda', FILE, 'copy')).toHaveLength(1);
  });

  test('a job without a mirror is cancelled if no file is specified', () => {
    const commit = { type: 'active-commit', ready: false } as const;
    const merging = withDisk(now, 'vda', (each) => ({ ...each, job: commit }));
    expect(abortOwnJob(merging, 'vda', undefined)).toMatchObject([
      { why: 'cancel the active-commit of vda' },
    ]);
    expect(abortOwnJob(merging, 'vda', FILE)).toEqual([]);
    expect(abortOwnJob(now, 'vda', undefined)).toEqual([]);
  });
});

test('a job of another tool is reported with the command to inspect it', () => {
  const copying = withDisk(now, 'vda', (each) => ({ ...each, job }));
  expect(() => checkOwnJob(copying, 'vda', FILE)).not.toThrow();
  expect(() => checkOwnJob(now, 'vda', FILE)).not.toThrow();
  expect(() => checkOwnJob(copying, 'vdz', FILE)).not.toThrow();
  try {
    checkOwnJob(copying, 'vda', '/another');
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(NoRollback);
    expect(error).toMatchObject({
      message: 'another job is running on vda',
      next: ['virsh blockjob testvm vda --info'],
    });
  }
});
