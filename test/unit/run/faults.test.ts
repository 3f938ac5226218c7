/**
 * Every shipped plan with block jobs, with every fault at every effect, on a simulated host whose guest writes all the time:
 * the run ends as expected, with the host as before or the definition safe, and no write of the guest is lost.
 */

import { afterAll, describe, expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { commandText } from '../../../src/commands/effect-text.ts';
import type { RunEvent } from '../../../src/events.ts';
import type { Journal, JournalEntry } from '../../../src/journal/journal.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { onLocal } from '../../../src/model/hosts.ts';
import { EXIT_CODES } from '../../../src/outcomes.ts';
import { executeRun } from '../../../src/run/execute.ts';
import { preflight, refuseErrors } from '../../../src/run/preflight.ts';
import { type Finish, saidIn } from '../../../src/run/run-state.ts';
import { lostAtNextStart, lostWrites } from '../../../src/simulate/host-faults.ts';
import { DriverDouble, type Fault, type Injection } from '../../driver-double.ts';
import { wordsIn } from '../../effects.ts';
import { hostForPlans, LIVE, planned, shipped } from '../../plans.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { frozen } from '../../worlds.ts';

const FAULTS: readonly Fault[] = [
  'refused',
  'refused after it took effect',
  'done without effect',
  'the job dies',
  'connection lost before',
  'connection lost after',
  'connection gone before',
  'connection gone after',
  'interrupted before',
  'interrupted during',
  'interrupted after',
  'the guest dies before',
  'the guest dies after',
];

const folder = scratchFolder('faults');
/** A journal in memory that knows what was on disk at each moment. */
class Recorder implements Journal {
  readonly folder = folder;
  readonly entries: JournalEntry[] = [];
  /** The number of entries that are certainly on disk. */
  synced = 0;

  async append(entry: JournalEntry, sync: boolean): Promise<void> {
    this.entries.push(structuredClone(entry));
    if (sync) this.synced = this.entries.length;
  }

  async close(): Promise<void> {}
}

interface Course {
  readonly finish: Finish;
  readonly driver: DriverDouble;
  readonly journal: Recorder;
  readonly events: readonly RunEvent[];
}

type Compiled = ReturnType<typeof shipped>;

async function run(
  { plan, graph }: Compiled,
  state: HostState,
  injections: readonly Injection[],
): Promise<Course> {
  const controller = new AbortController();
  const driver = new DriverDouble(frozen(state), injections, () =>
    controller.abort(new Error('interrupted by SIGINT')),
  );
  const journal = new Recorder();
  const admission = await preflight(plan, graph, driver);
  refuseErrors(admission);
  driver.onEffect = (effect) => isIntended(journal, effect);
  const events: RunEvent[] = [];
  const finish = await executeRun({
    id: 'r1',
    graph,
    hosts: onLocal({ driver, initial: frozen(admission.state), files: admission.files }),
    journal,
    uri: '',
    user: 'u',
    version: '0',
    set: {},
    planSum: '',
    signal: controller.signal,
    listener: (event) => events.push(event),
  });
  return { finish, driver, journal, events };
}

/** Before any effect its intent is the last record on disk, and before an undefine the definition is on disk too. */
function isIntended(journal: Recorder, effect: Effect): void {
  const last = journal.entries.at(-1);
  // Restoring a stranded domain's definition is the only action without an intent of its own.
  if (last?.type !== 'intent') {
    expect(journal.entries.some((entry) => entry.type === 'phase-finished' && entry.error)).toBe(
      true,
    );
    return;
  }
  expect(last.effect).toMatchObject(
    effect.tool === 'keep-definition' ? { tool: 'keep-definition' } : structuredClone(effect),
  );
  expect(journal.synced).toBe(journal.entries.length);
  if (effect.tool === 'virsh' && effect.verb === 'undefine')
    expect(journal.entries.some((entry) => entry.type === 'kept')).toBe(true);
}

/** What holds at every end, whatever happened. */
function nothingIsLost(runState: Course): void {
  const { finish, driver, journal, events } = runState;
  const { host } = driver;
  expect(lostWrites(host)).toEqual([]);
  // The definition is in libvirt or in the journal, and the one in libvirt leads to every write.
  const { persistent } = host.state.domain;
  const kept = journal.entries.some((entry) => entry.type === 'kept');
  expect(persistent || kept).toBe(true);
  // A run that ends with a connection has restored the definition itself.
  if (finish.end !== 'uncertain') expect(persistent).toBe(true);
  if (persistent && finish.end !== 'uncertain') expect(lostAtNextStart(host)).toEqual([]);
  expect(journal.entries.at(-1)).toMatchObject({ type: 'run-finished', end: finish.end });
  expect(events.at(-1)).toMatchObject({ event: 'run-finished', end: finish.end });
  if (finish.end === 'stranded' || finish.end === 'uncertain') {
    expect(finish.next.length).toBeGreaterThan(0);
    expect(finish.state.length).toBeGreaterThan(0);
  }
}

/** Everything on the host that a person could compare with before: jobs, chains, definition, metadata, files. */
function picture({ domain, files }: HostState) {
  return {
    ...domain,
    disks: domain.disks.map((disk) => ({ ...disk, chain: disk.chain.map(({ file }) => file) })),
    files: Object.keys(files)
      .filter((path) => files[path])
      .sort(),
  };
}

const isOptional = (effect: Effect) => effect.tool === 'virsh' && effect.optional === true;

/** The expected end of a run with that one fault. */
function expected(
  fault: Fault,
  effect: Effect,
  isLast: boolean,
  idle: ReadonlySet<Effect>,
): Finish['end'] {
  const waits = effect.tool === 'await-job' || effect.tool === 'qemu-img';
  if (fault.startsWith('connection gone')) return 'uncertain';
  // A copy that may be incomplete is rolled back.
  if (fault.startsWith('connection lost')) {
    const ended = fault.endsWith('after') && wordsIn(effect).includes('--abort');
    return effect.tool === 'qemu-img' || ended ? 'rolled-back' : 'succeeded';
  }
  if (fault.startsWith('the guest dies')) return 'stranded';
  // Without the empty file libvirt creates the copy's file itself, with the same result.
  if (fault === 'done without effect' && (idle.has(effect) || effect.tool === 'make-file'))
    return 'succeeded';
  if (/^refused|^done/.test(fault) && isOptional(effect)) return 'succeeded';
  // After the last one there is nothing left to interrupt.
  const tooLate = fault === 'interrupted after' || (fault === 'interrupted during' && !waits);
  return isLast && tooLate ? 'succeeded' : 'rolled-back';
}

/** Whether only a comparison of two images could show that the effect did nothing: there qemu-img is trusted. */
function isBelieved(fault: Fault, effect: Effect): boolean {
  return fault === 'done without effect' && wordsIn(effect).includes('-n');
}

/** The possible ends of a run with this fault in its rollback. */
function expectedBack(fault: Fault, effect: Effect): readonly Finish['end'][] {
  if (fault.startsWith('connection gone')) return ['uncertain'];
  // A rollback is not interrupted, and continues when the connection is restored.
  if (fault.startsWith('interrupted') || fault.startsWith('connection lost'))
    return ['rolled-back'];
  if (fault.startsWith('refused') && isOptional(effect)) {
    const doubt = 'doubt' in effect && effect.doubt !== undefined;
    return [doubt ? 'stranded' : 'rolled-back'];
  }
  // An effect that was not done is requested again.
  if (fault === 'done without effect') return ['rolled-back', 'stranded'];
  // An effect that took hold although it was refused may have been the last one to undo.
  return fault === 'refused after it took effect' ? ['stranded', 'rolled-back'] : ['stranded'];
}

/** Adds what the run did to a failure. */
function telling(runState: Course, check: () => void): void {
  try {
    check();
  } catch (error) {
    const done = runState.driver.asked.map(commandText);
    const faults = runState.driver.struck.map(({ at, fault }) => `${fault} at ${at}`);
    const story = [...done, ...faults, ...saidIn(runState.finish)].join('\n');
    throw new Error(`${(error as Error).message}\n${story}`, { cause: error });
  }
}

const BEFORE = picture(new DriverDouble(hostForPlans()).host.state);

const counts = new Map<string, number>();

function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

afterAll(() => {
  const rows = [...counts].sort().map(([what, times]) => `  ${String(times).padStart(5)}  ${what}`);
  process.stdout.write(`runs on the double:\n${rows.join('\n')}\n`);
});

const EXTRA: readonly (readonly [title: string, yaml: readonly string[]])[] = [
  ['a flat copy', ['blockcopy: { disk: vda, dest: /new/c, pivot: true }']],
  [
    'a snapshot that libvirt records, then a commit',
    [
      'snapshot-create-as: { name: s, disk-only: true, quiesce: true }',
      'blockcommit: { disk: vda, shallow: true, pivot: true, delete: true }',
    ],
  ],
  [
    'two moves in a row',
    [
      '{ id: first, blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true } }',
      '{ id: second, blockcopy: { disk: vda, dest: /new/d, shallow: true, pivot: true } }',
    ],
  ],
  [
    'a commit that keeps its overlay',
    ['blockcommit: { disk: vda, shallow: true, keep-overlay: true }'],
  ],
];

const plans: (readonly [string, () => Compiled])[] = [
  ...LIVE.map((file) => [file, () => shipped(file)] as const),
  ...EXTRA.map(([title, yaml]) => [title, () => planned(yaml)] as const),
];

describe.each(plans)('%s', (_title, compiled) => {
  test('succeeds', async () => {
    const runState = await run(compiled(), hostForPlans(), []);
    nothingIsLost(runState);
    expect(runState.finish, saidIn(runState.finish).join('\n')).toMatchObject({
      end: 'succeeded',
      exitCode: 0,
    });
    expect(runState.driver.marked).toBe(false);
    count('succeeded, without a fault');
  });

  test.each(FAULTS)('%s, at each effect, ends as expected', async (fault) => {
    const plan = compiled();
    const { asked: effects, idle } = (await run(plan, hostForPlans(), [])).driver;
    for (const [at, effect] of effects.entries()) {
      if (fault === 'the job dies' && effect.tool !== 'await-job') continue;
      const runState = await run(plan, hostForPlans(), [{ at, fault }]);
      const end = expected(fault, effect, at === effects.length - 1, idle);
      telling(runState, () => {
        nothingIsLost(runState);
        const { finish } = runState;
        expect({ end: finish.end, exitCode: finish.exitCode }).toEqual({
          end,
          exitCode: EXIT_CODES[end],
        });
        if (end === 'rolled-back') {
          expect(picture(runState.driver.host.state)).toEqual(BEFORE);
          expect(finish.interrupted).toBe(fault.startsWith('interrupted'));
        }
        if (end !== 'uncertain') expect(runState.driver.marked).toBe(false);
      });
      count(`${end}: ${fault}`);
    }
  });

  test('a second fault during the rollback ends as expected', async () => {
    const plan = compiled();
    const effects = (await run(plan, hostForPlans(), [])).driver.asked;
    for (const at of effects.keys()) {
      const first: Injection = { at, fault: 'refused' };
      const back = (await run(plan, hostForPlans(), [first])).driver.asked;
      for (let then = at + 1; then < back.length; then++) {
        for (const fault of FAULTS) {
          const effect = back[then];
          if (!effect || (fault === 'the job dies' && effect.tool !== 'await-job')) continue;
          if (isBelieved(fault, effect)) continue;
          const runState = await run(plan, hostForPlans(), [first, { at: then, fault }]);
          telling(runState, () => {
            nothingIsLost(runState);
            expect(expectedBack(fault, effect)).toContain(runState.finish.end);
          });
          count(`${runState.finish.end}: on the way back, ${fault}`);
        }
      }
    }
  });
});
