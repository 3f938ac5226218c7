/** What the journals of runs that succeeded explain to the doctor, to a preview and to a rollback. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  forgottenRuns,
  leftBehind,
  MOST_SEARCHED,
  withDonePlan,
} from '../../../src/cli/earlier-runs.ts';
import { explained } from '../../../src/cli/explained.ts';
import { resumableRun } from '../../../src/cli/resumable-run.ts';
import type { BlockplanError, Finding } from '../../../src/errors.ts';
import { planSumOf } from '../../../src/journal/folder.ts';
import { JOURNAL_FILE, type JournalEntry } from '../../../src/journal/journal.ts';
import { tryReadRunLog } from '../../../src/journal/run-log.ts';
import { isSameFile } from '../../../src/model/file-identity.ts';
import { type HostState, withFile } from '../../../src/model/host-state.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { BEGUN, ended, writeRun } from '../../journals.ts';
import { Runs } from '../../killed-runs.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { SNAP1, SNAP2 } from '../../worlds.ts';

vi.mock(import('../../../src/journal/run-log.ts'), { spy: true });

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'blockplan-earlier-'));
  vi.stubEnv('BLOCKPLAN_STATE_DIR', state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true });
});

const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';

/** Performs a plan, writes its journal as that of the run, and returns the host state after it. */
async function ran(
  run: string,
  yaml: string,
  refused?: number,
  ...since: readonly JournalEntry[]
): Promise<HostState> {
  const { plan, graph } = planned([yaml]);
  const runs = new Runs(
    withFile(hostForPlans(), SNAP2, {
      ...{ size: 40 * 1024 * 1024, identity: '1:7', born: `${BEGUN - 1000}000000` },
    }),
    refused === undefined ? [] : [{ at: refused, fault: 'refused' }],
  );
  await runs.whole({ plan, graph });
  const entries = runs.entries.map(
    (entry): JournalEntry =>
      entry.type === 'run-started'
        ? { ...entry, run, planSum: planSumOf(plan.text.source), uri: 'qemu:///system' }
        : entry,
  );
  await writeRun(state, run, [...entries, ...since]);
  return runs.host.state;
}

/** The guest's disk is on the files again that it was on before its move. */
function movedBack(now: HostState): HostState {
  const { disks } = hostForPlans().domain;
  return { ...now, domain: { ...now.domain, disks } };
}

/** A host on which the file has another stamp than before. */
const CHANGED = { stat: () => Promise.resolve(null) };

const UNRELATED = '/export/vmimages/other';

describe('a file that is left behind', () => {
  test('is explained by the newest run that took it out of a chain', async () => {
    await ran('r1', MOVE);
    const now = await ran('r2', MOVE);
    expect((await leftBehind(state, now, [SNAP2, UNRELATED], CHANGED)).left).toEqual([
      {
        ...{ file: SNAP2, target: 'vda', wasActive: true, run: 'r2', plan: 'test' },
        time: expect.stringMatching(/^2026-11-23 08:15:\d\dZ$/),
        isUnchanged: false,
      },
    ]);
  });

  test('is unchanged if it is still the same file', async () => {
    const now = await ran('r1', MOVE);
    const born = `${BEGUN - 1000}000000`;
    const stamp = { ino: '7', born, changed: born, written: born, device: '1', uid: 0 } as const;
    const stat = () => Promise.resolve({ ...stamp, kind: 'file' as const, length: 1 });
    expect(await leftBehind(state, now, [SNAP2], { stat })).toMatchObject({
      left: [{ run: 'r1', isUnchanged: true }],
    });
  });

  test.each([
    ['a run that was rolled back', MOVE, 3],
    ['a backup', 'blockcopy: { disk: vda, dest: /new/c, finish: true }', undefined],
  ] as const)('is not explained by %s', async (_title, yaml, refused) => {
    const now = await ran('r1', yaml, refused);
    expect(await leftBehind(state, now, [SNAP2, SNAP1], CHANGED)).toEqual({ left: [] });
  });

  test('is not explained by a run on another guest, or an unreadable journal', async () => {
    const now = await ran('r1', MOVE);
    const other = { ...now, domain: { ...now.domain, uuid: 'another' } };
    expect(await leftBehind(state, other, [SNAP2], CHANGED)).toEqual({ left: [] });
    rmSync(join(state, 'runs', 'r1', JOURNAL_FILE));
    await writeRun(state, 'r1', 'no journal\n');
    expect(await leftBehind(state, now, [SNAP2], CHANGED)).toEqual({ left: [] });
  });
});

