/** Lost definitions, and hosts on which they are restored. */
import {
  type Bundle,
  type HostState,
  withDisk,
  withDomain,
  withFile,
} from '../src/model/host-state.ts';
import type { LostDefinition } from '../src/run/lost-definition.ts';
import { rescueDomain } from '../src/run/rescue.ts';
import { DriverDouble } from './driver-double.ts';
import { hostForPlans } from './plans.ts';
import { disk, SNAP2 } from './worlds.ts';

export const COPY = '/new/c';
export const before = hostForPlans();
const { uuid } = before.domain;
export const { definition = '' } = before.domain;
export const kept: Bundle = { definition, autostart: true, snapshots: [], checkpoints: [] };
const FILE = '/state/bundle.json';
export const lost = (
  change: Partial<LostDefinition> & { kept?: Bundle; proven?: boolean } = {},
): LostDefinition => {
  const { kept: bundle = kept, proven = true, ...rest } = change;
  return {
    found: { kept: bundle, file: FILE, proven },
    ...{ name: 'testvm', uuid, run: 'r', initial: before, lastUp: [before], runStatus: 'open' },
    ...{ ways: ['resume', 'rollback'], owed: true, movedAway: false, records: 9 },
    until: '2026-11-23T08:15:02.000Z',
    ...rest,
  };
};
/** A run of which only the bundle is left. */
export const bare = (change: Parameters<typeof lost>[0] = {}): LostDefinition => {
  const { initial: _begun, run: _run, until: _until, ...rest } = lost(change);
  return { ...rest, lastUp: [], runStatus: 'unknown', ways: [] };
};

const { definition: _none, ...undefinedDomain } = before.domain;
const bareDomain = { ...undefinedDomain, snapshots: [], checkpoints: [] };
export const transient: HostState = {
  ...before,
  domain: { ...bareDomain, persistent: false, autostart: false },
};
export const gone = withDomain(transient, { state: 'gone', disks: [], agent: false });
export const back = withDomain(before, { snapshots: [], checkpoints: [], autostart: true });
export const moved = (host: HostState) =>
  withFile(
    withDisk(host, 'vda', ({ chain, ...rest }) => ({
      ...rest,
      chain: [...disk('vda', [COPY]).chain, ...chain.slice(1)],
    })),
    COPY,
    { size: 1, format: 'qcow2' },
  );

export async function rescued(of: LostDefinition, host: HostState) {
  const driver = new DriverDouble(host);
  return {
    ...(await rescueDomain(of, driver, '/run')),
    asked: driver.asked,
    after: driver.host.state,
  };
}

export const WROTE = `the guest last wrote to vda in ${SNAP2}, according to the journal, which ends at 2026-11-23T08:15:02.000Z`;
export const AGAIN = `"testvm" is persistent again, from ${FILE}`;
export const MARKED = 'also restored: autostart';
