/**
 * Every shipped plan, with every fault at every effect, on a host in memory whose guest writes all the time: the run
 * ends as it should, with the host as it was or the definition safe, and nothing that the guest wrote is lost.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { EXIT_CODES } from '../../../src/errors.ts';
import type { RunEvent } from '../../../src/events.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import type { Entry, Journal } from '../../../src/journal/journal.ts';
import type { Effect } from '../../../src/model/effect.ts';
import type { World } from '../../../src/model/world.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { admit, refuseErrors } from '../../../src/run/admit.ts';
import { execute, type Finish } from '../../../src/run/execute.ts';
import { DriverDouble, type Fault, type Injection } from '../../driver-double.ts';
import { hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { frozen } from '../../worlds.ts';

const FAULTS: readonly Fault[] = [
  'refused',
  'refused after it took hold',
  'the job dies',
  'contact lost before',
  'contact lost after',
  'contact gone before',
  'contact gone after',
  'interrupted before',
  'interrupted during',
  'interrupted after',
  'the guest dies before',
  'the guest dies after',
];

/** A journal in memory that knows what was on disk at each moment. */
class Recorder implements Journal {
  readonly folder = '/nowhere';
  readonly entries: Entry[] = [];
  /** How many of the entries are on disk for certain. */
  synced = 0;

  async append(entry: Entry, sync: boolean): Promise<void> {
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

interface Compiled {
  readonly plan: Plan;
  readonly graph: Graph;
}

async function run(
  { plan, graph }: Compiled,
  world: World,
  injections: readonly Injection[],
): Promise<Course> {
  const controller = new AbortController();
  const driver = new DriverDouble(frozen(world), injections, () =>
    controller.abort(new Error('interrupted by SIGINT')),
  );
  const journal = new Recorder();
  const admission = await admit(plan, graph, driver);
  refuseErrors(admission);
  driver.onEffect = (effect) => isIntended(journal, effect);
  const events: RunEvent[] = [];
  const marker = { run: 'r1', host: 'h', user: 'u', pid: 1, since: '' };
  await driver.mark(marker);
  const finish = await execute({
    id: 'r1',
    graph,
    driver,
    journal,
    uri: '',
    user: 'u',
    version: '0',
    world: frozen(admission.world),
    files: admission.files,
    signal: controller.signal,
    listener: (event) => events.push(event),
  });
  return { finish, driver, journal, events };
}

/** Before any effect its intent is the last thing on disk, and before an undefine the definition is there too. */
function isIntended(journal: Recorder, effect: Effect): void {
  const last = journal.entries.at(-1);
  // The salvage of a stranded domain's definition is the one act without an intent of its own.
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
  if (effect.tool === 'virsh' && effect.argv[0] === 'undefine')
    expect(journal.entries.some((entry) => entry.type === 'kept')).toBe(true);
}

/**
 * A transient guest that dies between a pivot and the look at it: salvage takes the chain that it was seen on before,
 * and defines the domain on the stale file. Reported; take this away with the mend.
 */
function isKnown({ driver }: Course): boolean {
  const dead = driver.struck.find(({ fault }) => fault === 'the guest dies after');
  const effect = dead && driver.asked[dead.at];
  const undefined_ = driver.asked.some(
    (each) => each.tool === 'virsh' && each.argv[0] === 'undefine',
  );
  return undefined_ && effect?.tool === 'virsh' && effect.argv.includes('--pivot');
}

/** What holds at every end, whatever happened. */
function nothingIsLost(course: Course, told = ''): void {
  const { finish, driver, journal, events } = course;
  const { host } = driver;
  expect(host.lost()).toEqual([]);
  // The definition is with libvirt, or in the journal; and what libvirt has finds every write.
  const { persistent, definition } = host.world.domain;
  const kept = journal.entries.some((entry) => entry.type === 'kept');
  expect(persistent || kept).toBe(true);
  if (persistent && finish.end !== 'uncertain' && !isKnown(course))
    expect(host.lostAtNextStart(definition), told).toEqual([]);
  expect(journal.entries.at(-1)).toMatchObject({ type: 'run-finished', end: finish.end });
  expect(events.at(-1)).toMatchObject({ event: 'run-finished', end: finish.end });
  if (finish.end === 'stranded' || finish.end === 'uncertain') {
    expect(finish.next.length).toBeGreaterThan(0);
    expect(finish.state.length).toBeGreaterThan(0);
  }
}

/** All of the host that a person could tell from before: jobs, chains, definition, metadata, files. */
function picture({ domain, files }: World) {
  return {
    ...domain,
    disks: domain.disks.map((disk) => ({ ...disk, chain: disk.chain.map(({ file }) => file) })),
    files: Object.keys(files)
      .filter((path) => files[path])
      .sort(),
  };
}

/** How a run with that one fault has to end. */
function expected(
  fault: Fault,
  isLast: boolean,
  waits: boolean,
): { end: Finish['end']; exitCode: number } {
  const ends = (end: Finish['end']) => ({ end, exitCode: EXIT_CODES[end] });
  if (fault.startsWith('contact gone')) return ends('uncertain');
  if (fault.startsWith('the guest dies')) return ends('stranded');
  // A command that was sent is answered; after the last one there is nothing left to interrupt.
  if (isLast && (fault === 'interrupted after' || (fault === 'interrupted during' && !waits)))
    return ends('succeeded');
  return ends('rolled-back');
}

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
    'a move there, and on',
    [
      '{ id: first, blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true } }',
      '{ id: second, blockcopy: { disk: vda, dest: /new/d, shallow: true, pivot: true } }',
    ],
  ],
  ['kept in step', ['blockcommit: { disk: vda, shallow: true, keep-overlay: true }']],
];

