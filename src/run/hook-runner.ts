/** Answers the requests for hooks of a live run: what a hook is told, and when an interruption stops it. */
import { resolve } from 'node:path';
import type { HookPoint, HookResult } from '../hook.ts';
import { ofHost } from '../model/hosts.ts';
import type { End } from '../outcomes.ts';
import type { AdmittedRun } from './admitted-run.ts';
import { runHookProgram } from './hook-program.ts';
import { Interrupted, type Request } from './requests.ts';

/** What a hook reads from its standard input, as JSON; `schemas/hook.schema.json` describes it. */
interface HookInput {
  readonly format: 'blockplan-hook/v1';
  readonly point: HookPoint;
  readonly run: string;
  /** The plan's name. */
  readonly plan: string;
  readonly domain: string;
  readonly uuid: string;
  /** When the run began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The absolute path of the run's folder, which holds the journal. */
  readonly journal: string;
  /** How the run ended; absent before the first step, as is the exit code. */
  readonly outcome?: End;
  readonly exitCode?: number;
}

/** @throws Interrupted if the user's interruption has stopped a hook before the first step */
export type HookRunner = (request: Extract<Request, { ask: 'hook' }>) => Promise<HookResult>;

/** @param startedAt when the run began, in milliseconds since the epoch */
export function hookRunner(
  { id, graph, hosts, journal, signal, leave }: AdmittedRun,
  startedAt: number,
): HookRunner {
  const { name: domain, uuid } = ofHost(hosts, graph.home).initial.domain;
  const of = { run: id, plan: graph.name, domain, uuid, startedAt };
  return async ({ hook, ended }) => {
    const input: HookInput = {
      ...{
        format: 'blockplan-hook/v1',
        point: hook.point,
        ...of,
        journal: resolve(journal.folder),
      },
      ...(ended ? { outcome: ended.end, exitCode: ended.exitCode } : {}),
    };
    // Before the first step an interruption ends the run; after its end only a second one stops waiting.
    const until = ended ? leave : signal;
    const { stopped, ...result } = await runHookProgram(hook, `${JSON.stringify(input)}\n`, until);
    if (stopped && !ended) throw new Interrupted('interrupted');
    return result;
  };
}
