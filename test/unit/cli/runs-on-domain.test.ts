import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isMarkerAlive, runsOnDomain } from '../../../src/cli/runs-on-domain.ts';
import { makeRunFolder } from '../../../src/journal/folder.ts';
import {
  createJournal,
  FORMAT,
  JOURNAL_FILE,
  type JournalEntry,
} from '../../../src/journal/journal.ts';
import { takeLock } from '../../../src/journal/lock.ts';
import { addUnfinished } from '../../../src/journal/unfinished.ts';
import type { Bundle, Domain } from '../../../src/model/host-state.ts';
import { LOCAL, onLocal } from '../../../src/model/hosts.ts';
import type { Marker } from '../../../src/model/marker.ts';
import { ownProcess } from '../../../src/processes.ts';
import { thisHost } from '../../../src/this-host.ts';
import { world } from '../../worlds.ts';

const { domain } = world();
const GONE = world({ disks: [], domain: { state: 'gone', uuid: '', persistent: false } }).domain;
const BUNDLE: Bundle = { definition: '<domain/>', autostart: true, snapshots: [], checkpoints: [] };

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'blockplan-runs-'));
});
afterEach(() => rmSync(state, { recursive: true }));

/** Writes a run with these entries after its start record. */
async function ran(
  run: string,
  entries: readonly JournalEntry[],
  uuid = domain.uuid,
): Promise<void> {
  const journal = await createJournal(await makeRunFolder(state, run));
  const started: JournalEntry = {
    type: 'run-started',
    format: FORMAT,
    ...{ run, uuid, plan: 'move', domain: domain.name, uri: '', host: 'h', user: 'root', pid: 7 },
    ...{ version: '0', steps: [], set: {}, planSum: '', hosts: onLocal(world()) },
  };
  for (const entry of [started, ...entries]) await journal.append(entry, false);
  await journal.close();
}

const ref = { step: 's', phase: 'p', direction: 'do' } as const;
const meant = (effect: Extract<JournalEntry, { type: 'intent' }>['effect']): JournalEntry => ({
  type: 'intent',
  ...ref,
  on: LOCAL,
  effect,
});
const ended = (end: 'stranded' | 'rolled-back', next: readonly string[] = []): JournalEntry => ({
  ...{ type: 'run-finished', end, next, interrupted: false, state: [] },
});
const found = async (of: Domain) => (await runsOnDomain(state, of)).map(({ run }) => run);

describe('runs on a domain', () => {
  test('are the unfinished ones, with what they kept and meant to make', async () => {
    await ran('r1', [
      meant({ tool: 'make-file', file: '/new/a', why: '' }),
      meant({
        ...{ tool: 'virsh', verb: 'blockcopy', why: '' },
        args: { domain: domain.name, path: 'vda', dest: '/new/b' },
      }),
      { type: 'kept', on: LOCAL, bundle: BUNDLE },
    ]);
    await addUnfinished(state, 'r1');
    expect(await runsOnDomain(state, domain)).toEqual([
      expect.objectContaining({
        ...{ run: 'r1', plan: 'move', owner: 'root@h, pid 7', alive: false, bundle: BUNDLE },
        ...{ files: ['/new/a', '/new/b'], next: [] },
      }),
    ]);
  });

  test.each<[string, readonly JournalEntry[], string, readonly string[]]>([
    ['forward', [], 'resume the run or roll it back', ['resume', 'rollback']],
    [
      'back',
      [{ type: 'phase-started', ...ref, direction: 'undo', on: LOCAL }],
      'roll the run back',
      ['rollback'],
    ],
  ])('that go %s offer what can finish them', async (_title, entries, finishing, verbs) => {
    await ran('r1', entries);
    await addUnfinished(state, 'r1');
    expect(await runsOnDomain(state, domain)).toMatchObject([
      { finishing, takeUp: verbs.map((verb) => `blockplan ${verb} r1`) },
    ]);
  });

  test('whose journals were altered can only be forgotten', async () => {
    await ran('r1', [ended('stranded'), ended('stranded')]);
    const file = join(state, 'runs', 'r1', JOURNAL_FILE);
    const [first, second = '', ...rest] = readFileSync(file, 'utf8').split('\n');
    const altered = second.replace('"interrupted":false', '"interrupted":true');
    writeFileSync(file, [first, altered, ...rest].join('\n'));
    await addUnfinished(state, 'r1');
    expect(await runsOnDomain(state, domain)).toMatchObject([
      {
        finishing: expect.stringContaining('neither resumed nor rolled back'),
        takeUp: ['blockplan forget r1'],
      },
    ]);
  });

  test('leave out finished runs, and runs on another domain of that name', async () => {
    await ran('r1', [ended('rolled-back')]);
    await ran('r2', [], 'another');
    await ran('r3', [ended('stranded', ['virsh start web1'])]);
    for (const run of ['r1', 'r2', 'r3']) await addUnfinished(state, run);
    expect(await runsOnDomain(state, domain)).toEqual([
      expect.objectContaining({ run: 'r3', end: 'stranded', next: ['virsh start web1'] }),
    ]);
  });

  test('are matched by name if libvirt does not know the domain', async () => {
    await ran('r1', [{ type: 'kept', on: LOCAL, bundle: BUNDLE }]);
    expect(await found(GONE)).toEqual(['r1']);
    expect(await found({ ...GONE, name: 'another' })).toEqual([]);
  });

  test('are alive as long as a running process holds their lock', async () => {
    await ran('r1', []);
    await addUnfinished(state, 'r1');
    const lock = await takeLock(state, domain.uuid, 'r1', 'root');
    expect((await runsOnDomain(state, domain))[0]?.alive).toBe(true);
    if ('release' in lock) await lock.release();
    expect((await runsOnDomain(state, domain))[0]?.alive).toBe(false);
  });

  test('are none if the state directory does not exist', async () => {
    expect(await runsOnDomain(join(state, 'none'), domain)).toEqual([]);
  });
});

describe('the process of a marker', () => {
  const older = { run: 'r1', host: thisHost().host, user: 'root', pid: 2 ** 30, since: '' };
  const { pid, boot, started, namespace } = ownProcess();
  const own = { ...older, ...thisHost(), pid, boot, started, namespace };

  test.each<readonly [string, Marker | undefined, boolean | undefined]>([
    ['is unknown without a marker', undefined, undefined],
    ['does not exist', older, false],
    ['may be another one with this ID', { ...older, pid }, undefined],
    ['is on another machine', { ...older, host: 'elsewhere' }, undefined],
    ['runs', own, true],
    ['runs, but on a machine of the same name', { ...own, hostId: 'another' }, undefined],
    ['has ended, and another one has its ID', { ...own, started: '1' }, false],
    ['ended with the last boot', { ...own, boot: 'another' }, false],
    ['has ended', { ...own, pid: 2 ** 22 + 1 }, false],
  ])('%s', (_, marker, expected) => {
    expect(isMarkerAlive(marker, [])).toBe(expected);
  });

  test('is unknown if /proc hides it', () => {
    vi.spyOn(process, 'kill').mockImplementationOnce(() => {
      throw Object.assign(new Error('hidden'), { code: 'EPERM' });
    });
    expect(isMarkerAlive({ ...own, pid: 2 ** 22 + 1 }, [])).toBeUndefined();
  });

  test('is that of a run whose journal is here', async () => {
    await ran('r1', []);
    await addUnfinished(state, 'r1');
    const runs = await runsOnDomain(state, domain);
    expect(isMarkerAlive(own, runs)).toBe(false);
  });
});
