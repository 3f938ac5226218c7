import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import {
  addUnfinished,
  removeUnfinished,
  unfinishedIndex,
  unfinishedRuns,
} from '../../../src/journal/unfinished.ts';
import { ended, RESUMED, STARTED, writeRun } from '../../journals.ts';

const root = mkdtempSync(join(tmpdir(), 'blockplan-unfinished-'));
let state = '';
let count = 0;
beforeEach(() => {
  state = join(root, String(count++));
});
afterAll(() => rm(root, { recursive: true }));

test('a run is in the index until it is removed', async () => {
  expect(await unfinishedRuns(state)).toEqual([]);
  for (const run of ['b', 'a', 'b']) await addUnfinished(state, run);
  expect(await unfinishedRuns(state)).toEqual(['a', 'b']);
  await removeUnfinished(state, 'a');
  await removeUnfinished(state, 'never');
  expect(await unfinishedRuns(state)).toEqual(['b']);
});

test('runs of a version that kept no index are found, and are in the index once it exists', async () => {
  await writeRun(state, 'a-over', [STARTED, ended('succeeded')]);
  await writeRun(state, 'b-killed', [STARTED]);
  await writeRun(state, 'c-stranded', [STARTED, ended('stranded')]);
  await writeRun(state, 'd-again', [STARTED, ended('uncertain'), RESUMED, ended('rolled-back')]);
  await writeRun(state, 'e-never-begun', '');
  const left = ['b-killed', 'c-stranded'];
  expect(await unfinishedRuns(state)).toEqual(left);
  await Promise.all(['f', 'g'].map((run) => addUnfinished(state, run)));
  expect(await unfinishedRuns(state)).toEqual([...left, 'f', 'g']);
  expect((await readdir(state)).sort()).toEqual(['runs', 'unfinished']);
  // From then on the index counts: a run that is removed from it by hand stays out.
  await rm(join(unfinishedIndex(state), 'c-stranded'));
  expect(await unfinishedRuns(state)).not.toContain('c-stranded');
});
