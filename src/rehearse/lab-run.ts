/** One run of the plan on the lab's libvirt, with the same admission, loop, driver and journal as a real run. */
import { join } from 'node:path';
import type { Driver } from '../commands/driver.ts';
import type { Effect } from '../commands/effect.ts';
import { BlockplanError } from '../errors.ts';
import type { Listener } from '../events.ts';
import { compile, type Graph } from '../graph/graph.ts';
import { localHost } from '../host-io/local-host.ts';
import { writeDurably } from '../journal/durable.ts';
import { makeRunFolder, newRunId } from '../journal/folder.ts';
import { createJournal } from '../journal/journal.ts';
import type { LabHost } from '../lab/host.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import { onLocal } from '../model/hosts.ts';
import type { Plan } from '../plan/plan.ts';
import { executeRun } from '../run/execute.ts';
import { type Admission, preflight, refuseErrors } from '../run/preflight.ts';
import type { Finish } from '../run/run-state.ts';
import type { Paths } from './paths.ts';

/** What the runs of a rehearsal share. */
export interface LabContext {
  readonly host: LabHost;
  readonly paths: Paths;
  /** The plan with the lab's paths. */
  readonly plan: Plan;
  /** blockplan's version, for the journal. */
  readonly version: string;
  /** The path of the thaw guard's code. */
  readonly thawGuard: string;
  /** Aborts when the user interrupts. */
  readonly signal: AbortSignal;
  /** Reports progress, in clauses. */
  tell(what: string): void;
}

/** Something that a driver does after one of its effects. */
export interface EffectHook {
  readonly after: Effect;
  do(): Promise<void>;
}

/**
 * Opens a driver on the lab's libvirt for as long as the work takes.
 * @throws BlockplanError `preflight-refused`, in the user's own paths, when the plan is refused on the guest that was built
 */
export async function withLabDriver<T>(
  lab: LabContext,
  work: (driver: Driver, admission: Admission) => Promise<T>,
): Promise<T> {
  const { host, plan, thawGuard } = lab;
  const driver = await openLiveDriver(localHost, {
    uri: host.uri,
    domain: plan.domain,
    readonly: false,
    thawGuard,
    writeDurably,
  });
  try {
    const admission = await preflight(plan, compile(plan), driver);
    refuseInUsersWords(lab, admission);
    return await work(driver, admission);
  } finally {
    await driver.close();
  }
}

/** Runs a graph of the plan's phases to its end. */
export async function runOnce(
  { host, version, signal }: LabContext,
  graph: Graph,
  driver: Driver,
  admission: Admission,
  listener: Listener,
): Promise<Finish> {
  const id = newRunId(new Date());
  const journal = await createJournal(await makeRunFolder(join(host.dir, 'state'), id));
  try {
    return await executeRun({
      id,
      graph,
      hosts: onLocal({ driver, initial: admission.state, files: admission.files }),
      journal,
      uri: host.uri,
      user: 'root',
      version,
      set: {},
      planSum: '',
      signal,
      listener,
    });
  } finally {
    await journal.close();
  }
}

/** The same driver with a hook after one of its effects. */
export function withEffectHook(driver: Driver, aside: EffectHook): Driver {
  return {
    observe: (files) => driver.observe(files),
    headers: (state, within) => driver.headers(state, within),
    written: (files) => driver.written(files),
    readStores: (state, folders) => driver.readStores(state, folders),
    survey: (state, files, more) => driver.survey(state, files, more),
    perform: async (effect, context) => {
      await driver.perform(effect, context);
      if (effect === aside.after) await aside.do();
    },
    bundle: () => driver.bundle(),
    mark: (marker, over) => driver.mark(marker, over),
    unmark: () => driver.unmark(),
    marker: () => driver.marker(),
    seenMarker: () => driver.seenMarker(),
    reconnect: (until) => driver.reconnect(until),
    onGuestState: (listener) => driver.onGuestState(listener),
    close: () => driver.close(),
  };
}

/** Refuses what preflight refuses on the lab's guest, with the user's paths in the findings. */
function refuseInUsersWords({ paths }: LabContext, admission: Admission): void {
  try {
    refuseErrors(admission);
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    const [first, ...rest] = error.findings.map((finding) => ({
      ...finding,
      message: `on the rehearsal guest: ${paths.users(finding.message)}`,
      ...(finding.hint === undefined ? {} : { hint: paths.users(finding.hint) }),
    }));
    throw first ? new BlockplanError(error.end, [first, ...rest], { cause: error }) : error;
  }
}
