/** Which runs can be throttled, and what is sent to libvirt for them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Lock } from '../../../src/claims.ts';
import { throttleCommand } from '../../../src/cli/throttle.ts';
import type { Effect } from '../../../src/commands/effect.ts';
import { BlockplanError } from '../../../src/errors.ts';
import { EVENTS_FILE } from '../../../src/journal/event-log.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { takeLock } from '../../../src/journal/lock.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import { qemuImgEffect } from '../../effects.ts';
import { commanded, ended, GIVEN, phase, STARTED, writeRun } from '../../journals.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { scripted } from '../libvirt/scripted-virsh.ts';
import { capturePrinted } from './printed.ts';

const session = vi.hoisted(() => ({ virsh: undefined as unknown, opened: [] as unknown[] }));
vi.mock('../../../src/libvirt/virsh.ts', () => ({
  openVirsh: async (_io: unknown, connection: unknown) => {
    session.opened.push(connection);
    return session.virsh;
  },
}));

const base = scratchFolder('throttle');
const RUN = '20261129-120000-abcdef';
const { uuid } = STARTED;
let state: string;
let states = 0;
const printed = capturePrinted();

beforeEach(() => {
  state = join(base, `state-${++states}`);
  session.opened = [];
  vi.stubEnv('BLOCKPLAN_STATE_DIR', state);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const WAIT: Effect = {
  tool: 'await-job',
  disk: 'vda',
  until: 'ready',
  why: 'until the copy is complete',
  timeoutMs: 1000,
};
const CONVERT = qemuImgEffect(['convert', '-p', '-W', '-m', '16', '-O', 'qcow2', '/a', '/b']);

const copying = (
  effect: Effect,
  answer: Parameters<typeof commanded>[3],
  kind = 'convert',
): JournalEntry[] => [
  { ...STARTED, steps: [{ id: 'mirror', kind, phases: [] }] },
  ...phase('do', 'mirror/mirror', 'none', [
    ...commanded('do', 'mirror/mirror', GIVEN.copy, 'done'),
    ...commanded('do', 'mirror/mirror', effect, answer),
  ]),
];
const WAITING = copying(WAIT, 'none');
const RATE_LIMIT = 'set "rate-limit" in the step of the plan before its next run';

/** A libvirt with a job of that speed, or without a job; and what it was asked. */
function libvirt({
  job = true,
  marker = RUN,
  onSet = () => {},
}: {
  job?: boolean;
  marker?: string;
  onSet?: () => void;
} = {}) {
  let bandwidth = 0;
  const asked: (readonly string[])[] = [];
  const virsh = scripted(() => '');
  virsh.run = async (argv) => {
    asked.push(argv);
    const answer = { argv, stderr: '', durationMs: 1 };
    const at = argv.indexOf('--bandwidth');
    if (argv[0] === 'metadata')
      return {
        ...answer,
        ok: true,
        stdout: `<run run='${marker}' host='h' user='u' pid='1' since='s'/>`,
      };
    if (at < 0)
      return {
        ...answer,
        ok: true,
        stdout: job ? ` type=Block Copy\n bandwidth=${bandwidth}\n cur=1\n end=9\n` : '',
      };
    onSet();
    if (!job)
      return {
        ...answer,
        ok: false,
        error: "Requested operation is not valid: disk 'vda' does not have an active block job",
      };
    bandwidth = Number(argv[at + 1]);
    return { ...answer, ok: true, stdout: '' };
  };
  session.virsh = virsh;
  return { asked };
}

