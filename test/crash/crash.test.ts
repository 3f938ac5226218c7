/**
 * The kill matrix: every shipped plan runs on real libvirt with a writing guest, and at every record of its journal, in every
 * phase and at random moments something dies. Then the run is resumed or rolled back. The result is judged without blockplan
 * and compared with the simulated host. `npm run test:crash` runs all cases, `npm test` a few. A failure prints the value of
 * BLOCKPLAN_CRASH that runs the same case again: the seed, how many cases, and words of the case's name.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRunLog } from '../../src/journal/run-log.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import type { Restart } from '../../src/prove/tally.ts';
import type { Ended } from '../lab/support.ts';
import { SHIPPED } from '../plans.ts';
import { type Case, casesOf, nameOf, randomly, sample, type Written } from './cases.ts';
import { judge } from './judge.ts';
import { Scene, type Stage } from './scene.ts';
import { type Foretold, Simulated } from './simulated.ts';
import { type Struck, strike, takeUp, takeUpAndKill, undisturbed } from './strike.ts';
import { Tally } from './tally.ts';

const [seed = '1', number = '18', ...words] = (process.env['BLOCKPLAN_CRASH'] ?? '')
  .split(/[,/]/)
  .filter((word) => word !== '');
const SEED = seed === 'any' ? Date.now() % 1_000_000 : Number(seed);
const PLANS = SHIPPED.map((file) => file.replace(/\.yaml$/, ''));
/** The number of random moments for each plan. */
const MOMENTS = 100;
/** The time limit of a case, including a guest that must boot again. */
const CASE_MS = 40_000;

let host: LabHost;
let scene: Scene;
const tally = new Tally(SEED);

beforeAll(async () => {
  host = await startHost();
  scene = new Scene(host);
});

afterAll(async () => {
  process.stdout.write(tally.text());
  await host.stop();
});

test.each(PLANS.map((plan, at) => ({ plan, at })))(
  '$plan',
  { timeout: 400 * CASE_MS },
  async ({ plan, at }) => {
    const random = randomly(SEED + at);
    const moments = Array.from({ length: MOMENTS }, () => round(random()));
    if (
      !isWanted(
        plan,
        words.filter((word) => PLANS.includes(word)),
      )
    )
      return;
    const learnt = await setHost(plan);
    const all = casesOf(plan, learnt.records, moments);
    const chosen = number === 'all' ? all : sample(all, Number(number) / PLANS.length, random);
    const wanted = chosen.filter((each) => isWanted(nameOf(each), words));
    for (const [index, each] of wanted.entries()) {
      const began = Date.now();
      await tried(each, learnt).catch((error: Error) => tally.failed(each, error.message));
      const progress = `${plan} ${index + 1}/${wanted.length}`;
      if (number === 'all')
        process.stdout.write(`${progress} ${nameOf(each)} ${Date.now() - began} ms\n`);
    }
    const failures = tally.failures.splice(0);
    expect(failures.length, failures.join('\n\n')).toBe(0);
  },
);

/** Whether a name has all of the words among its parts; a word that ends in a hyphen matches every part with that prefix. */
function isWanted(name: string, all: readonly string[]): boolean {
  const parts = name.split('/');
  const fits = (part: string, word: string) =>
    word.endsWith('-') ? part.startsWith(word) : part === word;
  return all.every((word) => parts.some((part) => fits(part, word)));
}

function round(part: number): number {
  return Math.round(part * 1000) / 1000;
}

interface Learnt {
  readonly records: readonly Written[];
  readonly durationMs: number;
}

/** Runs a plan without a fault and returns its records. */
async function setHost(plan: string): Promise<Learnt> {
  const stage = await scene.begin(plan, undefined);
  const { records, durationMs, ended } = await undisturbed(scene, stage);
  const { end, wrong } = await judge(scene, stage, ended);
  expect({ end, wrong }, ended.told).toEqual({ end: 'succeeded', wrong: [] });
  new Simulated(stage, records);
  await scene.end(stage, true);
  return { records, durationMs };
}

async function tried(each: Case, learnt: Learnt): Promise<void> {
  // A moment after the end of a run, because the run was faster, is tried again earlier.
  for (let part = 1; !(await triedOnce(each, learnt, part)); ) part *= 0.9;
}

/** @returns whether the fault occurred */
async function triedOnce(each: Case, learnt: Learnt, part: number): Promise<boolean> {
  const { records, durationMs } = learnt;
  const stage = await scene.begin(each.plan, each.blow);
  let trusted = false;
  try {
    const struck = await strike(scene, stage, each, records, durationMs * part);
    if (!struck.came) {
      const verdict = await judge(scene, stage, struck.ended);
      trusted = verdict.trusted;
      if (typeof each.at !== 'number')
        throw new Error(`the fault did not occur: ${struck.ended.told}`);
      tally.missed(each, verdict);
      return false;
    }
    const takenUp = each.again !== undefined && struck.run !== undefined;
    if (takenUp) await scene.bringUpAsTold(stage, struck.ended);
    const { ended, last } = takenUp
      ? await takenUpIn(stage, each, struck)
      : { ended: struck.ended, last: undefined };
    const verdict = await judge(scene, stage, ended);
    trusted = verdict.trusted;
    const foretold =
      each.then && last
        ? await finalEnds(stage, last, struck.run ?? '')
        : new Simulated(stage, records).foretell(each, struck.records);
    tally.add(each, verdict, foretold);
    return true;
  } finally {
    await scene.end(stage, trusted);
  }
}

/** Resumes a run as its case says, and again if blockplan is killed meanwhile; `last` is the last command. */
async function takenUpIn(
  stage: Stage,
  { again = 'rollback', then }: Case,
  struck: Struck,
): Promise<{ ended: Ended; last: Restart }> {
  const run = struck.run ?? '';
  if (!then) return { ended: await takeUp(scene, stage, again, run), last: again };
  const seq = struck.records.length + then.after;
  const over = await takeUpAndKill(scene, stage, again, run, seq);
  if (over) return { ended: over, last: again };
  return { ended: await takeUp(scene, stage, then.again, run), last: then.again };
}

/** A run that was killed twice must reach a final end; the journal decides which, from the last command and the direction. */
async function finalEnds(stage: Stage, last: Restart, run: string): Promise<Foretold> {
  const { direction } = await readRunLog(join(stage.state, 'runs', run));
  const back = last === 'rollback' || direction === 'undo';
  const ends = back ? (['rolled-back'] as const) : (['succeeded', 'rolled-back'] as const);
  return { ends, seeds: ends.map(() => 'a final end') };
}
