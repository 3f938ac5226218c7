/** Finds overlays above a guest's layers that no domain's XML names: a change to the layer below would make them invalid. */
import type { HostIO } from '../host-io/host-io.ts';
import { includesFile, isSameFile, usersOf } from '../model/file-identity.ts';
import type { HostState, StrayOverlay } from '../model/host-state.ts';
import { ExaminedAnswers } from './examined-answers.ts';
import { unreadableDomain } from './read-answer.ts';
import { snapshotRecords } from './records.ts';
import type { Virsh } from './virsh.ts';

/** How long the search may take: reading 2,000 headers took 0.4 to 1.2 s on two busy processors. */
const LIMIT_MS = 5000;

/**
 * The overlays beside the layers of the disks that have a backing chain, and those that the guest's snapshots name in other
 * folders. Outdated ones are left out: the layer below one changed before, such as when the overlay was committed.
 * @param state the host state with all other domains
 * @param former the files that were in the guest's chain before
 * @throws BlockplanError domainUnreadable if libvirt refuses to show the record of a snapshot
 */
export async function strayOverlays(
  io: HostIO,
  virsh: Virsh,
  state: HostState,
  former: readonly string[],
): Promise<readonly StrayOverlay[]> {
  const { domain } = state;
  const layers = domain.disks
    .filter(({ chain }) => chain.length > 1)
    .flatMap(({ chain }) => chain.filter(({ block }) => !block).map(({ file }) => file))
    .filter((file) => file.startsWith('/'));
  if (layers.length === 0) return [];
  const answers = new ExaminedAnswers();
  const records = await snapshotRecords(virsh, domain, answers);
  const [unread] = answers.unread;
  if (unread) throw unreadableDomain(virsh, domain.name, { error: unread.why });
  const recorded = records.flatMap(({ name, disks }) =>
    disks.flatMap(({ base }) => (base?.startsWith('/') ? [{ snapshot: name, file: base }] : [])),
  );
  const others = recorded.map(({ file }) => file);
  const found = await overlaysAbove(io, layers, others, former);
  if (found.length === 0) return [];
  const looked = await io.inspectFiles([...found.map(({ file }) => file), ...others]);
  const seen = { ...state, names: { ...looked.names, ...state.names } };
  return found
    .filter(({ file }) => usersOf(seen, file).length === 0)
    .map(({ file, backing }) => {
      const record = recorded.find((each) => isSameFile(seen, each.file, file));
      return { file, backing, ...(record ? { snapshot: record.snapshot } : {}) };
    });
}

/**
 * The overlays above those files that are not outdated, in their folders and among the other ones.
 * @param former the files that were in the guest's chains before
 */
export async function overlaysAbove(
  io: HostIO,
  files: readonly string[],
  others: readonly string[],
  former: readonly string[],
): Promise<readonly StrayOverlay[]> {
  const found = (await io.findOverlays(files, others, LIMIT_MS)).filter(
    ({ isOutdated }) => !isOutdated,
  );
  if (found.length === 0) return [];
  const looked = await io.inspectFiles([...found.map(({ file }) => file), ...former]);
  return found.filter(({ file }) => !includesFile(looked, former, file));
}
