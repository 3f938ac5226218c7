/** Snapshots and the metadata of snapshots and checkpoints on a simulated host. */
import { isRelative } from '../model/headers.ts';
import { diskOf, isUp } from '../model/world.ts';
import { definedDisks, definitionFollows, definitionIsSaved } from './definitions.ts';
import { fileOn, nameIn } from './file-names.ts';
import {
  guestWrites,
  onDisk,
  onDomain,
  refuseUnless,
  type SimulatedHost,
  withImage,
  withNewImage,
  writtenOver,
} from './host-state.ts';
import { type Options, one, readSpec, type Spec } from './virsh-words.ts';

/** What an empty qcow2 image takes: header, reference counts and the first table, a cluster of 64 KiB each. */
const EMPTY_OVERLAY = 3 * 64 * 1024;

export function snapshotCreateAs(host: SimulatedHost, options: Options): SimulatedHost {
  const up = isUp(host.world);
  // Of a guest that is off libvirt takes one of the disks alone, and changes the definition.
  refuseUnless(up || options.has('disk-only'), 'domain is not running');
  const { agent, snapshots, disks, state } = host.world.domain;
  // Nobody is asked to freeze a guest that is off; one that is paused cannot answer (seen on libvirt 9.0).
  refuseUnless(!options.has('quiesce') || state !== 'paused', 'domain is not running');
  refuseUnless(!up || !options.has('quiesce') || agent, 'QEMU guest agent is not connected');
  refuseUnless(
    !disks.some((disk) => disk.job),
    'block copy still active: disk already in active block job',
  );
  const name = one(options, 'name');
  const metadata = !options.has('no-metadata');
  refuseUnless(!metadata || !snapshots.includes(name), `domain moment ${name} already exists`);
  const specs = (options.get('diskspec') ?? []).map(readSpec).filter(({ external }) => external);
  const reuse = options.has('reuse-external');
  for (const { file } of specs)
    refuseUnless(
      reuse || (fileOn(host, file)?.size ?? 0) === 0,
      `external snapshot file ${file} already exists`,
    );
  const over = reuse
    ? specs.reduce((each, { file }) => writtenOver(each, file, false), host)
    : host;
  let after = specs.reduce((each, spec) => withOverlay(each, spec, reuse), definitionIsSaved(over));
  const memory = options.get('memspec')?.[0];
  if (memory !== undefined) {
    const file = nameIn(host, readSpec(`memory,${memory}`).file);
    const image = { ...after.world.files[file], size: 1, format: 'raw' };
    after = withImage(after, file, image);
  }
  if (metadata) after = onDomain(after, { snapshots: [...snapshots, name] });
  return up ? guestWrites(after) : onDomain(after, { disks: definedDisks(after) });
}

/** An overlay that is there keeps its header, and the layer below is known by the name in it. */
function withOverlay(
  host: SimulatedHost,
  { target, file, format }: Spec,
  reuse: boolean,
): SimulatedHost {
  const before = diskOf(host.world, target)?.chain ?? [];
  const base = nameIn(host, before[0]?.file ?? '');
  const chain = [{ file, format }, ...before];
  const image = { ...fileOn(host, file), format, size: EMPTY_OVERLAY };
  const overlay = nameIn(host, file);
  const name = (reuse ? host.headers[overlay] : undefined) ?? before[0]?.file ?? '';
  const { [base]: _former, ...others } = host.relative;
  const relative = isRelative(name) ? { ...others, [base]: name } : others;
  const made = { ...withNewImage(host, overlay, image, name), relative };
  const overlaid = onDisk(made, target, (each) => ({ ...each, chain }));
  return definitionFollows(overlaid, target, before, chain);
}

/** `snapshot-create --redefine` and `checkpoint-create --redefine`: libvirt knows the moment again. */
export function redefineMoment(
  host: SimulatedHost,
  list: 'snapshots' | 'checkpoints',
  xml: string,
): SimulatedHost {
  const name = unescaped(/<name>([^<]*)<\/name>/.exec(xml)?.[1] ?? '');
  const known = host.world.domain[list];
  return known.includes(name) ? host : onDomain(host, { [list]: [...known, name] });
}

function unescaped(text: string): string {
  const words: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_all, word: string) => words[word] ?? '');
}

export function snapshotDelete(host: SimulatedHost, options: Options): SimulatedHost {
  const name = one(options, 'snapshotname');
  const { snapshots } = host.world.domain;
  refuseUnless(snapshots.includes(name), `no domain snapshot with matching name '${name}'`);
  if (!options.has('metadata'))
    throw new Error('a simulated host forgets snapshots, and deletes none');
  return onDomain(host, { snapshots: snapshots.filter((each) => each !== name) });
}