async function held<T>(work: () => Promise<T>, run = RUN): Promise<T> {
  const lock = (await takeLock(state, uuid, run, 'ann')) as Lock;
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function refusal(word: string, amount = '50M'): Promise<string> {
  try {
    await throttleCommand(word, amount);
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    const [{ code, message, hint } = { code: '', message: '', hint: '' }] = error.findings;
    return `${code} ${message} | ${hint}`;
  }
  return 'throttled';
}

describe('an active run with a job', () => {
  test.each([
    ['50M', '52428800', 'is limited to 50 MiB/s'],
    ['50', '52428800', 'is limited to 50 MiB/s'],
    ['50MB', '50000000', 'is limited to 47.7 MiB/s'],
    ['0', '0', 'has no speed limit'],
  ])('is throttled to %s, and the limit is read back', async (amount, bytes, text) => {
    const folder = await writeRun(state, RUN, WAITING);
    const { asked } = libvirt();
    expect(await held(() => throttleCommand(RUN.slice(0, 8), amount))).toBe(0);
    expect(asked).toEqual([
      ['metadata', '--domain', uuid, '--uri', 'urn:blockplan:run:1', '--live'],
      ['blockjob', '--domain', uuid, '--path', 'vda', '--bandwidth', bytes, '--bytes'],
      ['blockjob', '--domain', uuid, '--path', 'vda', '--info', '--raw', '--bytes'],
    ]);
    expect(session.opened).toEqual([{ uri: 'qemu:///system' }]);
    expect(printed.stdout).toBe(`move-web1 on web1: the job on vda ${text}\n`);
    const noted = JSON.parse(readFileSync(join(folder, EVENTS_FILE), 'utf8'));
    expect(noted).toMatchObject({ event: 'notice', about: 'throttle' });
    expect(noted.message).toMatch(
      new RegExp(`^the job on vda ${text} \\(set by .+ with blockplan throttle\\)$`),
    );
  });

  test('keeps its journal as it is: that has one writer', async () => {
    const folder = await writeRun(state, RUN, WAITING);
    const journal = () => readFileSync(join(folder, 'journal.jsonl'), 'utf8');
    const before = journal();
    libvirt();
    await held(() => throttleCommand(RUN, '1M'));
    expect(journal()).toBe(before);
  });

  test('during a rollback, too', async () => {
    await writeRun(state, RUN, [
      STARTED,
      ...phase('undo', 'mirror/pivot', 'none', commanded('undo', 'mirror/pivot', WAIT, 'none')),
    ]);
    libvirt();
    expect(await held(() => throttleCommand('last', '1M'))).toBe(0);
  });
});

describe('is refused', () => {
  test.each<[string, readonly JournalEntry[], string]>([
    [
      'a run that is over',
      [STARTED, ended('succeeded')],
      `BP211 run ${RUN} is over: succeeded | nothing is left to throttle; see what it did: blockplan show ${RUN}`,
    ],
    [
      'a run that was rolled back',
      [STARTED, ended('rolled-back')],
      `BP211 run ${RUN} is over: rolled back | nothing is left to throttle; see what it did: blockplan show ${RUN}`,
    ],
    [
      'a forgotten run',
      [STARTED, ended('stranded'), { type: 'run-forgotten', host: 'h', user: 'u' }],
      `BP211 run ${RUN} is over: forgotten | nothing is left to throttle; see what it did: blockplan show ${RUN}`,
    ],
    [
      'a run that was interrupted',
      WAITING,
      `BP221 run ${RUN} is not active: no process on this machine is working on it | inspect it: blockplan show ${RUN}, then finish it: blockplan resume ${RUN}, or blockplan rollback ${RUN}`,
    ],
    [
      'a run that is stranded',
      [STARTED, ended('stranded')],
      `BP221 run ${RUN} is not active: it ended as stranded | inspect it: blockplan show ${RUN}, then finish it: blockplan resume ${RUN}, or blockplan rollback ${RUN}`,
    ],
  ])('%s', async (_title, entries, text) => {
    const folder = await writeRun(state, RUN, entries);
    libvirt();
    expect(await refusal(RUN)).toBe(text);
    // Another run may hold the lock of the domain by now.
    expect(await held(() => refusal(RUN), 'another')).toBe(text);
    expect(session.opened).toEqual([]);
    expect(existsSync(join(folder, EVENTS_FILE))).toBe(false);
  });

  test.each<[string, readonly JournalEntry[], string, string?]>([
    ['that has not begun', [STARTED], 'it has no block job now'],
    ['between two commands', copying(WAIT, 'done'), 'it has no block job now'],
    ['while a command is performed', copying(GIVEN.pivot, 'none'), 'it has no block job now'],
    [
      'while qemu-img works',
      copying(CONVERT, 'none'),
      'it is running qemu-img, whose speed cannot be changed',
      RATE_LIMIT,
    ],
    [
      'while a restore copies',
      copying(CONVERT, 'none', 'restore'),
      'it is running qemu-img, whose speed cannot be changed',
      `the step has no speed limit; follow the run: blockplan attach ${RUN}`,
    ],
    ['after qemu-img', copying(CONVERT, 'done'), 'it has no block job now'],
    [
      'while qemu-img writes into its file',
      [...copying(CONVERT, 'none'), { type: 'made', on: LOCAL, file: '/b', ino: '1', born: '1' }],
      'it is running qemu-img, whose speed cannot be changed',
      RATE_LIMIT,
    ],
  ])('an active run %s', async (_title, entries, why, hint) => {
    await writeRun(state, RUN, entries);
    libvirt();
    expect(await held(() => refusal(RUN))).toBe(
      `BP224 run ${RUN} cannot be throttled: ${why} | ${hint ?? `follow it, and try again while a block job runs: blockplan attach ${RUN}`}`,
    );
    expect(session.opened).toEqual([]);
  });

  test('a job that has just ended, and a libvirt that refuses', async () => {
    await writeRun(state, RUN, WAITING);
    libvirt({ job: false });
    expect(await held(() => refusal(RUN))).toContain(
      'BP224 run 20261129-120000-abcdef cannot be throttled: its job on vda has just ended',
    );
    const refusing = scripted(([verb]) => (verb === 'metadata' ? '' : new Error('no such domain')));
    session.virsh = refusing;
    expect(await held(() => refusal(RUN))).toContain('libvirt reports: no such domain');
  });

  test('a run whose job ends while virsh connects', async () => {
    await writeRun(state, RUN, WAITING);
    const { asked } = libvirt();
    const read = { run: session.virsh as { run: (argv: readonly string[]) => unknown } };
    const run = read.run.run;
    read.run.run = async (argv) => {
      await writeRun(state, RUN, copying(WAIT, 'done'));
      return run(argv);
    };
    expect(await held(() => refusal(RUN))).toContain('BP224');
    expect(asked.map(([verb]) => verb)).toEqual(['metadata']);
  });

  test("a domain with another run's marker", async () => {
    await writeRun(state, RUN, WAITING);
    const { asked } = libvirt({ marker: 'other' });
    expect(await held(() => refusal(RUN))).toMatch(
      /^BP120 "web1" is locked by run other \(u@h, pid 1, since \?\)/,
    );
    expect(asked).toHaveLength(1);
  });

  test('an unknown run, and what is no bandwidth', async () => {
    await writeRun(state, RUN, WAITING);
    expect(await refusal('2025')).toContain('BP210 run "2025" does not exist');
    expect(await refusal(RUN, 'fast')).toContain('BP083 "fast" is not a bandwidth');
    expect(await refusal('2025', 'fast')).toContain('BP083');
  });

  test('a journal that another version writes', async () => {
    await writeRun(state, RUN, [{ ...STARTED, format: 99 }]);
    expect(await held(() => refusal(RUN))).toContain('BP213');
  });
});
