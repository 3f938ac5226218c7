/** The domain of a run that is forgotten: what is on it, and the marker of the run. */
import { BlockplanError } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import { writeDurably } from '../journal/durable.ts';
import { type StartRecord, tryReadRunLog } from '../journal/run-log.ts';
import type { LibvirtDriver } from '../libvirt/live-connection.ts';
import { openLiveDriver } from '../libvirt/live-driver.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { HostState } from '../model/host-state.ts';
import { LOCAL, ofHost } from '../model/hosts.ts';
import type { Marker } from '../model/marker.ts';
import { isThisHost } from '../this-host.ts';
import { filesMadeBy } from './earlier-runs.ts';
import { type LeftByForgotten, leftByForgotten } from './forgotten-state.ts';
import type { RunFolder } from './run-folders.ts';

export interface SeenDomain {
  /** The host, if libvirt knows the domain. */
  readonly now?: HostState;
  /** Whether it has this run's marker. */
  readonly marked?: boolean;
  /** What the run leaves on it; absent if that is unknown. */
  readonly left?: LeftByForgotten;
  /** Why it could not be inspected. */
  readonly problem?: string;
}

/** Inspects the run's domain. */
export async function seenOn(started: StartRecord, found: RunFolder): Promise<SeenDomain> {
  const { folder } = found;
  const log = await tryReadRunLog(folder);
  try {
    return await onDomain(started, async (driver) => {
      const now = await driver.observe(log === undefined ? [] : filesMadeBy(log));
      if (now.domain.uuid !== started.uuid) return {};
      const left = log === undefined ? {} : { left: leftByForgotten(log, now) };
      return { now, marked: isOwn(await driver.marker(), found), ...left };
    });
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return { problem: error.message };
  }
}

/** Removes the run's marker from its domain, but not that of another run. Returns what to report, in sentences. */
export async function unmarkedOn(started: StartRecord, found: RunFolder): Promise<string[]> {
  try {
    return await onDomain(started, async (driver) => {
      if (!isOwn(await driver.marker(), found)) return [];
      await driver.unmark();
      return ['its marker was removed from the domain'];
    });
  } catch (error) {
    if (!(error instanceof BlockplanError) && !(error instanceof EffectFailed)) throw error;
    return [`its marker could not be removed from the domain: ${error.message}`];
  }
}

function isOwn(marker: Marker | undefined, { run, folder }: RunFolder): boolean {
  return marker?.run === run && isThisHost(marker, folder);
}

async function onDomain<T>(
  { uri, hosts, domain }: StartRecord,
  act: (driver: LibvirtDriver) => Promise<T>,
): Promise<T> {
  const place = { uri: uri || ofHost(hosts, LOCAL).host.uri, domain };
  const driver = await openLiveDriver(localHost, { ...place, readonly: false, writeDurably });
  try {
    return await act(driver);
  } finally {
    await driver.close();
  }
}
