/** Dangers that no step can detect alone: they follow from how phases change the host state, and from the whole plan. */
import { codes } from '../codes.ts';
import { virshCommand } from '../command.ts';
import type { Finding } from '../errors.ts';
import { FileSet, isSameFile, layerIndex } from '../model/file-identity.ts';
import { newFaults } from '../model/headers.ts';
import { diskOf, type HostState } from '../model/host-state.ts';
import { externalSnapshotCaveat, INTERNAL_SNAPSHOT_CAVEAT } from '../model/snapshot-caveats.ts';
import { dangersOfCommits, leftStale } from './end-dangers.ts';
import { deepestChain, hasFault, KNOWN_FAULTS } from './known-releases.ts';
import { spaceDangers } from './space.ts';
import { findingAt, type WalkedPhase } from './walked-phase.ts';

/**
 * The dangers of the phases, in their order; for a refused plan, only those that are errors.
 * @param initial the host state before the first phase
 */
export function dangersOf(
  initial: HostState,
  phases: readonly WalkedPhase[],
  refused: boolean,
): Finding[] {
  const records = new SnapshotRecords(initial);
  const found = [
    ...phases.flatMap((walked) => [
      ...records.madeStale(walked),
      ...lostCheckpoints(walked),
      ...absentAtBoot(initial, walked),
      ...tooDeep(initial, walked),
      ...wholeChain(walked),
      ...knownFaults(initial, walked),
    ]),
    // A refusal already reports a definition that is out of date.
    ...(refused ? [] : [...leftStale(initial, phases.at(-1)), ...phases.flatMap(readOtherwise)]),
    ...unreadAtStart(initial, phases),
    ...dangersOfCommits(initial, phases),
    ...spaceDangers(initial, phases),
  ];
  const errors = found.filter(({ severity }) => severity === 'error');
  return refused || errors.length > 0 ? errors : found;
}

function layersIn(state: HostState): FileSet {
  return new FileSet(
    state,
    state.domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file)),
  );
}

/** Which snapshots' records name which files: libvirt records the layers that exist when a snapshot is created. */
class SnapshotRecords {
  readonly #state: HostState;
  readonly #initial: FileSet;
  readonly #before: readonly string[];
  /** Files, each with the snapshot of the plan that created it. */
  readonly #made: { readonly file: string; readonly snapshot: string }[] = [];
  readonly #told = new Set<string>();

  constructor(initial: HostState) {
    const { domain } = initial;
    this.#state = initial;
    this.#initial = layersIn(initial);
    this.#before = domain.snapshots;
  }

  /**
   * Reports a layer that leaves its chain while libvirt's records still name it (seen with libvirt 9.0.0 and 11.3.0). The
   * plan's own snapshots are external.
   */
  madeStale(walked: WalkedPhase): Finding[] {
    const { before, after } = walked;
    const recorded = after.domain.snapshots.find((name) => !before.domain.snapshots.includes(name));
    return before.domain.disks.flatMap(({ target, chain }) => {
      const now = diskOf(after, target)?.chain ?? [];
      for (const { file } of now)
        if (recorded !== undefined && layerIndex(after, chain, file) < 0)
          this.#made.push({ file, snapshot: recorded });
      const gone = chain.flatMap(({ file }) => (layerIndex(after, now, file) < 0 ? [file] : []));
      return gone.flatMap((file) => this.#naming(file)).length === 0
        ? []
        : this.#tell(walked, target, gone);
    });
  }

  #naming(file: string): readonly string[] {
    const made = this.#made.findLast((each) => isSameFile(this.#state, each.file, file));
    if (made !== undefined) return [made.snapshot];
    return this.#initial.has(file) ? this.#before : [];
  }

