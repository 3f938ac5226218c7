/**
 * A libvirt host as an immutable value: its observable state, and what libvirt and QEMU know beyond that. Each change makes
 * a new value, which shares the unchanged parts with the former one.
 */
import { backingPath } from '../model/backing-path.ts';
import { definedChain } from '../model/defined-chain.ts';
import { isTransient } from '../model/disk-elements.ts';
import { readDomainXml } from '../model/domain-xml.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isSameFile } from '../model/file-identity.ts';
import { type Disk, type HostState, isUp, withDisk, withDomain } from '../model/host-state.ts';
import { bitmapsIn, type SimulatedBitmap } from './bitmaps.ts';
import { type Content, initialWrites, withGuestWrite, withLayersCopied } from './content.ts';
import { layersOf, nameIn } from './file-names.ts';
import { headersIn, relativeNames } from './header-names.ts';

export interface SimulatedHost {
  /** The observable state. `domain.kept` is the journal's copy, which libvirt does not know. */
  readonly state: HostState;
  /** The initial host state, which defines which names refer to the same file. */
  readonly initial: HostState;
  /** Which files hold the guest's writes. Here and in all fields below a file has one name, that of {@link nameIn}. */
  readonly content: Content;
  /** The backing file name in each image's header, as it is spelled there. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * For each layer, the relative name under which libvirt found it. libvirt composes the name for `--keep-relative` of
   * these, even if the layer above is now in another folder (seen on libvirt 9.0).
   */
  readonly relative: Readonly<Record<string, string>>;
  /** The format of each image. */
  readonly formats: Readonly<Record<string, string>>;
  /** The files that libvirt was told to treat as block devices. */
  readonly devices: readonly string[];
  /** What the job of each disk reads. */
  readonly jobs: Readonly<Record<string, JobSource>>;
  /** For each disk of a guest that is not up, the file that it wrote to last. */
  readonly last: Readonly<Record<string, string>>;
  /**
   * Layers that libvirt has found in the headers of others since its daemon started: it does not write those into a
   * definition.
   */
  readonly detected: readonly string[];
  /** Disks whose chain end libvirt has found in a header since its daemon started, rather than in the definition. */
  readonly foundEnds: readonly string[];
  /**
   * Existing files that have been overwritten since the host was created, with the name that was used; `null` for one that
   * was empty before.
   */
  readonly overwritten: Readonly<Record<string, string | null>>;
  /** The number of times that the guest was started: libvirt's id of it. */
  readonly starts: number;
  /** The bitmaps of checkpoints, with those that have lost their checkpoint. */
  readonly bitmaps: readonly SimulatedBitmap[];
  /** Files below the active ones on which QEMU keeps a write lock until it ends. */
  readonly held: readonly string[];
  /**
   * The definition that libvirt still has of a domain that was undefined while it ran. A snapshot or the end of a job saves
   * it; after that, a restarted daemon treats the domain as persistent (seen on libvirt 9.0).
   */
  readonly shadow?: { readonly definition: string; readonly saved: boolean };
  /** Set while the guest's file systems are frozen, which libvirt does not show. */
  readonly frozen?: true;
  /** Set while a thaw guard is armed. */
  readonly guarded?: true;
  /** Set if a thaw has found the file systems frozen, until the next freeze. */
  readonly thawed?: true;
}

/** What a block job reads. */
export interface JobSource {
  /** The layers that go into its other side, topmost first. */
  readonly layers: readonly string[];
  /** For a copy: whether it shares the files below its source. */
  readonly shallow: boolean;
  /** Whether it reuses an existing file, so that libvirt reads the files below from its header. */
  readonly reuse: boolean;
  /** Set if the daemon has restarted since and knows those files from its own records. */
  readonly noted?: true;
  /** For a job without another side: the layer of the chain that takes the data, below or above those that it reads. */
  readonly into?: string;
  /** For such a job: the relative name for the header above them, if one is to be kept. */
  readonly name?: string;
}

/** A host in that state, whose guest has written to each of its disks. */
export function simulatedHostOf(state: HostState): SimulatedHost {
  const on = { initial: state };
  const name = (file: string) => nameIn(on, file);
  const headers = headersIn(state);
  const layers = state.domain.disks.flatMap(({ chain }) => chain);
  const disks = state.domain.disks.filter(isWritten);
  const host: SimulatedHost = {
    state,
    initial: state,
    content: Object.fromEntries(
      disks.map((disk) => [disk.target, initialWrites(layersOf(on, disk))]),
    ),
    headers,
    relative: relativeNames(
      { initial: state, headers },
      state.domain.disks.flatMap(({ chain }) => chain),
    ),
    formats: Object.fromEntries([
      ...Object.entries(state.files).flatMap(([file, image]) =>
        image?.format === undefined ? [] : [[name(file), image.format]],
      ),
      ...layers.map(({ file, format }) => [name(file), format]),
    ]),
    devices: [...new Set(layers.flatMap(({ file, block }) => (block ? [name(file)] : [])))],
    jobs: Object.fromEntries(
      disks.filter(({ job }) => job).map((disk) => [disk.target, sourceOf(disk, state)]),
    ),
    last: isUp(state) ? {} : filesWrittenByGuest(on, state),
    detected: layersNotDefined(on, state),
    foundEnds: endsNotDefined(state),
    overwritten: {},
    held: [],
    starts: 1,
    bitmaps: bitmapsIn(state),
  };
  return guestWrites(disks.reduce(withReadyMirror, host));
}

