/** Runs on disk whose journals have a compiled plan. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CompiledPlan } from '../../../src/journal/compiled-plan.ts';
import { planSumOf } from '../../../src/journal/folder.ts';
import { readRunLog, type StartRecord } from '../../../src/journal/run-log.ts';
import { onLocal } from '../../../src/model/hosts.ts';
import { compiledPlanOf } from '../../../src/run/stored-plan.ts';
import { logOf, STARTED, writeRun } from '../../journals.ts';
import { hostForPlans, type planned } from '../../plans.ts';
import { scratchFolder } from '../../scratch-folder.ts';

export const state = scratchFolder('stored-plan');
export const HOST = hostForPlans();
export const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';
let runs = 0;

/** The compiled plan as a journal stores it. */
export function stored(of: ReturnType<typeof planned>, host = HOST): CompiledPlan {
  return JSON.parse(JSON.stringify(compiledPlanOf(of.graph, host)));
}

/** The log of a run of which no phase has begun. */
export const BEGUN = logOf([]);

/** The beginning of a run as it is read from disk, and the run's folder. */
export async function begun(
  compiled: CompiledPlan | undefined,
  text?: string,
  host = HOST,
): Promise<{ folder: string; started: StartRecord }> {
  const plan = compiled ? { compiled } : {};
  const sum = text === undefined ? {} : { planSum: planSumOf(text) };
  const entry = {
    ...STARTED,
    plan: 'test',
    version: '0.9.0',
    hosts: onLocal(host),
    ...plan,
    ...sum,
  };
  const folder = await writeRun(state, `run-${++runs}`, [entry]);
  if (text !== undefined) writeFileSync(join(folder, 'plan.yaml'), text);
  const { strange, started } = await readRunLog(folder);
  expect(strange).toBeUndefined();
  return { folder, started: started! };
}
