/** `qemu-img convert`, `create` and `bitmap`, for images that no guest writes to. */
import { withoutBitmap } from '../host/checkpoints.ts';
import { withLayersCopied } from '../host/content.ts';
import { fileOn, layersOf, nameIn } from '../host/file-names.ts';
import { sizesOf, withNewImage, withoutFile, withSuitableFile } from '../host/image-files.ts';
import {
  filesBelow,
  refuseUnless,
  type SimulatedHost,
  updateDomain,
} from '../host/simulated-host.ts';
import { type CopyTarget, copySource, guestSize, spaceOfCopy } from '../model/copy-space.ts';
import { isUp, type Layer } from '../model/host-state.ts';
import { type ArgsOf, defineCommand, NO_JOB, optional, required } from './define.ts';

const options = {
  progress: required('flag', '-p'),
  /** The destination exists, and its content is overwritten; it keeps the backing file that its header names. */
  'no-create': optional('flag', '-n'),
  /** Writes out of order: faster, and harmless because a partial file is never used. */
  'out-of-order': required('flag', '-W'),
  coroutines: required('number', '-m'),
  'source-format': optional('text', '-f'),
  'target-format': required('text', '-O'),
  compress: optional('flag', '-c'),
  options: optional('text', '-o'),
  'sparse-size': optional('number', '-S'),
  'rate-limit': optional('number', '-r'),
  source: required('operand'),
  dest: required('operand'),
};

type ConvertArgs = ArgsOf<typeof options>;

/**
 * What `convert` makes of its source. It skips areas that hold only zeroes, so an image can take far less space afterwards.
 * Only some options take the space of the whole disk: a static vdi and a fixed vhdx are sparse files (seen with QEMU 7.2).
 */
export function convertTarget(
  args: Pick<ConvertArgs, 'compress' | 'options' | 'sparse-size' | 'target-format'>,
): CopyTarget {
  const words = args.options?.split(',') ?? [];
  const preallocation = optionValue('preallocation', words) ?? 'off';
  const filled = args['sparse-size'] === 0 && !args.compress;
  const cluster = /^(\d+)([kmg]?)$/i.exec(optionValue('cluster_size', words) ?? '');
  const unit = 1024 ** ' kmg'.indexOf(cluster?.[2]?.toLowerCase() || ' ');
  return {
    format: args['target-format'],
    shrinks: true,
    ...(['falloc', 'full'].includes(preallocation)
      ? { whole: `"preallocation=${preallocation}" takes the space of the whole disk` }
      : {}),
    ...(filled
      ? { filled, whole: 'with "sparse-size: 0", areas without data are written too' }
      : {}),
    ...(cluster ? { cluster: Number(cluster[1]) * unit } : {}),
  };
}

/** As QEMU reads options: the last word counts. */
function optionValue(key: string, words: readonly string[]): string | undefined {
  return words.findLast((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
}

export const convert = defineCommand({
  verb: 'convert',
  options,
  apply: copy,
  unobstructed(host, args) {
    const { dest } = args;
    const { state } = host.state.domain;
    const there = fileOn(host, args.source) ? host : withSuitableFile(host, args.source);
    const free = args['no-create'] ? there : withoutFile(there, nameIn(there, dest));
    const copied = copy({ ...updateDomain(free, { state: 'shut off' }), held: [] }, args);
    return { ...updateDomain(copied, { state }), held: host.held };
  },
  // A partial copy cannot be told from a complete one.
  ...NO_JOB,
  unanswered: () => 'undo',
});

/** `convert` creates its file, unless `no-create` says to overwrite an existing one. */
function copy(host: SimulatedHost, args: ConvertArgs): SimulatedHost {
  const { files } = host.state;
  const dest = nameIn(host, args.dest);
  const source = nameIn(host, args.source);
  const over = args['no-create'] === true;
  refuseUnless(over || !files[dest], `${dest} already exists`);
  refuseUnless(Boolean(files[source]), `Could not open '${source}'`);
  const written = host.state.domain.disks.some((disk) => layersOf(host, disk)[0] === source);
  refuseUnless(!written || !isUp(host.state), `Failed to get shared "write" lock on ${source}`);
  refuseUnless(!over || Boolean(files[dest]), `Could not open '${dest}'`);
  const layers = args['source-format'] === 'raw' ? [source] : filesBelow(host, source);
  const held = layers.find((file) => host.held.includes(file));
  refuseUnless(held === undefined, `Failed to get shared "write" lock on ${held}`);
  const [top, ...below] = layers.map((file) => imageOf(host, file));
  const images = top ? [{ ...top, format: args['source-format'] ?? top.format }, ...below] : [];
  const space = spaceOfCopy(
    copySource(host.state, images, 'below', guestSize(host.state, images[0])),
    convertTarget(args),
  );
  // An overwritten file keeps the backing file that its header names.
  const opened = over
    ? host
    : withNewImage(host, dest, {
        ...{ format: args['target-format'], ...sizesOf(space), made: true },
      });
  return { ...opened, content: withLayersCopied(opened.content, layers, dest) };
}

function imageOf({ formats, devices, state }: SimulatedHost, file: string): Layer {
  const isDevice = devices.includes(file) || state.files[file]?.place?.kind === 'block device';
  return { file, format: formats[file] ?? '', ...(isDevice ? { block: true } : {}) };
}

const createOptions = {
  quiet: required('flag', '-q'),
  format: required('text', '-f'),
  /** The backing file's name for the header. */
  backing: required('text', '-b'),
  'backing-format': required('text', '-F'),
  dest: required('operand'),
};

export const create = defineCommand({
  verb: 'create',
  options: createOptions,
  apply: makeImage,
  unobstructed: (host, args) => makeImage(withoutFile(host, nameIn(host, args.dest)), args),
  ...NO_JOB,
  unanswered: () => 'undo',
});

function makeImage(
  host: SimulatedHost,
  { dest, format, backing }: ArgsOf<typeof createOptions>,
): SimulatedHost {
  const file = nameIn(host, dest);
  refuseUnless(!host.state.files[file], `${file} already exists`);
  return withNewImage(host, file, { format, size: 1, made: true }, backing);
}

/** Removes a bitmap from an image that no QEMU has open. */
export const bitmap = defineCommand({
  verb: 'bitmap',
  options: {
    remove: required('flag'),
    format: required('text', '-f'),
    dest: required('operand'),
    name: required('operand'),
  },
  apply(host, { dest, name }) {
    const image = nameIn(host, dest);
    const disks = host.state.domain.disks.filter((disk) => layersOf(host, disk).includes(image));
    return withoutBitmap(
      host,
      disks.map(({ target }) => target),
      name,
    );
  },
  isDone: (said) => /Dirty bitmap '.*' not found/.test(said),
  ...NO_JOB,
  unanswered: () => 'look',
});
