import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
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
    ['a former end before a resume', [STARTED, ended('uncertain'), RESUMED], 'unfinished'],
    ['no end', [STARTED, ...UNDEFINED], 'unfinished'],
    ['who ran blockplan forget', [STARTED, ended('stranded'), FORGOTTEN], 'forgotten'],
  ] as const)('has the status that follows from %s', async (_title, entries, outcome) => {
    expect((await summary(entries))?.outcome).toBe(outcome);
  });

  test.each([
    ['both', [STARTED, ...UNDEFINED], ['resume', 'rollback']],
    ['rollback only', [STARTED, ...phase('undo', 'undefine/undefine', 'none')], ['rollback']],
    ['none once it is over', [STARTED, ended('succeeded')], []],
    ['none once it is forgotten', [STARTED, ended('stranded'), FORGOTTEN], []],
  ] as const)('can be resumed in these modes: %s', async (_title, entries, ways) => {
    expect((await summary(entries))?.ways).toEqual(ways);
    expect((await summary(entries, { alive: true }))?.ways).toEqual([]);
  });

  test('that a process works on is running, whatever its last end', async () => {
    const found = await summary([STARTED, ended('stranded')], { alive: true });
    expect(found).toMatchObject({ outcome: 'running', owner: `ann@${hostname()}, pid 77` });
  });

  test('reports its plan, its times, who started it and what its end said', async () => {
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

describe('what went wrong in a run', () => {
  const end = { ...ended('stranded', ['vda is on a']), happened: ['mirror failed'] };

  test('is reported apart from its state', async () => {
    expect(await summary([STARTED, end])).toMatchObject({
      happened: ['mirror failed'],
      state: ['vda is on a'],
    });
  });

  test('is absent if the journal of an older version has it in its state', async () => {
    const found = await summary([STARTED, ended('stranded', ['mirror failed', 'vda is on a'])]);
    expect(found).not.toHaveProperty('happened');
    expect(found?.state).toEqual(['mirror failed', 'vda is on a']);
  });

  test('is not reported for a run that was forgotten', async () => {
    expect(await summary([STARTED, end, FORGOTTEN])).not.toHaveProperty('happened');
  });
});

test.each([
  [
    'that runs elsewhere',
    [STARTED, ended('stranded', ['x'], ['y'])],
    { alive: true },
    { state: ['x'] },
  ],
  ['that is unfinished', [STARTED], {}, { state: [], next: [], owner: 'root@host1, pid 4242' }],
  [
    'that was forgotten',
    [STARTED, ended('stranded', ['x'], ['y']), FORGOTTEN],
    {},
    {
      state: ['u@h closed the run with blockplan forget; what the run had left stayed as it was'],
      next: [],
    },
  ],
  [
    'of which nothing can be read',
    '',
    { alive: true },
    { outcome: 'running', owner: `ann@${hostname()}, pid 77` },
  ],
] as const)('a run %s reports its state', async (_title, entries, how, told) => {
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
    ['once the definition was removed', [STARTED, ...UNDEFINED], true],
    ['if only the definition is restored', [STARTED, ...UNDEFINED, ...define('done')], true],
    [
      'not once it is restored as well',
      [STARTED, ...UNDEFINED, ...define('done'), ...marked('done')],
      undefined,
    ],
    ['not if nothing was kept', [STARTED], undefined],
    ['not if the run is over', [STARTED, ...UNDEFINED, ended('succeeded')], undefined],
  ] as const)('%s', async (_title, entries, owes) => {
    expect((await summary(entries, { bundled: entries.length > 1 }))?.owesAutostart).toBe(owes);
  });
});

