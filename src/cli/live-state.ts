/** Reads the host state through a read-only connection. */
import { compile } from '../graph/graph.ts';
import { localHost } from '../host-io/local-host.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import { openVirsh } from '../libvirt/virsh.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { observeForPlans } from '../run/preflight.ts';

/**
 * Uses a read-only connection, so that libvirt itself would refuse a change.
 * @param uri as for `virsh -c`
 * @throws BlockplanError `preflight-refused` when libvirt cannot be reached
 */
export function liveState(plan: Plan, uri: string | undefined): Promise<HostState> {
  return liveStateOf(plan.domain, [plan], uri);
}

/** The same for a domain and the files that all of these plans use. */
export async function liveStateOf(
  domain: string,
  plans: readonly Plan[],
  uri: string | undefined,
): Promise<HostState> {
  const place = { ...(uri === undefined ? {} : { uri }), readonly: true };
  const connecting = openVirsh(localHost, place);
  try {
    const driver = await openLiveDriver(
      localHost,
      { ...place, domain, writeDurably: refuseToWrite },
      connecting,
    );
    return await observeForPlans(plans.map(compile), driver);
  } finally {
    await connecting.then(
      (virsh) => virsh.close(),
      () => {},
    );
  }
}

function refuseToWrite(): never {
  throw new Error('a read-only command must not write');
}
