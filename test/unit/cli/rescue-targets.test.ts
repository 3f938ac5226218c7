import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rescueTargetOf } from '../../../src/cli/rescue-targets.ts';
import { writeBundle } from '../../../src/journal/bundle.ts';
import { addUnfinished } from '../../../src/journal/unfinished.ts';
import { hostForPlans } from '../../plans.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const state = scratchFolder('rescue-targets');
const { name, uuid, definition = '' } = hostForPlans().domain;

async function saved(run: string, since: string, xml = definition): Promise<string> {
  const folder = join(state, 'runs', run);
  await mkdir(folder, { recursive: true });
  const kept = { definition: xml, autostart: false, snapshots: [], checkpoints: [] };
  await writeBundle(folder, { run, domain: name, uuid, uri: 'qemu:///system', since, kept });
  return folder;
}

test('a domain means its unfinished run, and else the one that saved the definition last', async () => {
  const oldest = await saved('20261101-000000-aaaaaa', '2026-11-01T00:00:00.000Z');
  const newest = await saved('20261102-000000-bbbbbb', '2026-11-09T00:00:00.000Z');
  // The clock was wrong when it began.
  await saved('20300101-000000-cccccc', '2026-11-02T00:00:00.000Z');
  expect((await rescueTargetOf(state, name)).folder).toBe(newest);
  await addUnfinished(state, '20261101-000000-aaaaaa');
  expect((await rescueTargetOf(state, name)).folder).toBe(oldest);
});

test('a domain that is named like the beginning of a run ID is not that run', async () => {
  const own = await saved('20261201-000000-dddddd', '2026-12-01T00:00:00.000Z');
  expect((await rescueTargetOf(state, '202612')).folder).toBe(own);
  expect((await rescueTargetOf(state, '20261201-000000-dddddd')).folder).toBe(own);
  const xml = definition.replace(`<name>${name}</name>`, '<name>202612</name>');
  const other = await saved('20261115-000000-eeeeee', '2026-11-15T00:00:00.000Z', xml);
  expect((await rescueTargetOf(state, '202612')).folder).toBe(other);
});

test.each(['', '2026', 'nothing'])('%j is neither a run nor a domain', async (word) => {
  await expect(rescueTargetOf(state, word)).rejects.toThrow('is neither a run nor a domain');
});

test('an empty word is not the only run', async () => {
  const alone = join(state, 'alone');
  await mkdir(join(alone, 'runs', '20261201-000000-ffffff'), { recursive: true });
  await expect(rescueTargetOf(alone, '')).rejects.toThrow('is neither a run nor a domain');
});