const plans: (readonly [string, () => Compiled])[] = [
  ...SHIPPED.map((file) => [file, () => shipped(file)] as const),
  ...EXTRA.map(([title, yaml]) => [title, () => planned(yaml)] as const),
];

describe.each(plans)('%s', (_title, compiled) => {
  test('succeeds', async () => {
    const course = await run(compiled(), hostForPlans(), []);
    nothingIsLost(course);
    expect(course.finish, course.finish.state.join('\n')).toMatchObject({
      end: 'succeeded',
      exitCode: 0,
    });
    expect(await course.driver.marker()).toBeUndefined();
    count('succeeded, without a fault');
  });

  test.each(FAULTS)('%s, at each effect', async (fault) => {
    const effects = (await run(compiled(), hostForPlans(), [])).driver.asked;
    for (let at = 0; at < effects.length; at++) {
      if (fault === 'the job dies' && effects[at]?.tool !== 'await-job') continue;
      const course = await run(compiled(), hostForPlans(), [{ at, fault }]);
      const told = `${fault}, at ${at}: ${JSON.stringify(effects[at])}\n${course.finish.state.join('\n')}\n${course.driver.asked.map((each) => JSON.stringify(each)).join('\n')}`;
      nothingIsLost(course, told);
      const { end, exitCode } = expected(
        fault,
        at === effects.length - 1,
        effects[at]?.tool === 'await-job' || effects[at]?.tool === 'qemu-img',
      );
      expect({ end: course.finish.end, exitCode: course.finish.exitCode }, told).toEqual({
        end,
        exitCode,
      });
      if (end === 'rolled-back') {
        expect(picture(course.driver.host.world), told).toEqual(picture(hostForPlans()));
        expect(course.finish.interrupted, told).toBe(fault.startsWith('interrupted'));
      }
      if (end !== 'uncertain') expect(await course.driver.marker(), told).toBeUndefined();
      count(`${end}: ${fault}`);
    }
  });

  test('a second fault on the way back', async () => {
    const effects = (await run(compiled(), hostForPlans(), [])).driver.asked;
    for (let at = 0; at < effects.length; at++) {
      const back = (await run(compiled(), hostForPlans(), [{ at, fault: 'refused' }])).driver.asked;
      for (let then = at + 1; then < back.length; then++) {
        for (const fault of FAULTS) {
          if (fault === 'the job dies' && back[then]?.tool !== 'await-job') continue;
          const course = await run(compiled(), hostForPlans(), [
            { at, fault: 'refused' },
            { at: then, fault },
          ]);
          const told = `${fault}, at ${then}: ${JSON.stringify(back[then])}\n${course.finish.state.join('\n')}\n${course.driver.asked.map((each) => JSON.stringify(each)).join('\n')}`;
          nothingIsLost(course, told);
          const effect = back[then];
          const optional = effect?.tool === 'virsh' && effect.optional === true;
          if (fault.startsWith('contact gone')) expect(course.finish.end, told).toBe('uncertain');
          // A rollback is not cut short, and goes on when contact is back.
          else if (
            fault.startsWith('interrupted') ||
            fault.startsWith('contact lost') ||
            (optional && fault.startsWith('refused'))
          )
            expect(course.finish.end, told).toBe('rolled-back');
          else if (!fault.startsWith('refused after'))
            expect(course.finish.end, told).toBe('stranded');
          count(`${course.finish.end}: on the way back, ${fault}`);
        }
      }
    }
  });
});
