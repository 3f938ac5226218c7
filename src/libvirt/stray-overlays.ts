/** Finds overlays above a guest's layers that no domain's XML names: a change to the layer below would make them invalid. */
import type { HostIO } from '../host-io/host-io.ts';
import type { FoundOverlays } from '../model/examination.ts';
import { includesFile, isSameFile, usersOf } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import { ExaminedAnswers } from './examined-answers.ts';
import { unreadableDomain } from './read-answer.ts';
import { snapshotRecords } from './records.ts';
import type { Virsh } from './virsh.ts';

/** How long the search may take: reading 2,000 headers took 0.4 to 1.2 s on two busy processors. */
const LIMIT_MS = 5000;

/**
 * The overlays beside these layers, and those that the guest's snapshots name in other folders. Outdated ones are left out:
 * the layer below one changed before, such as when the overlay was committed.
 * @param state the host state with all other domains
 * @param searched the layers that a step would change
 * @param former the files that were in the guest's chain before
 * @throws BlockplanError domainUnreadable if libvirt refuses to show the record of a snapshot
 */
export async function strayOverlays(
  io: HostIO,
  virsh: Virsh,
  state: HostState,
  searched: readonly string[],
  former: readonly string[],
): Promise<Pick<HostState, 'overlays' | 'unsearched'>> {
  const { domain } = state;
  const layers = domain.disks.flatMap(({ chain }) => chain);
  const devices = layers.flatMap(({ file, block }) => (block ? [file] : []));
  const files = [...new Set(searched)].filter(
    (file) => file.startsWith('/') && !devices.includes(file),
  );
  if (files.length === 0) return {};
  const answers = new ExaminedAnswers();
  const records = await snapshotRecords(virsh, domain, answers);
  const [unread] = answers.unread;
  if (unread) throw unreadableDomain(virsh, domain.name, { error: unread.why });
  const recorded = records.flatMap(({ name, disks }) =>
    disks.flatMap(({ base }) => (base?.startsWith('/') ? [{ snapshot: name, file: base }] : [])),
  );
  const others = recorded.map(({ file }) => file);
  const above = await overlaysAbove(io, files, others, former);
  const found = above.overlays.map(({ file }) => file);
  const looked = found.length === 0 ? { names: {} } : await io.inspectFiles([...found, ...others]);
  const seen = { ...state, names: { ...looked.names, ...state.names } };
  const overlays = above.overlays
    .filter(({ file }) => usersOf(seen, file).length === 0)
    .map(({ file, backing }) => {
      const record = recorded.find((each) => isSameFile(seen, each.file, file));
      return { file, backing, ...(record ? { snapshot: record.snapshot } : {}) };
    });
  const unsearched = unsearchedIn(state, above);
  return {
    ...(overlays.length === 0 ? {} : { overlays }),
    ...(unsearched.length === 0 ? {} : { unsearched }),
  };
}

/** The places where an overlay may have been missed: what a domain uses is known without its header. */
export function unsearchedIn(state: HostState, { unread }: FoundOverlays): readonly string[] {
  return unread.filter((place) => usersOf(state, place).length === 0);
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
): Promise<FoundOverlays> {
  const { overlays, unread } = await io.findOverlays(files, others, LIMIT_MS);
  const fresh = overlays.filter(({ file, isOutdated }) => !isOutdated && !former.includes(file));
  if (fresh.length === 0) return { overlays: [], unread };
  // A former layer may be on storage that no longer answers, so names are compared first.
  const looked = await io.inspectFiles([...fresh.map(({ file }) => file), ...former]);
  return { overlays: fresh.filter(({ file }) => !includesFile(looked, former, file)), unread };
}
