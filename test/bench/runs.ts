/**
 * The cost of a cheap command: `validate` against a bare Node, as a ratio. Also whether commands stay fast with many runs:
 * `status` with 10,000 ended runs against `status` with 10, and the time of `list` for them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '../../src/journal/folder.ts';
import { addUnfinished } from '../../src/journal/unfinished.ts';
import { isolated } from '../isolation.ts';
import { commanded, ended, GIVEN, journalText, phase, STARTED, writeRun } from '../journals.ts';

const MANY = 10_000;
const FEW = 10;
const ROUNDS = 5;
const STARTS = 41;

const inside = commanded('do', 'mirror/mirror', GIVEN.copy, 'done');
const OVER = journalText([
  STARTED,
  ...phase('do', 'mirror/mirror', 'DONE', inside),
  ended('succeeded'),
]);

/** A state directory with this many ended runs and one that has not ended. */
async function stateWith(runs: number): Promise<string> {
  const state = mkdtempSync(join(tmpdir(), 'blockplan-bench-'));
  for (let at = 0; at < runs; at++) await writeRun(state, newRunId(new Date(at * 3_600_000)), OVER);
  const left = newRunId(new Date());
  await writeRun(state, left, [STARTED]);
  await addUnfinished(state, left);
  return state;
}

/** The seconds of a Node process from start to end. */
function measure(args: readonly string[], env = process.env): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}\n${stderr}`);
  return (performance.now() - began) / 1000;
}

function command(state: string, name: 'status' | 'list'): number {
  return measure(['dist/cli.js', name], { ...process.env, ...isolated(state) });
}

/** Alternates the order from turn to turn. */
function compareStarts(): void {
  const validate = () => measure(['dist/cli.js', 'validate', 'plans/live-storage-migration.yaml']);
  const bare = () => measure(['-e', '0']);
  const pairs = Array.from({ length: STARTS }, (_, at) => {
    if (at % 2 === 0) return [validate(), bare()] as const;
    const first = bare();
    return [validate(), first] as const;
  });
  const ratios = pairs.map(([ours, theirs]) => ours / theirs);
  process.stdout.write(
    `validate / node -e 0 = ${median(ratios).toFixed(2)} (median of ${STARTS} pairs; ${Math.min(...ratios).toFixed(2)} to ` +
      `${Math.max(...ratios).toFixed(2)}; ${(median(pairs.map(([ours]) => ours)) * 1000).toFixed(0)} ms)\n`,
  );
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

compareStarts();
const [few, many] = [await stateWith(FEW), await stateWith(MANY)];
try {
  const rounds = Array.from({ length: ROUNDS }, () =>
    [few, many].map((each) => command(each, 'status')),
  );
  const [short, long] = [0, 1].map((at) => median(rounds.map((round) => round[at] ?? 0)));
  const list = median(Array.from({ length: 3 }, () => command(many, 'list')));
  process.stdout.write(
    `status: ${MANY} runs / ${FEW} runs = ${((long ?? 0) / (short ?? 1)).toFixed(2)} (median of ${ROUNDS}; ${long?.toFixed(2)} s)\n` +
      `list: ${list.toFixed(2)} s for ${MANY} runs\n`,
  );
} finally {
  for (const each of [few, many]) rmSync(each, { recursive: true });
}
