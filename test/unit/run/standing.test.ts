import { mkdtempSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeBundle } from '../../../src/journal/bundle.ts';
import { type Entry, JOURNAL_FILE } from '../../../src/journal/journal.ts';
import type { Owner } from '../../../src/journal/lock.ts';
import { type RunStanding, standingOf } from '../../../src/run/standing.ts';
import {
  commanded,
  ended,
  journalText,
  KEPT,
  phase,
  STARTED,
  TAKEN_UP,
  virsh,
  writeRun,
} from '../../journals.ts';

const state = mkdtempSync(join(tmpdir(), 'blockplan-standing-'));
afterAll(() => rm(state, { recursive: true }));

let runs = 0;
const NOBODY: ReadonlyMap<string, Owner> = new Map();

async function standing(
  journal: readonly Entry[] | string,
  { bundled = false, alive = false } = {},
): Promise<RunStanding | undefined> {
  const run = `run-${++runs}`;
  const folder = await writeRun(state, run, journal);
  if (bundled) await writeFile(join(folder, 'bundle.json'), '{}');
  const owner = { run, pid: 77, user: 'ann' } as Owner;
  return standingOf({ run, folder }, alive ? new Map([[run, owner]]) : NOBODY);
}

const FORGOTTEN: Entry = { type: 'run-forgotten', host: 'h', user: 'u' };
const UNDEFINED = phase('do', 'undefine/undefine', 'DONE', [
  KEPT,
  ...commanded('do', 'undefine/undefine', virsh('undefine', 'web1'), 'done'),
]);
const define = (answer: Parameters<typeof commanded>[3]) =>
  phase('do', 'redefine/redefine', 'none', [
    ...commanded('do', 'redefine/redefine', virsh('define', '--file'), answer),
  ]);

const TIME = '2026-11-23T08:15:02.000Z';

describe('a run', () => {
  test.each([
    ['its end', [STARTED, ended('succeeded')], 'succeeded'],
    ['its last end', [STARTED, ended('stranded'), TAKEN_UP, ended('rolled-back')], 'rolled-back'],
    ['no end that it was taken up after', [STARTED, ended('uncertain'), TAKEN_UP], 'unfinished'],
    ['no end', [STARTED, ...UNDEFINED], 'unfinished'],
    ['who had it forgotten', [STARTED, ended('stranded'), FORGOTTEN], 'forgotten'],
  ] as const)('stands as %s tells', async (_title, entries, outcome) => {
    expect((await standing(entries))?.outcome).toBe(outcome);
  });

  test.each([
    ['both', [STARTED, ...UNDEFINED], ['resume', 'rollback']],
    ['back alone', [STARTED, ...phase('undo', 'undefine/undefine', 'none')], ['rollback']],
    ['none once it is over', [STARTED, ended('succeeded')], []],
    ['none once it is forgotten', [STARTED, ended('stranded'), FORGOTTEN], []],
  ] as const)('can be taken up in these ways: %s', async (_title, entries, ways) => {
    expect((await standing(entries))?.ways).toEqual(ways);
    expect((await standing(entries, { alive: true }))?.ways).toEqual([]);
  });

  test('that somebody works on goes on, whatever its last end', async () => {
    const found = await standing([STARTED, ended('stranded')], { alive: true });
    expect(found).toMatchObject({ outcome: 'running', owner: 'ann, pid 77' });
  });

  test('tells its plan, its times, who began it and what its end said', async () => {
    expect(await standing([STARTED, ended('stranded', ['between'], ['virsh list'])])).toMatchObject(
      {
        plan: 'move-web1',
        domain: 'web1',
        startedAt: Date.UTC(2026, 10, 23, 8, 15, 2),
        lastAt: Date.UTC(2026, 10, 23, 8, 15, 3),
        owner: 'root@host1, pid 4242',
        state: ['between'],
        next: ['virsh list'],
      },
    );
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
    expect((await standing(entries, { bundled: true }))?.holdsDefinition).toBe(holds);
    const [, ...rest] = entries;
    const asOlder = await standing([older as Entry, ...rest]);
    expect(asOlder?.holdsDefinition).toBe(holds);
  });

  test('from the moment that its file is there, before the journal tells of it', async () => {
    expect((await standing([STARTED], { bundled: true }))?.holdsDefinition).toBe(true);
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
    expect((await standingOf({ run, folder }, NOBODY))?.holdsDefinition).toBe(true);
    await writeBundle(folder, { ...bundle, restored: { time: TIME, records: 6 } });
    expect((await standingOf({ run, folder }, NOBODY))?.holdsDefinition).toBe(false);
  });

  test('as far as anybody knows, where the journal is altered or gone', async () => {
    const text = journalText([STARTED, ...UNDEFINED, ...define('done')]);
    const altered = await standing(text.replace('"version":"0.1.0"', '"version":"0.2.0"'), {
      bundled: true,
    });
    expect(altered).toMatchObject({ outcome: 'unreadable', holdsDefinition: true });
    const folder = join(state, 'runs', altered!.run);
    await rm(join(folder, JOURNAL_FILE));
    expect(await standingOf({ run: 'gone', folder }, NOBODY)).toMatchObject({
      outcome: 'unreadable',
      holdsDefinition: true,
      damage: 'its journal is missing',
    });
  });
});

describe('a journal', () => {
  test('that is torn at its end says so, and what stands before it counts', async () => {
    const found = await standing(`${journalText([STARTED, ended('succeeded')])}{"seq":2,"ti`);
    expect(found).toMatchObject({
      outcome: 'succeeded',
      damage: 'its journal ends in a record that is not whole',
    });
  });

  test('that is being written is not called torn', async () => {
    const text = `${journalText([STARTED])}{"seq":1,"ti`;
    expect(await standing(text, { alive: true })).not.toHaveProperty('damage');
    expect(await standing(text)).toHaveProperty('damage');
  });

  test.each(['', '{"seq":0,'])('of %j tells that nothing had begun', async (text) => {
    const found = await standing(text);
    expect(found?.outcome).toBe('unreadable');
    expect(found?.damage).toContain('nothing had been begun');
  });

  test('that cannot be opened is told, and ends nothing', async () => {
    const folder = await writeRun(state, 'odd', [STARTED]);
    await rm(join(folder, JOURNAL_FILE));
    await writeFile(join(folder, 'bundle.json'), '{}');
    await mkdir(join(folder, JOURNAL_FILE));
    const found = await standingOf({ run: 'odd', folder }, NOBODY);
    expect(found?.damage).toMatch(/^its journal cannot be read: /);
    expect(found?.holdsDefinition).toBe(true);
  });

  test('that is not there makes no run', async () => {
    expect(await standingOf({ run: 'x', folder: join(state, 'runs/x') }, NOBODY)).toBeUndefined();
  });
});