describe('a run has the only copy of a definition', () => {
  const { format: _, ...older } = STARTED;
  test.each([
    ['once it was kept', [STARTED, ...UNDEFINED], true],
    [
      'while the define that restores it has no answer',
      [STARTED, ...UNDEFINED, ...define('none')],
      true,
    ],
    ['if that define was refused', [STARTED, ...UNDEFINED, ...define({ error: 'no' })], true],
    ['not once it was restored', [STARTED, ...UNDEFINED, ...define('done')], false],
    ['again, if it was kept again', [STARTED, ...UNDEFINED, ...define('done'), ...UNDEFINED], true],
    ['if the run was stranded with it', [STARTED, ...UNDEFINED, ended('stranded')], true],
    ['not if the run is over', [STARTED, ...UNDEFINED, ended('rolled-back')], false],
  ] as const)('%s', async (_title, entries, holds) => {
    expect((await summary(entries, { bundled: true }))?.holdsDefinition).toBe(holds);
    const [, ...rest] = entries;
    const asOlder = await summary([older as JournalEntry, ...rest]);
    expect(asOlder?.holdsDefinition).toBe(holds);
  });

  test('also if its file is lost, and only the journal has it', async () => {
    expect((await summary([STARTED, ...UNDEFINED]))?.holdsDefinition).toBe(true);
  });

  test('as soon as its file exists, before the journal records it', async () => {
    expect((await summary([STARTED], { bundled: true }))?.holdsDefinition).toBe(true);
  });

  test('no longer once a rescue has restored it', async () => {
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

  test('as far as is known, if the journal is altered or missing', async () => {
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
  test('that is torn at its end is reported, and the records before count', async () => {
    const found = await summary(`${journalText([STARTED, ended('succeeded')])}{"seq":2,"ti`);
    expect(found).toMatchObject({
      outcome: 'succeeded',
      damage: 'its journal ends with an incomplete record',
    });
  });

  test('that is intact has no damage', async () => {
    expect(await summary([STARTED, ended('succeeded')])).not.toHaveProperty('damage');
  });

  test('that is being written is not called torn', async () => {
    const text = `${journalText([STARTED])}{"seq":1,"ti`;
    expect(await summary(text, { alive: true })).not.toHaveProperty('damage');
    expect(await summary(text)).toHaveProperty('damage');
  });

  test.each(['', '{"seq":0,'])('of %j shows that nothing was done', async (text) => {
    const found = await summary(text);
    expect(found?.outcome).toBe('unreadable');
    expect(found?.damage).toContain('nothing was done');
  });

  test('that cannot be opened is reported, and breaks nothing', async () => {
    const folder = await writeRun(state, 'odd', [STARTED]);
    await rm(join(folder, JOURNAL_FILE));
    await writeFile(join(folder, 'bundle.json'), '{}');
    await mkdir(join(folder, JOURNAL_FILE));
    const found = await runSummaryOf({ run: 'odd', folder }, NOBODY);
    expect(found?.damage).toMatch(/^its journal cannot be read: /);
    expect(found?.holdsDefinition).toBe(true);
  });

  test('with a record that this version does not write reports which, and how the run began', async () => {
    const strange = { type: 'run-dreamt' } as unknown as JournalEntry;
    const found = await summary([STARTED, strange]);
    expect(found).toMatchObject({ outcome: 'unreadable', plan: 'move-web1', domain: 'web1' });
    expect(found?.damage).toMatch(/^its journal cannot be read: .*run-dreamt/);
    expect(await summary([STARTED, strange], { alive: true })).toMatchObject({
      outcome: 'running',
    });
  });

  test('with a start that this version does not write shows nothing of its end', async () => {
    const { run: _run, ...strange } = STARTED;
    const found = await summary([strange as JournalEntry, ended('stranded', ['x'], ['y'])]);
    expect(found).toMatchObject({ outcome: 'unreadable', state: [], next: [] });
    expect(found).not.toHaveProperty('lastAt');
  });

  test('whose start was altered is reported, with its last time', async () => {
    const text = journalText([STARTED, ended('succeeded')]);
    const found = await summary(text.replace('"version":"0.1.0"', '"version":"0.2.0"'));
    expect(found).toMatchObject({
      ...{ outcome: 'unreadable', ways: [], lastAt: Date.UTC(2026, 10, 23, 8, 15, 3) },
      damage: 'the beginning of its journal was modified',
    });
    expect(found).not.toHaveProperty('plan');
    expect(found).not.toHaveProperty('owner');
  });

  test('that is missing makes a run if a process works on it', async () => {
    const folder = join(state, 'runs/new');
    const owner = { run: 'new', pid: 77, user: 'ann' } as LockOwner;
    expect(await runSummaryOf({ run: 'new', folder }, new Map([['new', owner]]))).toEqual({
      ...{ run: 'new', journal: folder, outcome: 'running', owner: `ann@${hostname()}, pid 77` },
      ...{ holdsDefinition: false, ways: [], state: [], next: [] },
    });
  });

  test('that is missing makes no run', async () => {
    expect(await runSummaryOf({ run: 'x', folder: join(state, 'runs/x') }, NOBODY)).toBeUndefined();
  });
});
