/** The disks and destinations that `list` shows of a run. */
import { expect, test } from 'vitest';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { runSummaryOf } from '../../../src/run/run-summary.ts';
import { ofEarlierForm, STARTED, writeRun } from '../../journals.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const state = scratchFolder('places');

let runs = 0;

async function summaryOf(journal: readonly JournalEntry[]) {
  const run = `run-${++runs}`;
  const folder = await writeRun(state, run, journal);
  return runSummaryOf({ run, folder }, new Map());
}

test.each([
  ['no steps', [], {}],
  [
    'a copy',
    [{ disk: 'vda', dest: '/new/a', pivot: true }],
    { disks: ['vda'], destinations: ['/new/a'] },
  ],
  [
    'a backup through an overlay: each disk once, and not those that only stay as they are',
    [
      {
        diskspec: [
          { disk: 'vda', file: '/o' },
          { disk: '*', snapshot: 'no' },
        ],
      },
      { source: '/images/a', dest: '/new/a' },
      { disk: 'vda' },
    ],
    { disks: ['vda'], destinations: ['/new/a'] },
  ],
  [
    'two copies, and values of another version',
    [
      { disk: 'vda', dest: '/a' },
      { disk: 'vdb', dest: '/b' },
      { disk: 7, dest: [], diskspec: 1 },
    ],
    { disks: ['vda', 'vdb'], destinations: ['/a', '/b'] },
  ],
  [
    'a backup of all disks that the guest writes to',
    [{ store: '/backup/web1', name: 'monday' }],
    { disks: ['vda', 'vdb'], destinations: ['/backup/web1/monday'] },
  ],
  [
    'a backup of some disks',
    [{ store: '/backup/web1', name: 'monday', disks: ['vdb'] }],
    { disks: ['vdb'], destinations: ['/backup/web1/monday'] },
  ],
  [
    'a restore',
    [{ store: '/backup/web1', backup: 'latest', dest: '/images', disks: ['vda'] }],
    { disks: ['vda'], destinations: ['/images'] },
  ],
])('a run has the disks and destinations of %s', async (_title, all, places) => {
  const steps = all.map((params, at) => ({ id: `s${at}`, kind: 'k', params, phases: [] }));
  const found = await summaryOf([{ ...STARTED, compiled: { steps, states: [] } }]);
  const { disks, destinations } = found ?? {};
  expect({ disks, destinations }).toEqual({
    disks: undefined,
    destinations: undefined,
    ...places,
  });
});

test('a run of an earlier form has no disks and no destinations', async () => {
  for (const format of [1, 2]) {
    const found = await summaryOf([ofEarlierForm(format, STARTED)]);
    expect(found).toMatchObject({ plan: 'move-web1' });
    expect(found).not.toHaveProperty('disks');
    expect(found).not.toHaveProperty('destinations');
  }
});
