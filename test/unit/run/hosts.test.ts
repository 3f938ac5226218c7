/** A run with a second host: each host is observed and judged by itself. */

import { expect, test } from 'vitest';
import { updateDomain } from '../../../src/host/simulated-host.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { LOCAL, onLocal, withHost } from '../../../src/model/hosts.ts';
import { executeRun } from '../../../src/run/execute.ts';
import { preflight } from '../../../src/run/preflight.ts';
import { saidIn } from '../../../src/run/run-state.ts';
import { DriverDouble } from '../../driver-double.ts';
import { hostForPlans, shipped } from '../../plans.ts';

async function run(befalls: (spare: DriverDouble) => void) {
  const { plan, graph } = shipped('live-backup.yaml');
  const [driver, spare] = [new DriverDouble(hostForPlans()), new DriverDouble(hostForPlans())];
  const { state, files } = await preflight(plan, graph, driver);
  const entries: JournalEntry[] = [];
  const journal = {
    folder: '/run',
    append: async (entry: JournalEntry) => {
      entries.push(entry);
    },
  };
  driver.onEffect = () => befalls(spare);
  const local = onLocal({ driver, initial: state, files });
  const hosts = withHost(local, 'spare', { driver: spare, initial: hostForPlans(), files: [] });
  const finish = await executeRun({
    ...{ id: 'r', graph, hosts, journal, set: {}, planSum: '', uri: '', user: 'u', version: '0' },
    ...{ signal: new AbortController().signal, listener() {} },
  });
  return { finish, driver, spare, entries };
}

test('the phases of a plan run on the host of its domain only', async () => {
  const { finish, driver, spare, entries } = await run(() => {});
  expect(finish.end, saidIn(finish).join('\n')).toBe('succeeded');
  expect(driver.asked.length).toBeGreaterThan(0);
  expect(spare.asked).toEqual([]);
  const named = entries.flatMap((entry) => ('on' in entry ? [entry.on] : []));
  expect(new Set(named)).toEqual(new Set([LOCAL]));
  expect(entries[0]).toMatchObject({ type: 'run-started', hosts: { spare: hostForPlans() } });
});

test('a problem on another host is reported with the name of the host', async () => {
  const { finish } = await run((spare) => {
    spare.host = updateDomain(spare.host, { state: 'shut off' });
  });
  expect(finish.end).toBe('stranded');
  const about = saidIn(finish).filter((each) => each.startsWith('spare: '));
  expect(about).toContain('spare: the guest is shut off; it was running');
  expect(saidIn(finish).filter((each) => each.includes('shut off'))).toEqual(about.slice(0, 1));
});