describe('the journals that are read to explain files', () => {
  const reading = vi.mocked(tryReadRunLog);

  /** Writes that many runs that left nothing behind, all newer than `r0`, which left a file behind. */
  async function withNewerRuns(newer: number): Promise<HostState> {
    const now = await ran('r0', MOVE);
    const text = readFileSync(join(state, 'runs', 'r0', JOURNAL_FILE), 'utf8');
    const [first = ''] = text.split('\n');
    const { seq: _seq, time: _time, sum: _sum, ...start } = JSON.parse(first);
    for (let at = 1; at <= newer; at++)
      await writeRun(state, `r${at}`, [start, ended('succeeded')]);
    reading.mockClear();
    return now;
  }

  test('end with the run that explains the last of them', async () => {
    const now = await withNewerRuns(3);
    await ran('r4', MOVE);
    reading.mockClear();
    expect(await leftBehind(state, now, [SNAP2], CHANGED)).toMatchObject({ left: [{ run: 'r4' }] });
    expect(reading).toHaveBeenCalledTimes(1);
  });

  test.each([
    [MOST_SEARCHED - 1, { left: [expect.objectContaining({ run: 'r0' })] }],
    [MOST_SEARCHED, { left: [], newestSearched: MOST_SEARCHED }],
    [MOST_SEARCHED + 1, { left: [], newestSearched: MOST_SEARCHED }],
  ])('are those of the newest runs, where %d are newer', async (newer, found) => {
    const now = await withNewerRuns(newer);
    expect(await leftBehind(state, now, [SNAP2], CHANGED)).toEqual(found);
    expect(reading).toHaveBeenCalledTimes(MOST_SEARCHED);
  });
});

describe('a plan that is refused', () => {
  const refusals = async (now: HostState, yaml: string): Promise<readonly Finding[]> => {
    const { plan, graph } = planned([yaml]);
    return withDonePlan(state, walk(graph, now).findings, plan, now);
  };

  const DONE = 'the plan is done: the guest uses the file; see what the run did: blockplan show r1';
  const AGAIN =
    'to run the plan again, choose another path; see what the run did: blockplan show r1';
  const BACKUP = 'blockcopy: { disk: vda, dest: /new/c, finish: true }';
  const stays = (now: HostState) => now;

  test.each<[string, string, (now: HostState) => HostState, string]>([
    ['its destination is in use', MOVE, stays, DONE],
    ['its destination exists', BACKUP, stays, AGAIN],
    ['the guest was moved back', MOVE, movedBack, AGAIN],
  ])('names the earlier run of it that succeeded, if %s', async (_title, yaml, since, does) => {
    const now = since(await ran('r1', yaml));
    const found = await refusals(now, yaml);
    expect(found.some(({ code }) => code === 'BP106')).toBe(true);
    for (const { code, message, hint } of found.filter((each) => each.code === 'BP106')) {
      expect([code, message]).toEqual([
        'BP106',
        expect.stringMatching(
          /\/new\/c .*: run r1 of this plan created it, and succeeded on 2026-11-23 08:15:\d\dZ$/,
        ),
      ]);
      expect(hint).toBe(does);
    }
  });

  test('is not called done if another plan made the file, or its run did not succeed', async () => {
    const now = await ran('r1', MOVE);
    const other = MOVE.replace('shallow: true, ', '');
    expect((await refusals(now, other)).filter(({ message }) => /r1/.test(message))).toEqual([]);
    rmSync(join(state, 'runs', 'r1'), { recursive: true });
    await ran('r2', MOVE, 3);
    expect((await refusals(now, MOVE)).filter(({ message }) => /r2/.test(message))).toEqual([]);
  });
});

