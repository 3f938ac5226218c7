/** `virsh blockcommit`: merges layers of a chain into one below them while the guest writes. */
import { layerNamed, layersOf } from '../host/file-names.ts';
import { relativeName } from '../host/header-names.ts';
import { withoutExtents, writtenOver } from '../host/image-files.ts';
import { withoutJobOn } from '../host/jobs.ts';
import {
  diskForCommand,
  refuseUnless,
  type SimulatedHost,
  updateDisk,
} from '../host/simulated-host.ts';
import { filesOfLayer } from '../model/file-identity.ts';
import { diskOf } from '../model/host-state.ts';
import { layerAt } from '../model/layer-name.ts';
import { type ArgsOf, defineCommand, optional, required } from './define.ts';

const options = {
  domain: required('text'),
  path: required('text'),
  /** A layer, by its path as libvirt spells it or by its index: `vda[2]`. */
  base: optional('text'),
  shallow: optional('flag'),
  /** As `base`. */
  top: optional('text'),
  active: optional('flag'),
  'keep-relative': optional('flag'),
  bandwidth: optional('number'),
  bytes: optional('flag'),
};

export type BlockcommitArgs = ArgsOf<typeof options>;

export const blockcommit = defineCommand({
  verb: 'blockcommit',
  options,
  apply: commit,
  unobstructed: (host, args) =>
    commit(withoutJobOn(host, args.path), { ...args, 'keep-relative': false }),
  unanswered: () => 'look',
  startsJob: ({ path, base }) => ({
    ...{ job: 'commit', disks: [path] },
    ...(base === undefined ? {} : { into: base }),
  }),
  writesLayers(args, state) {
    const disk = diskOf(state, args.path);
    if (!disk) return [];
    const find = (name: string | undefined) =>
      name === undefined ? -1 : layerAt(state, disk, name);
    const top = args.top === undefined ? 0 : find(args.top);
    const base = args.shallow ? top + 1 : find(args.base);
    const { chain } = disk;
    return (base < 0 ? chain : chain.slice(0, base + 1)).flatMap(filesOfLayer);
  },
});

function commit(host: SimulatedHost, args: BlockcommitArgs): SimulatedHost {
  const disk = diskForCommand(host, args.path);
  refuseUnless(!disk.job, 'already in active block job');
  const files = layersOf(host, disk);
  const top = args.top === undefined ? 0 : layerNamed(disk, args.top);
  const deepest = args.shallow ? top + 1 : files.length - 1;
  const base = args.base === undefined ? deepest : layerNamed(disk, args.base);
  refuseUnless(top >= 0 && base > top && base < files.length, 'could not find base or top');
  refuseUnless(top > 0 || args.active === true, 'commit of active layer requires active flag');
  const mirror = disk.chain[base]?.file ?? '';
  const own = files.slice(top, base).every((file) => host.state.files[file]?.made);
  // No header above the active layer exists that could keep a name.
  const name =
    args['keep-relative'] && top > 0 ? relativeName(host, files.slice(top, base + 1)) : undefined;
  return updateDisk(
    {
      ...withoutExtents(own ? host : writtenOver(host, mirror, true), files),
      jobs: {
        ...host.jobs,
        [disk.target]: {
          layers: files.slice(top, base),
          shallow: false,
          reuse: false,
          ...(files[base] === undefined || top === 0 ? {} : { into: files[base] }),
          ...(name === undefined ? {} : { name }),
        },
      },
    },
    disk.target,
    (each) => ({
      ...each,
      job:
        top === 0
          ? { type: 'active-commit', ready: false, mirror }
          : { type: 'commit', ready: false },
    }),
  );
}
