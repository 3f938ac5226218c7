/** What steps require of files that are synced once they are complete. */
import { expect, test } from 'vitest';
import { withFile } from '../../../src/model/host-state.ts';
import { blockcommitStep } from '../../../src/steps/blockcommit.ts';
import { blockcopyStep } from '../../../src/steps/blockcopy.ts';
import { requireSyncable } from '../../../src/steps/requirements/synced-file.ts';
import { BASE, world } from '../../worlds.ts';
import { refusal } from '../refusal.ts';
import { required } from '../required.ts';
import { refusalLines } from '../shown.ts';

test('only a file that this user cannot sync is refused', () => {
  const seen = { ...world(), unsyncable: ['/i/a'] };
  const texts = (file: string) => required((needs) => requireSyncable(needs, seen, 'dest', file));
  expect(texts('/i/b')).toEqual({ texts: [], findings: [], value: true });
  expect(texts('/i/a')).toEqual({
    texts: ['/i/a can be synced to its storage [file /i/a]'],
    findings: [
      refusal(
        'BP129',
        ['dest'],
        '/i/a cannot be synced to its storage: this user can open neither the file nor a folder above it on its file system',
        'run blockplan as a user who can, such as root',
      ),
    ],
    value: false,
  });
});

test.each([
  ['a new copy', blockcopyStep, { disk: 'vda', dest: '/new/c', finish: true }, '/new/c'],
  [
    'an existing one',
    blockcopyStep,
    { disk: 'vda', dest: '/old/c', finish: true, 'reuse-external': true, format: 'qcow2' },
    '/old/c',
  ],
  [
    'the base of a commit',
    blockcommitStep,
    { disk: 'vda', base: BASE, active: true, 'keep-overlay': true },
    BASE,
  ],
] as const)('%s is checked before the run', (_what, step, params, file) => {
  const seen = { ...withFile(world({ others: [] }), '/old/c', { size: 1 }), unsyncable: [file] };
  const lines = refusalLines(step as never, params as never, seen);
  expect(lines.filter((line) => line.includes('cannot be synced'))).toEqual([
    expect.stringContaining(`${file} cannot be synced to its storage`),
  ]);
});