  #tell(walked: WalkedPhase, target: string, gone: readonly string[]): Finding[] {
    const names = [...new Set(gone.flatMap((file) => this.#naming(file)))];
    const fresh = names.filter((name) => !this.#told.has(name));
    for (const name of names) this.#told.add(name);
    if (fresh.length === 0) return [];
    const own = fresh.every((name) => !this.#before.includes(name));
    const { name } = walked.before.domain;
    const external = externalSnapshotCaveat(this.#state.host.libvirt);
    return [
      findingAt(walked, {
        code: codes.snapshotOutdated,
        severity: 'warning',
        message: `libvirt's record of snapshot ${fresh.map((each) => `"${each}"`).join(', ')} names layers of ${target} that leave its chain here (${gone.join(', ')}): ${own ? external : `if it is internal, ${INTERNAL_SNAPSHOT_CAVEAT}; if it is external, ${external}`}`,
        hint: own
          ? 'add "no-metadata: true" to the snapshot-create-as step'
          : `if the record is no longer needed, run: ${virshCommand(this.#state.host, 'snapshot-delete', name, '--snapshotname', fresh[0] ?? '', '--metadata')}`,
      }),
    ];
  }
}

/**
 * A checkpoint's bitmap is stored in a qcow2 image. libvirt copies it from one qcow2 image to another, but into no other
 * format; an incremental backup then fails with "checkpoint inconsistent: missing or broken bitmap" (9.0.0).
 */
function lostCheckpoints(walked: WalkedPhase): Finding[] {
  const { checkpoints } = walked.before.domain;
  if (checkpoints.length === 0) return [];
  return walked.before.domain.disks.flatMap(({ target, chain: [top] }) => {
    const now = diskOf(walked.after, target)?.chain[0];
    if (!top || !now || top.format !== 'qcow2' || now.format === 'qcow2') return [];
    return [
      findingAt(walked, {
        code: codes.checkpointLost,
        severity: 'warning',
        message: `${now.file} is ${now.format} and cannot store the bitmap of checkpoint ${checkpoints.map((name) => `"${name}"`).join(', ')} for ${target}: the next backup of that disk cannot be an increment`,
        hint: 'keep the disk in a qcow2 image, or take a full backup with a new checkpoint afterwards',
      }),
    ];
  });
}

/** A transient domain exists only in memory: it does not start again after the host loses power. */
function absentAtBoot(initial: HostState, walked: WalkedPhase): Finding[] {
  const { name, autostart } = initial.domain;
  if (!autostart || !walked.before.domain.persistent || walked.after.domain.persistent) return [];
  return [
    findingAt(walked, {
      code: codes.autostartSuspended,
      severity: 'warning',
      message: `"${name}" starts with the host, but not while it is transient: if the host loses power, the guest does not start again, and only the journal holds its definition`,
      hint: 'leave "undefine" and "redefine" out: a blockcopy does not need them',
    }),
  ];
}

/** Warns from half of libvirt's limit on. */
function tooDeep({ host }: HostState, walked: WalkedPhase): Finding[] {
  const most = deepestChain(host.libvirt).layers;
  return walked.after.domain.disks.flatMap(({ target, chain }) => {
    const was = diskOf(walked.before, target)?.chain.length ?? 0;
    const depth = chain.length;
    if (depth <= was || depth <= most / 2) return [];
    const release = host.libvirt === undefined ? 'libvirt' : `libvirt ${host.libvirt}`;
    return [
      findingAt(walked, {
        code: codes.chainTooDeep,
        severity: depth > most ? 'error' : 'warning',
        message: `${target} would have ${depth} layers, and ${release} starts a guest with at most ${most}`,
        hint: 'shorten the chain first with a blockcommit step',
      }),
    ];
  });
}

/** An active commit into the bottom of a chain of three or more layers. */
function wholeChain(walked: WalkedPhase): Finding[] {
  return walked.after.domain.disks.flatMap(({ target, job, chain }) => {
    const begun = diskOf(walked.before, target)?.job === undefined;
    const bottom = chain.at(-1)?.file;
    const isWhole = isSameFile(walked.after, job?.mirror, bottom) && chain.length > 2;
    if (job?.type !== 'active-commit' || !begun || !isWhole) return [];
    return [
      findingAt(walked, {
        code: codes.wholeChainMerged,
        severity: 'warning',
        message: `all ${chain.length} layers of ${target} are merged into ${bottom}: its content changes permanently, and other guests or backups may depend on it`,
        hint: 'set "base" to a layer above it or write "shallow: true", unless this is intended',
      }),
    ];
  });
}

function knownFaults(initial: HostState, walked: WalkedPhase): Finding[] {
  return KNOWN_FAULTS.flatMap((fault) => {
    const release = initial.host[fault.of];
    const what =
      release !== undefined && hasFault(release, fault)
        ? fault.strikes(walked, initial)
        : undefined;
    if (what === undefined) return [];
    const name = fault.of === 'qemu' ? 'QEMU' : 'libvirt';
    return [
      findingAt(walked, {
        code: codes.knownFault,
        severity: 'warning',
        message: `${name} ${release} has a known bug: ${what}`,
        hint: `upgrade to ${name} ${fault.fixedIn}, or check whether your distribution has backported the fix: ${fault.source}`,
      }),
    ];
  });
}

/** A phase after which the next start would open other files below a layer than the running guest. */
function readOtherwise(walked: WalkedPhase): Finding[] {
  const { step, params } = walked.node.planned;
  return newFaults(walked.before, walked.after).map((fault) =>
    findingAt(walked, {
      code: codes.nextStartMismatch,
      severity: 'error',
      message: `after ${step.kind}, ${fault}: the next start would not find the latest data of the guest`,
      hint:
        'keep-relative' in params
          ? 'leave "keep-relative" out: the header then names the base by its path'
          : 'make the header name the file that the guest uses there, with qemu-img rebase -u, or let libvirt create the image',
    }),
  );
}

/**
 * The paths at which libvirt's AppArmor helper may read an image to find the files below it, which it does at every start of
 * a guest (libvirt, src/security/apparmor/usr.lib.libvirt.virt-aa-helper.in; it denies hidden files in home directories).
 */
const READ_BY_HELPER =
  /^\/var\/lib\/libvirt\/images\/|^\/(?:media|mnt|opt|srv)\/|^\/(?:root|home\/[^/]+)\/[^.]|\.(?:img|raw|qcow2?|qed|vmdk|vhd|iso)$|\/disk(?:\.[^/]*)?$/i;

/** New layers with backing files, at the plan's end or before, that AppArmor denies to libvirt's helper at a start. */
function unreadAtStart(initial: HostState, phases: readonly WalkedPhase[]): Finding[] {
  const end = phases.at(-1)?.after;
  if (!end?.domain.confinement?.apparmor) return [];
  const known = layersIn(initial);
  const stays = layersIn(end);
  const told = new Set<string>();
  return phases.flatMap((walked) => {
    const fresh = walked.after.domain.disks
      .flatMap(({ chain }) => chain.slice(0, -1))
      .filter(({ file, block }) => !block && !known.has(file) && !READ_BY_HELPER.test(file))
      .filter(({ file }) => !told.has(file));
    return fresh.map(({ file }) => {
      told.add(file);
      const when = stays.has(file)
        ? 'when the guest starts again'
        : 'if the guest is started again during the run';
      return findingAt(walked, {
        code: codes.apparmorMayDeny,
        severity: 'warning',
        message: `AppArmor may deny libvirt's helper access to ${file} ${when}, and then deny QEMU access to the files below it`,
        hint: 'choose a name that ends in .qcow2, or allow the path in /etc/apparmor.d/local/usr.lib.libvirt.virt-aa-helper',
      });
    });
  });
}