test('a commit is refused with the name of the run that left the overlay behind', async () => {
  const COMMIT = 'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }';
  const now = { ...(await ran('r1', COMMIT)), others: [] };
  const overlays = [
    { file: SNAP2, backing: SNAP1 },
    { file: '/i/clone', backing: SNAP1 },
  ];
  const host = { ...now, overlays };
  const { plan, graph } = planned([COMMIT]);
  const found = await explained(walk(graph, host).findings, plan, host);
  const lines = found
    .filter(({ code }) => code === 'BP179')
    .map(({ message, hint }) => [message, hint]);
  expect(lines).toEqual([
    [
      expect.stringMatching(
        `^${SNAP2} is an overlay .*; run r1 \\(test\\) took it out of the chain of vda on 2026-11-23 08:15:\\d\\dZ, and kept it$`,
      ),
      'another file may be at that path since, or it may have changed: if nothing needs it, move it to another folder; see what the run did: blockplan show r1',
    ],
    [expect.stringMatching(/^.i.clone is an overlay .* invalid$/), expect.any(String)],
  ]);
});

describe('a plan whose file a forgotten run created', () => {
  const plan = (yaml: string) => planned([yaml]);
  const forgetting: JournalEntry = { type: 'run-forgotten', host: 'h', user: 'u' };

  test.each([
    ['that plan', MOVE],
    ['another plan', MOVE.replace('shallow: true, ', '')],
  ])('is refused with the name of the run, if it was of %s', async (_title, yaml) => {
    const now = await ran('r1', MOVE, undefined, forgetting);
    const { plan: read, graph } = plan(yaml);
    const found = await explained(walk(graph, now).findings, read, now);
    const [first] = found.filter(({ code }) => code === 'BP106');
    expect(first?.message).toMatch(
      /\/new\/c .*: run r1 \(test\) created it, and was forgotten on 2026-11-23 08:15:\d\dZ$/,
    );
    expect(first?.hint).toBe(
      'choose another path: the file may hold data that a guest needs; see what the run did: blockplan show r1',
    );
  });

  test('is a file that the doctor knows', async () => {
    const now = await ran('r1', MOVE, undefined, forgetting);
    expect(await forgottenRuns(state, now.domain.uuid)).toEqual([
      { run: 'r1', plan: 'test', time: expect.any(String), files: ['/new/c'] },
    ]);
    expect(await forgottenRuns(state, 'another')).toEqual([]);
  });
});

describe('a rollback of a run that is over', () => {
  const hintOf = (how: 'resume' | 'rollback') =>
    resumableRun(state, 'r1', how).then(
      () => 'none',
      (error: BlockplanError) => `${error.findings[0]?.code} ${error.findings[0]?.hint}`,
    );

  test('says how to move back', async () => {
    const now = await ran('r1', MOVE);
    expect(isSameFile(now, now.domain.disks[0]?.chain[0]?.file, '/new/c')).toBe(true);
    expect(await hintOf('rollback')).toBe(
      'BP211 a run that has succeeded cannot be rolled back; write a plan that moves the disk back, into a new file: blockplan init migrate --to /export/vmimages --output back-vda.yaml --connect qemu:///system testvm',
    );
    expect(await hintOf('resume')).toBe(
      'BP211 nothing is left to do; see what it did: blockplan show r1',
    );
  });

  test('says that nothing can be undone of a backup', async () => {
    await ran('r1', 'blockcopy: { disk: vda, dest: /new/c, finish: true }');
    expect(await hintOf('rollback')).toBe(
      'BP211 a run that has succeeded cannot be rolled back; see what it did: blockplan show r1',
    );
  });

  test('says that nothing is left to do if it was rolled back', async () => {
    await ran('r1', MOVE, 3);
    expect(await hintOf('rollback')).toBe(
      'BP211 nothing is left to do; see what it did: blockplan show r1',
    );
  });
});
