/** `blockplan facts`: exports the state of a guest and of the files that its plans use, to commit next to the plans. */
import { codes } from '../codes.ts';
import { BlockplanError } from '../errors.ts';
import { writeFacts } from '../facts/write.ts';
import { runIdAt } from '../model/run-id.ts';
import type { PlanDraft } from '../plan/read.ts';
import { checkRunning } from '../steps/requirements/guest.ts';
import { readHostState } from './host-state.ts';
import { draftFrom, inputRefusal } from './read.ts';
import { replaceOutput } from './written-output.ts';

export interface FactsCommandOptions {
  readonly connect?: string;
  readonly plan: readonly string[];
  readonly set: readonly string[];
  readonly output?: string;
}

const OUTPUT = { command: 'facts', what: 'the facts', code: codes.outputNotWritable };

/** @returns the exit code */
export async function factsCommand(domain: string, options: FactsCommandOptions): Promise<number> {
  const drafts: PlanDraft[] = [];
  for (const file of options.plan) drafts.push(await draftFor(domain, file, options.set));
  const state = await readHostState(domain, drafts, options, runIdAt(new Date()));
  // A guest that is off has facts too; a name that libvirt does not know is a typing error.
  const [unknown] = checkRunning(state).filter(({ code }) => code === codes.domainNotFound);
  if (unknown) throw new BlockplanError('preflight-refused', [unknown]);
  const text = writeFacts(state);
  if (options.output === undefined) process.stdout.write(text);
  else await replaceOutput(text, options.output, OUTPUT);
  return 0;
}

async function draftFor(domain: string, file: string, set: readonly string[]): Promise<PlanDraft> {
  const draft = await draftFrom(file, set);
  if (draft.domain === domain) return draft;
  throw inputRefusal(
    codes.planForOtherDomain,
    `the plan ${file} is for "${draft.domain}", but the facts are for "${domain}"`,
    'name the same guest in both; if the plan has a variable for it, use --set',
  );
}
