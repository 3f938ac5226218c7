/** The files that a run has taken out of the chains of its guest. */
import { describe, expect, test } from 'vitest';
import type { RunLog } from '../../../src/journal/run-log.ts';
import { filesLeftBy, isAsLeft, layersUsedBy } from '../../../src/run/left-files.ts';
import { logOf } from '../../journals.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { BASE, SNAP1, SNAP2 } from '../../worlds.ts';

/** The log of a whole run; the command with that number is refused. */
async function logAfter(yaml: readonly string[], refused?: number): Promise<RunLog> {
  const state = { ...hostForPlans(), others: [] };
  const runs = new Runs(state, refused === undefined ? [] : [{ at: refused, fault: 'refused' }]);
  await runs.whole(planned(yaml));
  return logOf(runs.entries);
}

async function leftBy(yaml: readonly string[], refused?: number): Promise<string[]> {
  return filesLeftBy(await logAfter(yaml, refused)).map(
    ({ file, target, kind, wasActive }) =>
      `${file} of ${target} by ${kind}${wasActive ? ', active' : ''}`,
  );
}

const copy = (dest: string, more: string) =>
  `{ id: to-${dest.at(-1)}, blockcopy: { disk: vda, dest: ${dest}, ${more} } }`;

test.each<[string, readonly string[], readonly string[]]>([
  [
    'a shallow copy',
    [copy('/new/c', 'shallow: true, pivot: true')],
    [`${SNAP2} of vda by blockcopy, active`],
  ],
  [
    'a whole copy',
    [copy('/new/c', 'pivot: true')],
    [
      `${SNAP2} of vda by blockcopy, active`,
      `${SNAP1} of vda by blockcopy`,
      `${BASE} of vda by blockcopy`,
    ],
  ],
  [
    'two copies',
    [copy('/new/c', 'shallow: true, pivot: true'), copy('/new/d', 'shallow: true, pivot: true')],
    [`${SNAP2} of vda by blockcopy, active`, '/new/c of vda by blockcopy, active'],
  ],
  [
    'a commit of the active layer',
    ['blockcommit: { disk: vda, shallow: true, active: true, pivot: true }'],
    [`${SNAP2} of vda by blockcommit, active`],
  ],
  [
    'a commit below it',
    [`blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE} }`],
    [`${SNAP1} of vda by blockcommit`],
  ],
  ['a pull', [`blockpull: { disk: vda, base: ${BASE} }`], [`${SNAP1} of vda by blockpull`]],
  [
    'a commit and a copy',
    [
      'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }',
      copy('/new/c', 'shallow: true, pivot: true'),
    ],
    [`${SNAP2} of vda by blockcommit, active`, `${SNAP1} of vda by blockcopy, active`],
  ],
  ['a backup', [copy('/new/c', 'finish: true')], []],
])('%s', async (_title, yaml, left) => {
  expect(await leftBy(yaml)).toEqual(left);
});

test('a run that was rolled back has left nothing', async () => {
  expect(await leftBy([copy('/new/c', 'shallow: true, pivot: true')], 3)).toEqual([]);
});

test('nothing counts as left while a run has not succeeded, and a file is no block device', async () => {
  const succeeded = await logAfter([copy('/new/c', 'shallow: true, pivot: true')]);
  expect(filesLeftBy(succeeded)).toEqual([expect.objectContaining({ file: SNAP2, block: false })]);
  const { finish, ...log } = succeeded;
  expect(filesLeftBy(log)).toEqual([]);
  if (finish === undefined) throw new Error('the run has no end');
  expect(filesLeftBy({ ...log, finish: { ...finish, end: 'stranded' } })).toEqual([]);
});

test('a command that failed has taken no file away', async () => {
  const log = await logAfter([copy('/new/c', 'shallow: true, pivot: true')]);
  const failed = log.visits.map((visit) => ({
    ...visit,
    commands: visit.commands.map((command) =>
      command.answer ? { ...command, answer: { ...command.answer, error: 'no' } } : command,
    ),
  }));
  expect(filesLeftBy({ ...log, visits: failed })).toEqual([]);
});

describe('a file at the path of one that was left', () => {
  const born = '1790000000000000000';
  const time = '2026-11-23T08:15:02.000Z';
  const at = (ms: number) => `${Date.parse(time) + ms}000000`;
  const former = { file: SNAP2, ino: '7', born };
  const left = {
    file: SNAP2,
    target: 'vda',
    kind: 'blockcopy',
    wasActive: true,
    block: false,
    time,
  };
  const same = { ino: '7', born, changed: at(-1000) };

  test.each<[string, Parameters<typeof isAsLeft>, boolean]>([
    ['is that file', [{ ...left, former }, same], true],
    [
      'was closed just after',
      [
        { ...left, former },
        { ...same, changed: at(59_000) },
      ],
      true,
    ],
    [
      'has changed since',
      [
        { ...left, former },
        { ...same, changed: at(61_000) },
      ],
      false,
    ],
    [
      'has another inode',
      [
        { ...left, former },
        { ...same, ino: '8' },
      ],
      false,
    ],
    [
      'has a reused inode',
      [
        { ...left, former },
        { ...same, born: '1790000000000000001' },
      ],
      false,
    ],
    [
      'has no birth time',
      [
        { ...left, former },
        { ...same, born: '0' },
      ],
      false,
    ],
    ['was left by an older version', [{ ...left, former: { file: SNAP2, ino: '7' } }, same], false],
    ['was not observed', [left, same], false],
    ['is gone', [{ ...left, former }, null], false],
  ])('%s', (_title, asked, isSame) => {
    expect(isAsLeft(...asked)).toBe(isSame);
  });
});

test('the layers that a run has used are those of its beginning and of all its phases', async () => {
  const overlay = (name: string) =>
    `{ id: ${name}, snapshot-create-as: { disk-only: true, no-metadata: true, name: ${name}, diskspec: [{ disk: vda, file: /i/${name} }] } }`;
  const commit = (name: string) =>
    `{ id: end-${name}, blockcommit: { disk: vda, shallow: true, active: true, pivot: true } }`;
  const plan = [overlay('a'), commit('a'), overlay('b'), commit('b')];
  const log = await logAfter(plan);
  const used = layersUsedBy(log, hostForPlans());
  expect(used.toSorted()).toEqual([SNAP2, SNAP1, BASE, '/i/a', '/i/b'].toSorted());
  const visits = log.visits.slice(0, 1);
  expect(layersUsedBy({ ...log, visits }, hostForPlans())).not.toContain('/i/a');
});
