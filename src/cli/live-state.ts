/** Reads the host state through a read-only connection. */
import { localHost } from '../host-io/local-host.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import { openVirsh } from '../libvirt/virsh.ts';
import type { ObserveDrafts } from '../run/first-plan.ts';
import { observeForDrafts } from '../run/preflight.ts';
import { chosenConnection } from './connection.ts';

/**
 * Lets a function observe the state of a domain and of all files that plans use. The connection is read-only, so that
 * libvirt itself would refuse a change; it is closed at the end.
 * @param connect as for `virsh -c`
 * @param run see `PlanDraft.resolve`
 * @throws BlockplanError `preflight-refused` when libvirt cannot be reached, or the guest lacks a value
 */
export async function withLiveHost<T>(
  domain: string,
  connect: string | undefined,
  run: string,
  use: (observe: ObserveDrafts) => Promise<T>,
): Promise<T> {
  const place = { ...chosenConnection(connect), readonly: true };
  const connecting = openVirsh(localHost, place);
  try {
    const driver = await openLiveDriver(
      localHost,
      { ...place, domain, writeDurably: refuseToWrite },
      connecting,
    );
    return await use((drafts) => observeForDrafts(drafts, driver, run));
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
