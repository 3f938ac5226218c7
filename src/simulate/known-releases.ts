/**
 * Releases of libvirt and QEMU with known bugs that affect plans. Each row states only what the project itself has
 * published, with the source.
 *
 * Not listed: libvirt 9.0.0, which "improperly handled some job transitions" (its news, v9.1.0). It shows as a job that does
 * not end, which each phase checks before it counts as done.
 */
import { dirname } from 'node:path';
import { layersWritten } from '../commands/effect.ts';
import { FileSet, layerIndex } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import { isOlder } from '../model/release.ts';
import type { WalkedPhase } from './walked-phase.ts';

/** A known bug of some releases. */
interface KnownFault {
  readonly of: 'libvirt' | 'qemu';
  /** The first release that has it; absent if unknown. */
  readonly since?: string;
  /** The first release without it. */
  readonly fixedIn: string;
  /** The project's own report of it. */
  readonly source: string;
  /** What goes wrong in that phase, as a clause after "has a known bug:"; undefined if the phase is not affected. */
  strikes(phase: WalkedPhase, initial: HostState): string | undefined;
}

export const KNOWN_FAULTS: readonly KnownFault[] = [
  {
    of: 'libvirt',
    fixedIn: '12.1.0',
    source: 'https://libvirt.org/news.html#v12-1-0-2026-03-02',
    // "AppArmor: Ask for no deny rule for readonly disk elements". Seen with libvirt 9.0.0 on Debian 12 as
    // "unable to execute QEMU command 'block-commit': … Permission denied": OpenNebula/one#6565.
    strikes(phase, initial) {
      const { before } = phase;
      if (!before.domain.confinement?.apparmor) return undefined;
      const bases = new FileSet(before, committedInto(phase));
      const below = initial.domain.disks
        .flatMap(({ chain }) => chain.slice(1).map(({ file }) => file))
        .filter((file) => bases.has(file));
      return below.length === 0
        ? undefined
        : `AppArmor keeps denying QEMU write access to a file that was below another one when the guest started, so the commit into ${below.join(', ')} may be refused`;
    },
  },
  {
    of: 'qemu',
    since: '4.1.0',
    fixedIn: '4.1.1',
    // The stable release that "fixes various corruption issues in qcow2 images" (flathub/org.gnome.Boxes#40).
    source: 'https://lists.gnu.org/archive/html/qemu-devel/2019-11/msg00481.html',
    strikes({ before, after }) {
      const made = Object.entries(after.files).filter(
        ([path, file]) => file?.format === 'qcow2' && !before.files[path],
      );
      return made.length > 0
        ? `qcow2 images can be corrupted, and the plan creates new ones in ${[...new Set(made.map(([path]) => dirname(path)))].join(', ')}`
        : undefined;
    },
  },
];

/** The layers that a commit writes into: an active commit that begins, or a commit of lower layers, which ends at once. */
function committedInto({ node, start, before, after }: WalkedPhase): string[] {
  const written = new FileSet(
    before,
    node.phase.effects(before, start).flatMap((effect) => layersWritten(effect, before)),
  );
  return before.domain.disks.flatMap(({ target, chain, job }) => {
    const now = after.domain.disks.find((disk) => disk.target === target);
    if (job || !now) return [];
    if (now.job?.type === 'active-commit') return now.job.mirror ?? [];
    const stays = (file: string) => layerIndex(after, now.chain, file) >= 0;
    // A pull leaves the same chain, but writes into no layer below the active one.
    return chain.flatMap(({ file }, at) => {
      const above = chain[at - 1];
      return above && stays(file) && !stays(above.file) && written.has(file) ? [file] : [];
    });
  });
}

/** The largest number of layers with which a release of libvirt starts a guest. */
interface DeepestChain {
  readonly layers: number;
  readonly source: string;
}

/** libvirt: "backing chains more than 200 layers deep are not supported". */
const DEEPEST: DeepestChain = {
  layers: 200,
  source: 'https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms',
};

/**
 * Since 10.8.0 libvirt parses QEMU's JSON with json-c, which accepts less nesting. A guest with 26 layers fails to start:
 * "failed to parse JSON: nesting too deep". The snapshot of the running guest that adds the 26th layer succeeds (both seen
 * with 11.3.0). Its news of 12.0.0: "Fix startup of VMs with more than ~25 external snapshots".
 */
const DEEPEST_WITH_JSON_C: DeepestChain & { readonly since: string; readonly fixedIn: string } = {
  layers: 25,
  since: '10.8.0',
  fixedIn: '12.0.0',
  source: 'https://libvirt.org/news.html#v12-0-0-2026-01-15',
};

/** @param libvirt the release; undefined where it is unknown */
export function deepestChain(libvirt: string | undefined): DeepestChain {
  const { since, fixedIn } = DEEPEST_WITH_JSON_C;
  return libvirt !== undefined && !isOlder(libvirt, since) && isOlder(libvirt, fixedIn)
    ? DEEPEST_WITH_JSON_C
    : DEEPEST;
}

/** Whether the release has the bug, judged by its number; a distribution may have backported the fix. */
export function hasFault(release: string, { since, fixedIn }: KnownFault): boolean {
  return (since === undefined || !isOlder(release, since)) && isOlder(release, fixedIn);
}
