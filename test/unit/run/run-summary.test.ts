import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeBundle } from '../../../src/journal/bundle.ts';
import { JOURNAL_FILE, type JournalEntry } from '../../../src/journal/journal.ts';
import type { LockOwner } from '../../../src/journal/lock.ts';
import { type RunSummary, runSummaryOf } from '../../../src/run/run-summary.ts';
import {
  commanded,
  ended,
  GIVEN,
  journalText,
  KEPT,
  phase,
  RESUMED,
  STARTED,
  writeRun,
} from '../../journals.ts';

const state = mkdtempSync(join(tmpdir(), 'blockplan-standing-'));
afterAll(() => rm(state, { recursive: true }));

let runs = 0;
const NOBODY: ReadonlyMap<string, LockOwner> = new Map();

async function summary(
  journal: readonly JournalEntry[] | string,
  { bundled = false, alive = false } = {},
): Promise<RunSummary | undefined> {
  const run = `run-${++runs}`;
  const folder = await writeRun(state, run, journal);
  if (bundled) await writeFile(join(folder, 'bundle.json'), '{}');
  const owner = { run, pid: 77, user: 'ann' } as LockOwner;
  return runSummaryOf({ run, folder }, alive ? new Map([[run, owner]]) : NOBODY);
}

const FORGOTTEN: JournalEntry = { type: 'run-forgotten', host: 'h', user: 'u' };
const UNDEFINED = phase('do', 'undefine/undefine', 'DONE', [
  KEPT,
  ...commanded('do', 'undefine/undefine', GIVEN.undefine, 'done'),
]);
const define = (answer: Parameters<typeof commanded>[3]) =>
  phase('do', 'redefine/redefine', 'none', [
    ...commanded('do', 'redefine/redefine', GIVEN.define, answer),
  ]);

const TIME = '2026-11-23T08:15:02.000Z';

describe('a run', () => {
  test.each([
    ['its end', [STARTED, ended('succeeded')], 'succeeded'],
    ['its last end', [STARTED, ended('stranded'), RESUMED, ended('rolled-back')], 'rolled-back'],
    ['no end that it was taken up after', [STARTED, ended('uncertain'), RESUMED], 'unfinished'],
    ['no end', [STARTED, ...UNDEFINED], 'unfinished'],
    ['who had it forgotten', [STARTED, ended('stranded'), FORGOTTEN], 'forgotten'],
  ] as const)('stands as %s tells', async (_title, entries, outcome) => {
    expect((await summary(entries))?.outcome).toBe(outcome);
  });

  test.each([
    ['both', [STARTED, ...UNDEFINED], ['resume', 'rollback']],
    ['back alone', [STARTED, ...phase('undo', 'undefine/undefine', 'none')], ['rollback']],
    ['none once it is over', [STARTED, ended('succeeded')], []],
    ['none once it is forgotten', [STARTED, ended('stranded'), FORGOTTEN], []],
  ] as const)('can be resumed in these ways: %s', async (_title, entries, ways) => {
    expect((await summary(entries))?.ways).toEqual(ways);
    expect((await summary(entries, { alive: true }))?.ways).toEqual([]);
  });

  test('that somebody works on goes on, whatever its last end', async () => {
    const found = await summary([STARTED, ended('stranded')], { alive: true });
    expect(found).toMatchObject({ outcome: 'running', owner: 'ann, pid 77' });
  });

  test('tells its plan, its times, who began it and what its end said', async () => {
    expect(await summary([STARTED, ended('stranded', ['between'], ['virsh list'])])).toMatchObject({
      plan: 'move-web1',
      domain: 'web1',
      startedAt: Date.UTC(2026, 10, 23, 8, 15, 2),
      lastAt: Date.UTC(2026, 10, 23, 8, 15, 3),
      owner: 'root@host1, pid 4242',
      state: ['between'],
      next: ['virsh list'],
    });
  });
});