/** The layers below the active ones that the definition does not name. */
export function layersNotDefined(
  on: Pick<SimulatedHost, 'initial'>,
  { domain }: HostState,
): string[] {
  const named = domain.definition === undefined ? [] : readDomainXml(domain.definition).disks;
  const known = named.flatMap((disk) => layersOf(on, disk));
  return domain.disks.flatMap((disk) =>
    layersOf(on, disk)
      .slice(1)
      .filter((file) => !known.includes(file)),
  );
}

/** The disks whose definition does not state the end of the chain. */
export function endsNotDefined({ domain: { definition = '', disks } }: HostState): string[] {
  const open = ({ target }: Disk) => !(definition && definedChain(definition, target).ends);
  return disks.filter(open).map(({ target }) => target);
}

/** The same host after libvirt has found, or itself made, the end of that disk's chain. */
export function withEnd(
  host: SimulatedHost,
  target: string,
  origin: 'found' | 'made',
): SimulatedHost {
  const others = host.foundEnds.filter((each) => each !== target);
  return { ...host, foundEnds: origin === 'found' ? [...others, target] : others };
}

/** What a running job reads: a copy is shallow if its backing file is the layer below the active one. */
function sourceOf(disk: Disk, state: HostState): JobSource {
  const on = { initial: state };
  const files = layersOf(on, disk);
  const mirror = disk.job?.mirror === undefined ? undefined : nameIn(on, disk.job.mirror);
  if (disk.job?.type !== 'copy')
    return {
      layers: files.slice(0, Math.max(0, files.indexOf(mirror ?? ''))),
      shallow: false,
      reuse: false,
    };
  const below = mirror === undefined ? undefined : state.files[mirror]?.backing;
  const shallow =
    Boolean(below) && isSameFile(state, files[1], backingPath(mirror ?? '', below ?? ''));
  return { layers: shallow ? files.slice(0, 1) : files, shallow, reuse: false };
}

function withReadyMirror(host: SimulatedHost, { target, job }: Disk): SimulatedHost {
  const source = host.jobs[target];
  return job?.ready && job.mirror !== undefined && source
    ? { ...host, content: withLayersCopied(host.content, source.layers, nameIn(host, job.mirror)) }
    : host;
}

/** The guest writes something new to each of its disks, and to the other side of a job that is ready. */
export function guestWrites(host: SimulatedHost): SimulatedHost {
  const { state } = host;
  if (state.domain.state !== 'running' || host.frozen) return host;
  let { content } = host;
  for (const disk of state.domain.disks) {
    const { target, job } = disk;
    const [active] = layersOf(host, disk);
    if (active === undefined || !isWritten(disk)) continue;
    const mirror = job?.ready && job.mirror !== undefined ? [nameIn(host, job.mirror)] : [];
    content = withGuestWrite(content, target, [active, ...mirror]);
  }
  return content === host.content ? host : { ...host, content };
}

/** The files that a running guest writes to, by disk. */
export function filesWrittenByGuest(
  on: Pick<SimulatedHost, 'initial'>,
  state: HostState,
): Record<string, string> {
  return Object.fromEntries(
    state.domain.disks
      .filter(isWritten)
      .map((disk): [string, string] => [disk.target, layersOf(on, disk)[0] ?? '']),
  );
}

/** Whether a disk holds writes that must survive a stop; libvirt discards those on a transient disk. */
function isWritten(disk: Disk): boolean {
  return !disk.readonly && disk.chain.length > 0 && !isTransient(disk);
}

/** The file and all files that the headers name below it. */
export function filesBelow(host: SimulatedHost, file: string): string[] {
  const files: string[] = [];
  for (let at: string | undefined = file; at !== undefined && !files.includes(at); ) {
    files.push(at);
    // A header in a raw image is the guest's own data.
    const name: string | undefined = host.formats[at] === 'raw' ? undefined : host.headers[at];
    at = name === undefined ? undefined : nameIn(host, backingPath(at, name));
  }
  return files;
}

/** @throws EffectFailed with libvirt's message, if the condition does not hold */
export function refuseUnless(holds: boolean, message: string): asserts holds {
  if (!holds) throw new EffectFailed(`error: ${message}`);
}

export function withHostState(host: SimulatedHost, state: HostState): SimulatedHost {
  return { ...host, state };
}

export function updateDomain(
  host: SimulatedHost,
  change: Partial<HostState['domain']>,
): SimulatedHost {
  return { ...host, state: withDomain(host.state, change) };
}

export function updateDisk(
  host: SimulatedHost,
  target: string,
  change: (disk: Disk) => Disk,
): SimulatedHost {
  return { ...host, state: withDisk(host.state, target, change) };
}

/** The disk that a block command names. */
export function diskForCommand(host: SimulatedHost, target: string): Disk {
  refuseUnless(isUp(host.state), 'domain is not running');
  const disk = host.state.domain.disks.find((each) => each.target === target);
  if (!disk || !isWritten(disk)) throw new EffectFailed('error: invalid path');
  return disk;
}
