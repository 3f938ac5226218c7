/** How lab tests check that a plan is refused before anything is done. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import { listing, picture } from '../../src/lab/picture.ts';
import {
  codes,
  type Ended,
  expectNothingLeft,
  planText,
  startRun,
  stateDir,
  writePlan,
} from './support.ts';

/** The journals of runs. A refused run leaves none; the folder of locks may exist, empty. */
async function stateFiles(host: LabHost): Promise<string[]> {
  const paths: string[] = await listing(stateDir(host)).catch(() => []);
  return paths.filter((path) => !path.endsWith('/locks'));
}

/** Runs a plan that must be refused, and fails unless the codes match and nothing was touched. */
export async function refusal(
  host: LabHost,
  domain: string,
  steps: readonly Record<string, unknown>[],
  expected: readonly string[],
  /** The word of the plan at which the first finding points. */
  word?: string,
): Promise<Ended> {
  const before = await picture(host, domain);
  const journals = await stateFiles(host);
  const file = await writePlan(host, planText(domain, steps));
  const ended = await (await startRun(host, { file })).ended;
  expect([ended.exitCode, codes(ended)], ended.told).toEqual([3, expected]);
  expect(ended.events).toEqual([]);
  if (word !== undefined) {
    const [, line, column] = new RegExp(`^${file}:(\\d+):(\\d+): error`, 'm').exec(ended.stderr)!;
    const text = (await readFile(file, 'utf8')).split('\n')[Number(line) - 1]!;
    expect(text.slice(Number(column) - 1).startsWith(word), `${ended.stderr} at "${word}"`).toBe(
      true,
    );
  }
  expect(await picture(host, domain)).toEqual(before);
  expect(await stateFiles(host)).toEqual(journals);
  await expectNothingLeft(host, domain);
  return ended;
}
