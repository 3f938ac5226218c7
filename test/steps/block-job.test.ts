import { describe, expect, test } from 'vitest';
import { withDisk, withFile } from '../../src/model/world.ts';
import { abortOwnJob, removeMade } from '../../src/steps/block-job.ts';
import { disk, neighbour, world } from '../worlds.ts';

const FILE = '/new/copy';
const before = withFile(world(), FILE, null);
const now = withFile(world(), FILE, { size: 1, made: true });
const job = { type: 'copy', ready: true, mirror: FILE } as const;

describe('a file that a step made', () => {
  test('is removed where nothing uses it', () => {
    expect(removeMade(before, now, FILE, false)).toMatchObject([{ file: FILE, made: true }]);
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
    expect(abortOwnJob(copying, 'vda', FILE)).toHaveLength(1);
    expect(removeMade(before, copying, FILE, true)).toMatchObject([{ file: FILE }]);
  });

  test("nobody else's job is cancelled", () => {
    const copying = withDisk(now, 'vda', (each) => ({ ...each, job }));
    expect(abortOwnJob(copying, 'vda', '/another')).toEqual([]);
    expect(abortOwnJob(copying, 'vdb', FILE)).toEqual([]);
  });
});