test.each([
  [
    'that goes on elsewhere',
    [STARTED, ended('stranded', ['x'], ['y'])],
    { alive: true },
    { state: ['x'] },
  ],
  ['that is unfinished', [STARTED], {}, { state: [], next: [], owner: 'root@host1, pid 4242' }],
  [
    'that somebody has had forgotten',
    [STARTED, ended('stranded', ['x'], ['y']), FORGOTTEN],
    {},
    { state: ['u@h had it forgotten: it counts as over, wherever it stood'], next: [] },
  ],
  [
    'of which nothing can be read',
    '',
    { alive: true },
    { outcome: 'running', owner: 'ann, pid 77' },
  ],
] as const)('a run %s says how it is', async (_title, entries, how, told) => {
  const found = await summary(entries, how);
  expect(found).toMatchObject(told);
  if (entries === '')
    for (const each of ['plan', 'domain', 'startedAt', 'damage'])
      expect(found).not.toHaveProperty(each);
});

describe('an autostart mark is owed', () => {
  const marked = (answer: Parameters<typeof commanded>[3]) =>
    phase('do', 'redefine/redefine', 'none', [
      ...commanded('do', 'redefine/redefine', GIVEN.autostart, answer),
    ]);

  test.each([
    ['once the definition was taken away', [STARTED, ...UNDEFINED], true],
    ['when only the definition is back', [STARTED, ...UNDEFINED, ...define('done')], true],
    [
      'not once it is back as well',
      [STARTED, ...UNDEFINED, ...define('done'), ...marked('done')],
      undefined,
    ],
    ['not where nothing was kept', [STARTED], undefined],
    ['not where the run is over', [STARTED, ...UNDEFINED, ended('succeeded')], undefined],
  ] as const)('%s', async (_title, entries, owes) => {
    expect((await summary(entries, { bundled: entries.length > 1 }))?.owesAutostart).toBe(owes);
  });
});

describe('a definition is with a run alone', () => {
  const { format: _, ...older } = STARTED;
  test.each([
    ['once it was kept', [STARTED, ...UNDEFINED], true],
    [
      'while the define that gives it back has no answer',
      [STARTED, ...UNDEFINED, ...define('none')],
      true,
    ],
    ['when that define was refused', [STARTED, ...UNDEFINED, ...define({ error: 'no' })], true],
    ['not once it was given back', [STARTED, ...UNDEFINED, ...define('done')], false],
    [
      'again, when it was kept once more',
      [STARTED, ...UNDEFINED, ...define('done'), ...UNDEFINED],
      true,
    ],
    ['where the run was stranded with it', [STARTED, ...UNDEFINED, ended('stranded')], true],
    ['not where the run is over', [STARTED, ...UNDEFINED, ended('rolled-back')], false],
  ] as const)('%s', async (_title, entries, holds) => {
    expect((await summary(entries, { bundled: true }))?.holdsDefinition).toBe(holds);
    const [, ...rest] = entries;
    const asOlder = await summary([older as JournalEntry, ...rest]);
    expect(asOlder?.holdsDefinition).toBe(holds);
  });

  test('also where its file is lost, and only the journal tells', async () => {
    expect((await summary([STARTED, ...UNDEFINED]))?.holdsDefinition).toBe(true);
  });

  test('from the moment that its file is there, before the journal tells of it', async () => {
    expect((await summary([STARTED], { bundled: true }))?.holdsDefinition).toBe(true);
  });

  test('no more once a rescue has written it back', async () => {
    const run = `run-${++runs}`;
    const folder = await writeRun(state, run, [STARTED, ...UNDEFINED]);
    const bundle = {
      run,
      domain: 'web1',
      uuid: STARTED.uuid,
      uri: '',
      since: TIME,
      kept: KEPT.bundle,
    };
    await writeBundle(folder, bundle);
    expect((await runSummaryOf({ run, folder }, NOBODY))?.holdsDefinition).toBe(true);
    await writeBundle(folder, { ...bundle, restored: { time: TIME, records: 6 } });
    expect((await runSummaryOf({ run, folder }, NOBODY))?.holdsDefinition).toBe(false);
  });

  test('as far as anybody knows, where the journal is altered or gone', async () => {
    const text = journalText([STARTED, ...UNDEFINED, ...define('done')]);
    const altered = await summary(text.replace('"version":"0.1.0"', '"version":"0.2.0"'), {
      bundled: true,
    });
    expect(altered).toMatchObject({ outcome: 'unreadable', holdsDefinition: true });
    const folder = join(state, 'runs', altered!.run);
    await rm(join(folder, JOURNAL_FILE));
    expect(await runSummaryOf({ run: 'gone', folder }, NOBODY)).toMatchObject({
      outcome: 'unreadable',
      holdsDefinition: true,
      damage: 'its journal is missing',
    });
  });
});

