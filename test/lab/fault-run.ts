/** Runs a plan on a lab host in this process, with one fault before, during or after one of its effects. */

import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Driver } from '../../src/commands/driver.ts';
import type { Effect } from '../../src/commands/effect.ts';
import type { RunEvent } from '../../src/events.ts';
import { compile, type Graph } from '../../src/graph/graph.ts';
import { localHost } from '../../src/host-io/local-host.ts';
import { writeDurably } from '../../src/journal/durable.ts';
import { createJournal } from '../../src/journal/journal.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import { onLocal } from '../../src/model/hosts.ts';
import { readPlan } from '../../src/plan/read.ts';
import type { AdmittedRun } from '../../src/run/admitted-run.ts';
import { executeRun } from '../../src/run/execute.ts';
import { type Admission, preflight, refuseErrors } from '../../src/run/preflight.ts';
import type { Finish } from '../../src/run/run-state.ts';
import { steps } from '../../src/steps/registry.ts';

/** When a fault strikes, relative to an effect of the run. */
export type Moment = 'before' | 'during' | 'after';

export interface Fault {
  readonly name: string;
  /** The effect at which it strikes: the first of this phase with this tool (and virsh verb). */
  readonly phase: string;
  readonly tool: string;
  readonly moment: Moment;
  strike(context: StrikeContext): Promise<unknown> | unknown;
  /** Removes the cause once the effect has ended, so that the host works during the rollback. */
  relieve?(): Promise<unknown> | unknown;
}

export interface StrikeContext {
  interrupt(): void;
}

export interface FaultyRun {
  readonly finish: Finish;
  readonly events: readonly RunEvent[];
  /** Whether the fault occurred at all. */
  readonly struck: boolean;
}

/** How long a job runs before a fault strikes in its middle. */
const INTO_THE_JOB_MS = 150;

export async function runWithFault(
  host: LabHost,
  domain: string,
  source: string,
  fault: Fault,
): Promise<FaultyRun> {
  const plan = readPlan({ file: 'plan.yaml', source, steps });
  const graph = compile(plan);
  const interruption = new AbortController();
  const live = await openLiveDriver(localHost, {
    uri: host.uri,
    domain,
    readonly: false,
    writeDurably,
  });
  const events: RunEvent[] = [];
  const faulty = new FaultyDriver(
    live,
    fault,
    () => interruption.abort(new Error('interrupted')),
    () => events,
  );
  try {
    const admission = await preflight(plan, graph, faulty.driver);
    refuseErrors(admission);
    const finish = await runAdmitted(host, graph, admission, {
      driver: faulty.driver,
      signal: interruption.signal,
      listener: (event) => events.push(event),
    });
    return { finish, events, struck: faulty.struck };
  } finally {
    await live.close();
  }
}

/** Runs an admitted plan, with its journal in a folder of the host. */
export async function runAdmitted(
  host: LabHost,
  graph: Graph,
  { state, files }: Admission,
  { driver, ...by }: { driver: Driver } & Pick<AdmittedRun, 'signal' | 'listener'>,
): Promise<Finish> {
  const journal = await createJournal(await mkdtemp(join(host.dir, 'run-')));
  const run = { id: 'lab', uri: host.uri, user: 'lab', version: '0', set: {}, planSum: '' };
  const finish = await executeRun({
    ...by,
    ...run,
    graph,
    journal,
    hosts: onLocal({ driver, initial: state, files }),
  });
  await journal.close();
  return finish;
}

/** The live driver with the fault added. */
export class FaultyDriver {
  struck = false;
  readonly driver: Driver;

  constructor(
    live: Driver,
    fault: Fault,
    interrupt: () => void,
    events: () => readonly RunEvent[],
  ) {
    const strike = async () => {
      this.struck = true;
      await fault.strike({ interrupt });
    };
    this.driver = new Proxy(live, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        if (name !== 'perform') return typeof value === 'function' ? value.bind(target) : value;
        return async (...[effect, context]: Parameters<Driver['perform']>) => {
          const aims = !this.struck && aimsAt(fault, effect, events());
          if (aims && fault.moment === 'before') await strike();
          const running = target.perform(effect, context);
          // Its failure is reported where it is awaited below; until then it must not count as unhandled.
          running.catch(() => {});
          if (aims && fault.moment === 'during') {
            await delay(INTO_THE_JOB_MS);
            await strike();
          }
          await running.finally(() => (aims ? fault.relieve?.() : undefined));
          if (aims && fault.moment === 'after') await strike();
        };
      },
    });
  }
}

function aimsAt(fault: Fault, effect: Effect, events: readonly RunEvent[]): boolean {
  const phase = events.findLast((event) => event.event === 'phase-started');
  if (phase?.event !== 'phase-started' || phase.direction !== 'do') return false;
  const tool = effect.tool === 'virsh' ? effect.verb : effect.tool;
  return `${phase.step}/${phase.phase}` === fault.phase && tool === fault.tool;
}
