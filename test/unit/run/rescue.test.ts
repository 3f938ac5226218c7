/**
 * A run is killed before and after each record of its journal, going forward and back, on a simulated host whose guest
 * writes all the time; or its host loses power then. Whatever is left of the run, its definition is restored on the files
 * that hold the guest's writes, or it is reported that these are unknown.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type SimulatedHost,
  updateDomain,
  withHostState,
} from '../../../src/host/simulated-host.ts';
import { BUNDLE_FILE, readKeptBundle } from '../../../src/journal/bundle.ts';
import { PLAN_FILE } from '../../../src/journal/folder.ts';
import { JOURNAL_FILE } from '../../../src/journal/journal.ts';
import { activeFile, withFile } from '../../../src/model/host-state.ts';
import { type LostDefinition, lostDefinitionIn } from '../../../src/run/lost-definition.ts';
import { type Rescued, rescueDomain } from '../../../src/run/rescue.ts';
import { lostAtNextStart, lostWrites, powerFails } from '../../../src/simulate/host-faults.ts';
import { DriverDouble } from '../../driver-double.ts';
import { hostForPlans, sourceOf } from '../../plans.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { SNAP2 } from '../../worlds.ts';
import { type Moment, momentsOf } from './moments.ts';

const PLAN = 'live-storage-migration-classic.yaml';
const root = scratchFolder('rescue');
let count = 0;

/** What is left of the run's folder. */
type Left =
  | 'all'
  | 'no text of the plan'
  | 'a journal of format 2 and no text of the plan'
  | 'only the bundle'
  | 'only the journal';

async function newFolder(): Promise<string> {
  const folder = join(root, String(count++));
  await mkdir(folder);
  return folder;
}

let moments: Moment[];
beforeAll(async () => {
  const forward = await momentsOf(root, PLAN, []);
  const last = forward.filter(({ name }) => /^after .* intent$/.test(name)).length - 1;
  const back = await momentsOf(root, PLAN, [{ at: last - 1, fault: 'refused' }]);
  const later = await momentsOf(root, PLAN, [{ at: last, fault: 'refused after it took effect' }]);
  moments = [...forward, ...back, ...later].filter(({ bundle }) => bundle !== undefined);
});

async function lostAt(
  { journal, older, bundle }: Moment,
  interrupted: Left,
): Promise<LostDefinition> {
  const folder = await newFolder();
  if (interrupted !== 'only the journal') await writeFile(join(folder, BUNDLE_FILE), bundle!);
  const records = interrupted === 'a journal of format 2 and no text of the plan' ? older : journal;
  if (interrupted !== 'only the bundle') await writeFile(join(folder, JOURNAL_FILE), records);
  if (interrupted === 'all') await writeFile(join(folder, PLAN_FILE), sourceOf(PLAN));
  const found = await readKeptBundle(folder);
  if (!('kept' in found)) throw new Error(found.problem);
  return lostDefinitionIn(folder, found);
}

async function rescued(
  host: SimulatedHost,
  lost: LostDefinition,
): Promise<[Rescued, DriverDouble]> {
  const driver = new DriverDouble(host.state);
  driver.host = host;
  return [await rescueDomain(lost, driver, '/nowhere'), driver];
}

const inDoubt = ({ state }: Rescued) =>
  state.some((each) => each.includes('it is unknown where the guest last wrote'));

/** What holds after every rescue. */
function expectRescued([result, { host }]: [Rescued, DriverDouble], lost: LostDefinition): void {
  const { domain } = host.state;
  expect(domain.persistent).toBe(true);
  expect(lostWrites(host)).toEqual([]);
  if (result.outcome === 'left alone') {
    // Nothing that the run has removed is forgotten.
    if (lost.owed) expect(domain.autostart).toBe(lost.found.kept.autostart);
    return;
  }
  expect(domain.autostart).toBe(!inDoubt(result));
  expect(domain.snapshots).toEqual(lost.found.kept.snapshots.map(({ name }) => name));
  expect(domain.checkpoints).toEqual(lost.found.kept.checkpoints.map(({ name }) => name));
  expect(result.next.length).toBeGreaterThan(0);
}

