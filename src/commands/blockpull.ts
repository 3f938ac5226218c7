/** `virsh blockpull`: copies the data of the layers below the active one into it; at the end they leave the chain. */
import { layerNamed, layersOf } from '../host/file-names.ts';
import { relativeName } from '../host/header-names.ts';
import { withoutExtents } from '../host/image-files.ts';
import { withoutJobOn } from '../host/jobs.ts';
import {
  diskForCommand,
  refuseUnless,
  type SimulatedHost,
  updateDisk,
} from '../host/simulated-host.ts';
import { filesOfLayer } from '../model/file-identity.ts';
import { diskOf } from '../model/host-state.ts';
import { type ArgsOf, defineCommand, optional, required } from './define.ts';

const options = {
  domain: required('text'),
  path: required('text'),
  bandwidth: optional('number'),
  /** The layer that stays below, by its path as libvirt spells it or by its index: `vda[2]`. */
  base: optional('text'),
  'keep-relative': optional('flag'),
  bytes: optional('flag'),
};

type Args = ArgsOf<typeof options>;

export const blockpull = defineCommand({
  verb: 'blockpull',
  options,
  apply: pull,
  unobstructed: (host, args) =>
    pull(withoutJobOn(host, args.path), { ...args, 'keep-relative': false }),
  unanswered: () => 'look',
  startsJob: ({ path }) => ({ job: 'pull', disks: [path] }),
  writesLayers: ({ path }, state) =>
    diskOf(state, path)?.chain.slice(0, 1).flatMap(filesOfLayer) ?? [],
});

function pull(host: SimulatedHost, args: Args): SimulatedHost {
  const disk = diskForCommand(host, args.path);
  refuseUnless(!disk.job, 'already in active block job');
  const files = layersOf(host, disk);
  const base = args.base === undefined ? files.length : layerNamed(disk, args.base);
  refuseUnless(base > 0, `could not find image '${args.base}' beneath '${files[0]}'`);
  const relative = args['keep-relative'] === true;
  refuseUnless(!relative || args.base !== undefined, 'valid only with non-null base');
  // libvirt puts it together from the names below the active layer, which no header names (seen on libvirt 9.0).
  const name = relative ? relativeName(host, files.slice(1, base + 1)) : undefined;
  const layers = files.slice(1, base);
  const [into = ''] = files;
  const source = { layers, shallow: false, reuse: false, into };
  return updateDisk(
    {
      ...withoutExtents(host, files),
      jobs: { ...host.jobs, [disk.target]: name === undefined ? source : { ...source, name } },
    },
    disk.target,
    (each) => ({ ...each, job: { type: 'pull', ready: false } }),
  );
}
