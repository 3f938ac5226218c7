/** `qemu-img convert` and `qemu-img create`, for images that no guest writes to. */
import { poured } from '../host/content.ts';
import { layersOf, nameIn } from '../host/file-names.ts';
import {
  bytesIn,
  filesBelow,
  onDomain,
  refuseUnless,
  type SimulatedHost,
  withFileThere,
  withNewImage,
  withoutFile,
} from '../host/host-state.ts';
import { isUp } from '../model/world.ts';
import { type ArgsOf, defineCommand, NO_JOB, needed, optional } from './define.ts';

const options = {
  progress: needed('flag', '-p'),
  /** The destination is there already, and its content is written over; it keeps the backing file that its header names. */
  'no-create': optional('flag', '-n'),
  /** Written out of order: faster, and no matter for a file that is whole in the end. */
  'out-of-order': needed('flag', '-W'),
  coroutines: needed('number', '-m'),
  'source-format': optional('text', '-f'),
  'target-format': needed('text', '-O'),
  compress: optional('flag', '-c'),
  options: optional('text', '-o'),
  'sparse-size': optional('number', '-S'),
  'rate-limit': optional('number', '-r'),
  source: needed('operand'),
  dest: needed('operand'),
};

type ConvertArgs = ArgsOf<typeof options>;

export const convert = defineCommand({
  verb: 'convert',
  options,
  apply: copy,
  unobstructed(host, args) {
    const { dest } = args;
    const { state } = host.world.domain;
    const there = withFileThere(host, args.source);
    const free = args['no-create'] ? there : withoutFile(there, nameIn(there, dest));
    const copied = copy({ ...onDomain(free, { state: 'shut off' }), held: [] }, args);
    return { ...onDomain(copied, { state }), held: host.held };
  },
  // A copy that was cut short looks like a whole one.
  ...NO_JOB,
  unanswered: () => 'undo',
});

/** `convert` makes its file, unless it is there to be written over. */
function copy(host: SimulatedHost, args: ConvertArgs): SimulatedHost {
  const { files } = host.world;
  const dest = nameIn(host, args.dest);
  const source = nameIn(host, args.source);
  const over = args['no-create'] === true;
  refuseUnless(over || !files[dest], `${dest} exists already`);
  refuseUnless(Boolean(files[source]), `Could not open '${source}'`);
  const written = host.world.domain.disks.some((disk) => layersOf(host, disk)[0] === source);
  refuseUnless(!written || !isUp(host.world), `Failed to get shared "write" lock on ${source}`);
  refuseUnless(!over || Boolean(files[dest]), `Could not open '${dest}'`);
  const layers = filesBelow(host, source);
  const held = layers.find((file) => host.held.includes(file));
  refuseUnless(held === undefined, `Failed to get shared "write" lock on ${held}`);
  const size = Math.max(1, bytesIn(host, layers));
  // What is written over keeps the backing file that its header names.
  const opened = over
    ? host
    : withNewImage(host, dest, { format: args['target-format'], size, made: true });
  return { ...opened, content: poured(opened.content, layers, dest) };
}

const createOptions = {
  quiet: needed('flag', '-q'),
  format: needed('text', '-f'),
  /** The backing file's name, as it is to stand in the header. */
  backing: needed('text', '-b'),
  'backing-format': needed('text', '-F'),
  dest: needed('operand'),
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
  refuseUnless(!host.world.files[file], `${file} exists already`);
  return withNewImage(host, file, { format, size: 1, made: true }, backing);
}
