/** `virsh snapshot-create-as`: switches the guest's disks to overlays, and optionally writes its memory to a file. */
import { definitionFollows, definitionIsSaved, disksFromDefinition } from '../host/definitions.ts';
import { fileOn, nameIn } from '../host/file-names.ts';
import { withImage, withNewImage, withoutFile, writtenOver } from '../host/image-files.ts';
import { withoutJobOn } from '../host/jobs.ts';
import {
  guestWrites,
  refuseUnless,
  type SimulatedHost,
  updateDisk,
  updateDomain,
} from '../host/simulated-host.ts';
import { isRelative } from '../model/backing-path.ts';
import { diskOf, isUp } from '../model/host-state.ts';
import { type ArgsOf, type DiskSpec, defineCommand, NO_JOB, optional, required } from './define.ts';

const options = {
  domain: required('text'),
  name: required('text'),
  description: optional('text'),
  'disk-only': optional('flag'),
  atomic: optional('flag'),
  quiesce: optional('flag'),
  'no-metadata': optional('flag'),
  'reuse-external': optional('flag'),
  live: optional('flag'),
  validate: optional('flag'),
  memspec: optional('memory'),
  diskspec: optional('disks'),
};

export type SnapshotArgs = ArgsOf<typeof options>;
type Overlay = Extract<DiskSpec, { snapshot: 'external' }>;

/** The size of an empty qcow2 image in bytes: header, reference counts and the first table, a cluster of 64 KiB each. */
const EMPTY_OVERLAY = 3 * 64 * 1024;

export const snapshotCreateAs = defineCommand({
  verb: 'snapshot-create-as',
  options,
  apply: create,
  unobstructed(host, args) {
    const { disks, agent, snapshots, state } = host.state.domain;
    const made = args['reuse-external'] ? [] : overlaysOf(args);
    const cleared = made.reduce((each, { file }) => withoutFile(each, nameIn(each, file)), host);
    const free = disks.reduce((each, { target }) => withoutJobOn(each, target), cleared);
    const ready = updateDomain(free, {
      agent: true,
      state: state === 'paused' ? 'running' : state,
      snapshots: snapshots.filter((each) => each !== args.name),
    });
    return updateDomain(create(ready, args), { agent, state });
  },
  ...NO_JOB,
  unanswered: () => 'look',
});

function overlaysOf({ diskspec = [] }: SnapshotArgs): Overlay[] {
  return diskspec.filter((spec): spec is Overlay => spec.snapshot === 'external');
}

function create(host: SimulatedHost, args: SnapshotArgs): SimulatedHost {
  const up = isUp(host.state);
  // For a guest that is off, libvirt only takes disk-only snapshots, and changes the definition.
  refuseUnless(up || args['disk-only'] === true, 'domain is not running');
  const { agent, snapshots, disks, state } = host.state.domain;
  // A guest that is off needs no freeze; the agent of a paused guest cannot answer (seen on libvirt 9.0).
  refuseUnless(!args.quiesce || state !== 'paused', 'domain is not running');
  refuseUnless(!up || !args.quiesce || agent, 'QEMU guest agent is not connected');
  refuseUnless(
    !disks.some((disk) => disk.job),
    'block copy still active: disk already in active block job',
  );
  const { name } = args;
  const metadata = !args['no-metadata'];
  refuseUnless(!metadata || !snapshots.includes(name), `domain moment ${name} already exists`);
  const specs = overlaysOf(args);
  const reuse = args['reuse-external'] === true;
  for (const { file } of specs)
    refuseUnless(
      reuse || (fileOn(host, file)?.size ?? 0) === 0,
      `external snapshot file ${file} already exists`,
    );
  const over = reuse
    ? specs.reduce((each, { file }) => writtenOver(each, file, false), host)
    : host;
  let after = specs.reduce((each, spec) => withOverlay(each, spec, reuse), definitionIsSaved(over));
  if (args.memspec !== undefined) {
    const file = nameIn(host, args.memspec.file);
    const image = { ...after.state.files[file], size: 1, format: 'raw' };
    after = withImage(after, file, image);
  }
  if (metadata) after = updateDomain(after, { snapshots: [...snapshots, name] });
  return up ? guestWrites(after) : updateDomain(after, { disks: disksFromDefinition(after) });
}

/**
 * A reused overlay keeps its header, and libvirt knows the layer below by the name in it. QEMU opens that layer for reading
 * only, which ends a lock that it kept after a cancelled commit into it (seen on QEMU 7.2 and 10.0).
 */
function withOverlay(
  host: SimulatedHost,
  { disk: target, file, driver: format }: Overlay,
  reuse: boolean,
): SimulatedHost {
  const before = diskOf(host.state, target)?.chain ?? [];
  const base = nameIn(host, before[0]?.file ?? '');
  const chain = [{ file, format }, ...before];
  const image = { ...fileOn(host, file), format, size: EMPTY_OVERLAY };
  const overlay = nameIn(host, file);
  const name = (reuse ? host.headers[overlay] : undefined) ?? before[0]?.file ?? '';
  const { [base]: _former, ...others } = host.relative;
  const relative = isRelative(name) ? { ...others, [base]: name } : others;
  const held = host.held.filter((layer) => layer !== base);
  const made = { ...withNewImage(host, overlay, image, name), relative, held };
  const overlaid = updateDisk(made, target, (each) => ({ ...each, chain }));
  return definitionFollows(overlaid, target, before, chain);
}
