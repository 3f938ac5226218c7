/** The moments of a run at which blockplan can be killed, with what is on disk then. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { SimulatedHost } from '../../../src/host/simulated-host.ts';
import { BUNDLE_FILE } from '../../../src/journal/bundle.ts';
import { createJournal, JOURNAL_FILE, type Journal } from '../../../src/journal/journal.ts';
import { onLocal } from '../../../src/model/hosts.ts';
import { executeRun } from '../../../src/run/execute.ts';
import { preflight } from '../../../src/run/preflight.ts';
import { DriverDouble, type Injection } from '../../driver-double.ts';
import { ofEarlierForm } from '../../journals.ts';
import { hostForPlans, shipped, sourceOf } from '../../plans.ts';

/** A host, and what is on disk of the run on it, at one moment. */
export interface Moment {
  readonly name: string;
  readonly host: SimulatedHost;
  readonly journal: string;
  /** The same records in format 2, without the compiled plan. */
  readonly older: string;
  readonly bundle: string | undefined;
}

/**
 * Every moment of a run at which it can be killed.
 * @param root where its journals are kept
 * @param name of a plan in the folder of plans
 */
export async function momentsOf(
  root: string,
  name: string,
  injections: readonly Injection[],
): Promise<Moment[]> {
  const { plan, graph } = shipped(name);
  const folder = await mkdtemp(join(root, 'moments-'));
  const driver = new DriverDouble(hostForPlans(), injections);
  const { state, files } = await preflight(plan, graph, driver);
  const journal = await createJournal(folder);
  const olderFolder = await mkdtemp(join(root, 'moments-'));
  const older = await createJournal(olderFolder);
  const moments: Moment[] = [];
  const textOf = (file: string, within = folder) => {
    const path = join(within, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  };
  const look = (at: string) => {
    const on = { bundle: textOf(BUNDLE_FILE), host: driver.host };
    const [now, before] = [textOf(JOURNAL_FILE) ?? '', textOf(JOURNAL_FILE, olderFolder) ?? ''];
    moments.push({ name: at, ...on, journal: now, older: before });
  };
  const watched: Journal = {
    folder,
    async append(entry, sync) {
      look(`before ${moments.length} ${entry.type}`);
      await journal.append(entry, sync);
      await older.append(ofEarlierForm(2, entry), sync);
      look(`after ${moments.length} ${entry.type}`);
    },
    close: () => journal.close(),
  };
  const set = { domain: 'testvm', dest: '/new/copy.qcow2' };
  const planSum = createHash('sha256').update(sourceOf(name)).digest('hex');
  const by = { id: 'r1', uri: '', user: 'u', version: '0', set, planSum };
  const { signal } = new AbortController();
  const hosts = onLocal({ driver, initial: state, files });
  await executeRun({ ...by, graph, hosts, journal: watched, signal, listener() {} });
  await journal.close();
  await older.close();
  return moments;
}