describe.each<Left>([
  'all',
  'no text of the plan',
  'a journal of format 2 and no text of the plan',
  'only the bundle',
])('with %s left of the run', (interrupted) => {
  test('a guest that keeps running gets its definition, on the files that it runs on', async () => {
    let moved = 0;
    for (const moment of moments) {
      const lost = await lostAt(moment, interrupted);
      const done = await rescued(moment.host, lost);
      const told = `${moment.name}: ${JSON.stringify(done[0])}`;
      expectRescued(done, lost);
      if (done[0].outcome === 'left alone') continue;
      const { domain } = done[1].host.state;
      expect(done[0].outcome, told).toBe('restored');
      const active = activeFile(moment.host.state, 'vda');
      const before = activeFile(hostForPlans(), 'vda')!;
      expect(domain.definition, told).toBe(lost.found.kept.definition.replace(before, active!));
      expect(lostAtNextStart(done[1].host), told).toEqual([]);
      if (active !== before) moved++;
      // Nothing is left to be done.
      const asked = done[1].asked.length;
      expect(await rescueDomain(lost, done[1], '/nowhere'), told).toMatchObject({
        outcome: 'left alone',
      });
      expect(done[1].asked.length).toBe(asked);
    }
    expect(moved).toBeGreaterThan(2);
  });

  test('after a power loss the definition names the file that the guest last wrote to, or it is reported that it may not', async () => {
    let known = 0;
    for (const moment of moments) {
      // If libvirt itself has saved a definition of an undefined domain, the domain comes back with that.
      const { shadow: _saved, ...forgetful } = moment.host;
      const host = powerFails(forgetful);
      if (host.state.domain.state !== 'gone') continue;
      const lost = await lostAt(moment, interrupted);
      const done = await rescued(host, lost);
      const told = `${moment.name}: ${JSON.stringify(done[0])}`;
      expectRescued(done, lost);
      expect(done[0].outcome, told).toBe(inDoubt(done[0]) ? 'in doubt' : 'restored');
      if (inDoubt(done[0])) continue;
      expect(lostAtNextStart(done[1].host), told).toEqual([]);
      known++;
    }
    if (interrupted === 'all' || interrupted === 'no text of the plan')
      expect(known).toBeGreaterThan(10);
    else expect(known).toBe(0);
  });
});

test('the journal serves as well as the bundle file', async () => {
  for (const moment of moments) {
    if (!moment.journal.includes('"type":"kept"')) continue;
    const lost = await lostAt(moment, 'only the journal');
    expectRescued(await rescued(moment.host, lost), lost);
  }
});

test('what the run itself has restored is no longer owed', async () => {
  const owed = new Map<boolean, boolean[]>([
    [true, []],
    [false, []],
  ]);
  for (const moment of moments) {
    const lost = await lostAt(moment, 'all');
    owed.get(moment.host.state.domain.persistent)?.push(lost.owed);
  }
  expect(new Set(owed.get(false))).toEqual(new Set([true]));
  expect(new Set(owed.get(true))).toEqual(new Set([true, false]));
});

