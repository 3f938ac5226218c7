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

async function saved(run: string, since: string): Promise<string> {
  const folder = join(state, 'runs', run);
  await mkdir(folder, { recursive: true });
  const kept = { definition, autostart: false, snapshots: [], checkpoints: [] };
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
