/** Jobs that are cancelled in a rollback, and files that are removed then. */
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

describe('a file that a step made', () => {
  test('is removed where nothing uses it', () => {
    expect(removeMade(before, now, FILE, false)).toEqual([
      { tool: 'remove-file', file: FILE, why: 'remove what the step made', made: true },
    ]);
  });

  test.each([
    ['it was there before', now, now],
    ['nobody looked before', world(), now],
    ['somebody else made it', before, withFile(now, FILE, { size: 1 })],
    ['it is not there', before, before],
    ['the guest runs on it', before, withDisk(now, 'vda', () => disk('vda', [FILE]))],
    [
      'it is below what the guest runs on',
      before,
      withDisk(now, 'vda', () => disk('vda', ['/x', FILE])),
    ],
    [
      'the definition names it',
      before,
      withDisk(now, 'vda', (each) => ({ ...each, persistentSource: FILE })),
    ],
    ['a job writes to it', before, withDisk(now, 'vda', (each) => ({ ...each, job }))],
    ['another guest has it', before, { ...now, others: [neighbour('other', [FILE], [])] }],
  ])('stays where %s', (_title, was, is) => {
    expect(removeMade(was, is, FILE, false)).toEqual([]);
  });

  test('is removed after the job that wrote to it, when that is cancelled first', () => {
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

  test("nobody else's job is cancelled", () => {
    const copying = withDisk(now, 'vda', (each) => ({ ...each, job }));
    expect(abortOwnJob(copying, 'vda', '/another')).toEqual([]);
    expect(abortOwnJob(copying, 'vdb', FILE)).toEqual([]);
    expect(abortOwnJob(copying, 'vdz', FILE)).toEqual([]);
  });

  test('a job that mirrors to no file is cancelled where no file is asked for', () => {
    const commit = { type: 'active-commit', ready: false } as const;
    const merging = withDisk(now, 'vda', (each) => ({ ...each, job: commit }));
    expect(abortOwnJob(merging, 'vda', undefined)).toMatchObject([
      { why: 'cancel the active-commit of vda' },
    ]);
    expect(abortOwnJob(merging, 'vda', FILE)).toEqual([]);
    expect(abortOwnJob(now, 'vda', undefined)).toEqual([]);
  });
});

test('a job that another tool started is told of, with the command to look at it', () => {
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
      message: 'another job runs on vda',
      next: ['virsh blockjob testvm vda --info'],
    });
  }
});
