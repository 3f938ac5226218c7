/** Answers the requests for hooks of a live run: the input of a hook, its process, and when an interruption stops it. */
import { resolve } from 'node:path';
import type { HookPoint } from '../hook.ts';
import { ofHost } from '../model/hosts.ts';
import type { End } from '../outcomes.ts';
import { bootId, startTime } from '../processes.ts';
import type { EndedProgram } from '../programs/program.ts';
import type { AdmittedRun } from './admitted-run.ts';
import { runHookProgram } from './hook-program.ts';
import type { Request } from './requests.ts';

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

export type HookRunner = (request: Extract<Request, { ask: 'hook' }>) => Promise<EndedProgram>;

/** @param startedAt when the run began, in milliseconds since the epoch */
export function hookRunner(
  { id, graph, hosts, journal, signal, leave }: AdmittedRun,
  startedAt: number,
): HookRunner {
  const { name: domain, uuid } = ofHost(hosts, graph.home).initial.domain;
  const of = { run: id, plan: graph.name, domain, uuid, startedAt };
  return async ({ hook, ended }) => {
    const { point, number } = hook;
    const input: HookInput = {
      ...{ format: 'blockplan-hook/v1', point, ...of, journal: resolve(journal.folder) },
      ...(ended ? { outcome: ended.end, exitCode: ended.exitCode } : {}),
    };
    let recorded: Promise<void> | undefined;
    const onStart = (pid: number) => {
      const started = startTime(pid);
      if (started === undefined) return;
      const entry = { type: 'hook-process', point, number, pid, boot: bootId(), started } as const;
      // If the journal cannot be written, the record of the hook's end reports it.
      recorded = journal.append(entry, false).catch(() => {});
    };
    // A first interruption stops a `before` hook; after the end only a second one stops waiting.
    const until = ended ? leave : signal;
    const result = await runHookProgram(hook, `${JSON.stringify(input)}\n`, until, onStart);
    await recorded;
    return result;
  };
}