describe('a rescue reports', () => {
  /** A host that has forgotten the domain after a power loss, and the bundle alone. */
  async function forgotten(): Promise<[SimulatedHost, LostDefinition]> {
    const moment = moments.find(({ host }) => !host.state.domain.persistent)!;
    const { shadow: _saved, ...forgetful } = moment.host;
    return [powerFails(forgetful), await lostAt(moment, 'only the bundle')];
  }

  test('missing files, NVRAM and TPM, and still restores the definition', async () => {
    const [host, lost] = await forgotten();
    const definition = lost.found.kept.definition
      .replace('<boot ', '<nvram>/nvram/testvm.fd</nvram><boot ')
      .replace('</devices>', "<tpm model='tpm-crb'/></devices>");
    const without = withHostState(host, withFile(host.state, SNAP2, null));
    const kept = { ...lost.found.kept, definition };
    const [result, driver] = await rescued(without, { ...lost, found: { ...lost.found, kept } });
    expect(driver.host.state.domain).toMatchObject({ persistent: true, state: 'shut off' });
    const told = result.state.join('\n');
    expect(told).toContain(`vda: ${SNAP2} does not exist; "testvm" cannot start without it`);
    expect(told).toContain('its NVRAM file /nvram/testvm.fd does not exist');
    expect(told).toContain('its TPM state exists only if');
  });

  test('how to define the domain by hand, if libvirt rejects the definition', async () => {
    const [host, lost] = await forgotten();
    const driver = new DriverDouble(host.state, [{ at: 0, fault: 'refused' }]);
    driver.host = host;
    expect(await rescueDomain(lost, driver, '/run')).toMatchObject({
      outcome: 'stranded',
      whole: false,
      next: ['virsh define /run/define.xml', 'virsh autostart testvm'],
    });
  });

  test('metadata that is rejected, which stays owed and is restored the next time', async () => {
    const [host, lost] = await forgotten();
    const driver = new DriverDouble(host.state, [{ at: 1, fault: 'refused' }]);
    driver.host = host;
    const first = await rescueDomain(lost, driver, '/run');
    expect(first).toMatchObject({ outcome: 'in doubt', whole: false });
    expect(first.state.join('\n')).toContain('the metadata of snapshot monday was not restored');
    // The autostart mark is owed until it is known where the guest last wrote.
    const second = await rescueDomain(lost, driver, '/run');
    expect(second).toMatchObject({ outcome: 'in doubt', whole: false });
    expect(driver.host.state.domain.snapshots).toEqual(['monday']);
    const third = await rescueDomain(lost, driver, '/run');
    expect(third.next).toContain('virsh autostart testvm');
    driver.host = updateDomain(driver.host, { autostart: true });
    expect(await rescueDomain(lost, driver, '/run')).toMatchObject({ outcome: 'left alone' });
  });

  test('both files if the guest may have written to either', async () => {
    const texts: string[] = [];
    for (const moment of moments) {
      const { shadow: _saved, ...forgetful } = moment.host;
      const [{ outcome, next }] = await rescued(powerFails(forgetful), await lostAt(moment, 'all'));
      if (outcome === 'in doubt') texts.push(next.join('\n'));
    }
    expect(texts.length).toBeGreaterThan(0);
    for (const text of texts) {
      expect(text).toContain(`qemu-img info --backing-chain ${SNAP2}`);
      expect(text).toContain('qemu-img info --backing-chain /new/copy.qcow2');
      expect(text).toContain('blockplan rollback r1');
    }
  });
});

test('a transient disk stays on the file that its definition named', async () => {
  const moment = moments.find(({ host }) => !host.state.domain.persistent);
  if (!moment) throw new Error('there is no moment without a definition');
  const { domain } = moment.host.state;
  const disks = domain.disks.map((each) => ({
    ...each,
    unsupported: ['<transient>'],
    chain: [{ file: '/images/vda.TRANSIENT-testvm', format: 'qcow2' }, ...each.chain],
  }));
  const host = { ...moment.host, state: { ...moment.host.state, domain: { ...domain, disks } } };
  const [{ outcome }, driver] = await rescued(host, await lostAt(moment, 'only the bundle'));
  expect(outcome).toBe('restored');
  expect(driver.host.state.domain.definition).not.toContain('TRANSIENT');
});

test('a guest that was migrated away during the run is not defined here', async () => {
  const moment = moments.find(({ host }) => !host.state.domain.persistent);
  if (!moment) throw new Error('there is no moment without a definition');
  const { host } = moment;
  const gone = updateDomain(host, { state: 'gone', movedAway: true, disks: [] });
  const [result, driver] = await rescued(gone, await lostAt(moment, 'all'));
  expect(result).toMatchObject({ outcome: 'left alone', whole: false, next: ['virsh list --all'] });
  expect(result.state.join()).toContain('was migrated to another host');
  expect(driver.asked).toEqual([]);
});