describe('a journal', () => {
  test('that is torn at its end says so, and what stands before it counts', async () => {
    const found = await summary(`${journalText([STARTED, ended('succeeded')])}{"seq":2,"ti`);
    expect(found).toMatchObject({
      outcome: 'succeeded',
      damage: 'its journal ends in a record that is not whole',
    });
  });

  test('that is whole has no damage', async () => {
    expect(await summary([STARTED, ended('succeeded')])).not.toHaveProperty('damage');
  });

  test('that is being written is not called torn', async () => {
    const text = `${journalText([STARTED])}{"seq":1,"ti`;
    expect(await summary(text, { alive: true })).not.toHaveProperty('damage');
    expect(await summary(text)).toHaveProperty('damage');
  });

  test.each(['', '{"seq":0,'])('of %j tells that nothing had begun', async (text) => {
    const found = await summary(text);
    expect(found?.outcome).toBe('unreadable');
    expect(found?.damage).toContain('nothing had been begun');
  });

  test('that cannot be opened is told, and ends nothing', async () => {
    const folder = await writeRun(state, 'odd', [STARTED]);
    await rm(join(folder, JOURNAL_FILE));
    await writeFile(join(folder, 'bundle.json'), '{}');
    await mkdir(join(folder, JOURNAL_FILE));
    const found = await runSummaryOf({ run: 'odd', folder }, NOBODY);
    expect(found?.damage).toMatch(/^its journal cannot be read: /);
    expect(found?.holdsDefinition).toBe(true);
  });

  test('with a record that this version does not write says which, and how it began', async () => {
    const strange = { type: 'run-dreamt' } as unknown as JournalEntry;
    const found = await summary([STARTED, strange]);
    expect(found).toMatchObject({ outcome: 'unreadable', plan: 'move-web1', domain: 'web1' });
    expect(found?.damage).toMatch(/^its journal cannot be read: .*run-dreamt/);
    expect(await summary([STARTED, strange], { alive: true })).toMatchObject({
      outcome: 'running',
    });
  });

  test('with a beginning that this version does not write tells nothing of its end', async () => {
    const { run: _run, ...strange } = STARTED;
    const found = await summary([strange as JournalEntry, ended('stranded', ['x'], ['y'])]);
    expect(found).toMatchObject({ outcome: 'unreadable', state: [], next: [] });
    expect(found).not.toHaveProperty('lastAt');
  });

  test('whose beginning was altered says so, and tells its last time', async () => {
    const text = journalText([STARTED, ended('succeeded')]);
    const found = await summary(text.replace('"version":"0.1.0"', '"version":"0.2.0"'));
    expect(found).toMatchObject({
      ...{ outcome: 'unreadable', ways: [], lastAt: Date.UTC(2026, 10, 23, 8, 15, 3) },
      damage: 'the beginning of its journal has been altered',
    });
    expect(found).not.toHaveProperty('plan');
    expect(found).not.toHaveProperty('owner');
  });

  test('that is not there makes a run where somebody works on it', async () => {
    const folder = join(state, 'runs/new');
    const owner = { run: 'new', pid: 77, user: 'ann' } as LockOwner;
    expect(await runSummaryOf({ run: 'new', folder }, new Map([['new', owner]]))).toEqual({
      ...{ run: 'new', journal: folder, outcome: 'running', owner: 'ann, pid 77' },
      ...{ holdsDefinition: false, ways: [], state: [], next: [] },
    });
  });

  test('that is not there makes no run', async () => {
    expect(await runSummaryOf({ run: 'x', folder: join(state, 'runs/x') }, NOBODY)).toBeUndefined();
  });
});
