/** What the folder of a run shows of a definition that may be lost, whatever is left of the folder. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FoundBundle } from '../../../src/journal/bundle.ts';
import { PLAN_FILE, planSumOf } from '../../../src/journal/folder.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { activeFile } from '../../../src/model/host-state.ts';
import { LOCAL, ofHost } from '../../../src/model/hosts.ts';
import { lostDefinitionIn } from '../../../src/run/lost-definition.ts';
import { thisHost } from '../../../src/this-host.ts';
import { commanded, ended, GIVEN, journalText, writeRun } from '../../journals.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans, shipped, sourceOf } from '../../plans.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const PLAN = 'live-storage-migration-classic.yaml';
const COPY = '/new/copy.qcow2';
const state = scratchFolder('lost');
const { domain, host } = hostForPlans();
const { definition = '', name, uuid } = domain;
const ELSEWHERE = 'c7a5fdbd-edaf-9455-926a-d65c16db1809';

type Started = Extract<JournalEntry, { type: 'run-started' }>;
let first: Started;
/** The records of a run that was killed when its guest had been moved, before it was defined again. */
let entries: readonly JournalEntry[];
beforeEach(async () => {
  const runs = new Runs(hostForPlans());
  await runs.killed(
    shipped(PLAN),
    (entry) => entry.type === 'phase-finished' && entry.phase === 'pivot',
  );
  const [began, ...rest] = runs.entries;
  const set = { domain: 'testvm', dest: COPY };
  first = { ...(began as Started), set, planSum: planSumOf(sourceOf(PLAN)) };
  entries = [first, ...rest];
});

const found = (more: Partial<FoundBundle> = {}): FoundBundle => ({
  kept: { definition, autostart: true, snapshots: [], checkpoints: [] },
  file: '/run/bundle.json',
  proven: true,
  ...more,
});

let count = 0;
async function lost(
  journal: readonly JournalEntry[] | string | undefined,
  {
    plan = sourceOf(PLAN),
    bundle = found(),
  }: { plan?: Uint8Array | null; bundle?: FoundBundle } = {},
) {
  const run = `run-${count++}`;
  const folder = join(state, 'runs', run);
  if (journal === undefined) await mkdir(folder, { recursive: true });
  else await writeRun(state, run, journal);
  if (plan) await writeFile(join(folder, PLAN_FILE), plan);
  return await lostDefinitionIn(folder, bundle);
}

test('the whole folder shows where the guest last wrote, and how the run is resumed', async () => {
  const told = await lost(entries);
  expect(told).toMatchObject({
    ...{ name, uuid, uri: host.uri, run: 'r', runStatus: 'open', ways: ['resume', 'rollback'] },
    ...{ owed: true, movedAway: false, records: entries.length },
    until: expect.stringMatching(/^2026-/),
  });
  expect(told.initial).toEqual(ofHost(first.hosts, LOCAL));
  expect(told.lastUp.map((hostState) => activeFile(hostState, 'vda'))).toEqual([COPY]);
});

test('the bundle alone shows whose it is', async () => {
  const told = await lost(undefined, {
    plan: null,
    bundle: found({ run: 'r7', uri: 'qemu+ssh://h/system' }),
  });
  expect(told).toEqual({
    ...{ found: found({ run: 'r7', uri: 'qemu+ssh://h/system' }), name, uuid },
    ...{ run: 'r7', uri: 'qemu+ssh://h/system', lastUp: [], runStatus: 'unknown', ways: [] },
    ...{ owed: true, movedAway: false, records: 0 },
  });
  const bare = await lost(undefined, { plan: null });
  expect(bare).not.toHaveProperty('run');
  expect(bare).not.toHaveProperty('uri');
});

test('the last attempt in the journal, and else the bundle, shows the host', async () => {
  const resumed = { type: 'run-resumed', how: 'resume', user: 'u', pid: 1, version: '0' } as const;
  expect((await lost(entries)).ranOn).toEqual(thisHost());
  expect((await lost([...entries, { ...resumed, host: 'host2' }])).ranOn).toEqual({
    host: 'host2',
  });
  const own = { host: 'host3', hostId: 'a1' };
  const bundle = found(own);
  expect((await lost(undefined, { plan: null, bundle })).ranOn).toEqual(own);
  expect((await lost(entries, { bundle })).ranOn).toEqual(thisHost());
});

describe('the connection and the run', () => {
  test.each([
    ['come from the bundle first', { uri: 'b', run: 'rb' }, 'j', { uri: 'b', run: 'rb' }],
    ['come from the journal next', {}, 'j', { uri: 'j', run: 'r' }],
    ['come from the observed host if neither names one', {}, '', { uri: host.uri, run: 'r' }],
    [
      'come from the observed host if the one in the bundle is empty',
      { uri: '' },
      'j',
      { uri: host.uri },
    ],
  ])('%s', async (_title, bundle, uri, told) => {
    const journal = [{ ...first, uri }, ...entries.slice(1)];
    expect(await lost(journal, { bundle: found(bundle) })).toMatchObject(told);
  });
});

/** The same in a journal without a compiled plan, as in format 2. */
function older(more: Partial<typeof first> = {}): JournalEntry[] {
  const { compiled: _, ...rest } = first;
  return [{ ...rest, ...more }, ...entries.slice(1)];
}

test('the journal is enough without the text of the plan', async () => {
  const told = await lost(entries, { plan: null });
  expect(told.runStatus).toBe('open');
  expect(told.lastUp.map((hostState) => activeFile(hostState, 'vda'))).toEqual([COPY]);
});

describe('it is unknown where the guest last wrote', () => {
  test.each<readonly [string, () => Parameters<typeof lost>]>([
    ['without the plan', () => [older(), { plan: null }]],
    ['with another plan than was run', () => [older(), { plan: Buffer.from('# edited\n') }]],
    [
      'with a plan that this version refuses',
      () => {
        const plan = Buffer.from('plan: blockplan/v9\n');
        return [older({ planSum: planSumOf(plan) }), { plan }];
      },
    ],
    [
      'with a journal that was altered',
      () => [journalText(entries).replace('"user":"u"', '"user":"x"')],
    ],
  ])('%s', async (_title, left) => {
    const told = await lost(...left());
    expect(told.lastUp).toEqual([]);
    expect(told.runStatus).toBe('unknown');
  });

  test('with a plan that cannot be read', async () => {
    const folder = await writeRun(state, 'odd', older());
    await mkdir(join(folder, PLAN_FILE));
    expect(await lostDefinitionIn(folder, found())).toMatchObject({
      lastUp: [],
      runStatus: 'unknown',
    });
  });
});

test('the journal of another domain is ignored', async () => {
  const told = await lost([
    { ...first, uuid: ELSEWHERE },
    ...entries.slice(1),
    { ...ended('uncertain'), movedAway: true } as JournalEntry,
  ]);
  expect(told).toMatchObject({ lastUp: [], runStatus: 'unknown', owed: true, movedAway: false });
  for (const property of ['begun', 'uri', 'run']) expect(told).not.toHaveProperty(property);
});

describe('a run', () => {
  test.each([
    ['that has succeeded is over', ended('succeeded'), 'over'],
    ['that was rolled back is over', ended('rolled-back'), 'over'],
    ['that is forgotten is over', { type: 'run-forgotten', host: 'h', user: 'u' } as const, 'over'],
    ['that is stranded is open', ended('stranded'), 'open'],
    ['that has lost the connection is open', ended('uncertain'), 'open'],
  ] as const)('%s', async (_title, end, run) => {
    expect((await lost([...entries, end])).runStatus).toBe(run);
  });

  test('whose guest was migrated away is reported as such', async () => {
    const end = { ...ended('stranded'), movedAway: true } as JournalEntry;
    expect((await lost([...entries, end])).movedAway).toBe(true);
  });

  test('owes nothing once definition and autostart mark are restored', async () => {
    const defined = [...entries, ...commanded('do', 'a/b', GIVEN.define, 'done')];
    expect((await lost(defined)).owed).toBe(true);
    const marked = [...defined, ...commanded('do', 'a/b', GIVEN.autostart, 'done')];
    expect((await lost(marked)).owed).toBe(false);
    const unmarked = found({ kept: { ...found().kept, autostart: false } });
    expect((await lost(entries, { bundle: unmarked })).owed).toBe(true);
    expect((await lost(defined, { bundle: unmarked })).owed).toBe(false);
  });
});

test('a definition without a UUID is refused', async () => {
  const broken = definition.replace(uuid, '../../x');
  await expect(
    lost(entries, { bundle: found({ kept: { ...found().kept, definition: broken } }) }),
  ).rejects.toThrow('"../../x" is not a UUID');
});
