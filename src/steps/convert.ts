import { codes } from '../codes.ts';
import { pickOptions } from '../commands/define.ts';
import { convert, convertTarget } from '../commands/qemu-img.ts';
import {
  type CopySpace,
  chainsToMeasure,
  copySource,
  guestSize,
  spaceOfCopy,
} from '../model/copy-space.ts';
import { fileAt, isSameFile } from '../model/file-identity.ts';
import type { HostState, Layer } from '../model/host-state.ts';
import { layersFrom, layersOfSource } from '../model/source-layers.ts';
import { checkOptions } from './convert-options.ts';
import { defineStep, type Infer, type ParamsSchema, type Phase } from './define.ts';
import { fileExists } from './phases/expect.ts';
import { requireGuestUp } from './requirements/guest.ts';
import { requireNewFile } from './requirements/new-file.ts';
import { checkAbsolute, checkPlainPath, type Refusal, refuse } from './requirements/requirement.ts';
import { checkModelled, requireNoWriter } from './requirements/source-image.ts';
import { removeMade } from './rollbacks/cancel.ts';
import { copyProduct, type Product, speedLimit } from './sizes.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['source', 'dest'],
  properties: {
    source: {
      type: 'string',
      minLength: 1,
      description: 'Absolute path of an image that nothing writes to.',
    },
    dest: {
      type: 'string',
      minLength: 1,
      description: 'Absolute path of the copy; it must not exist.',
    },
    'source-format': {
      type: 'string',
      enum: ['qcow2', 'raw', 'vmdk', 'vdi', 'vhdx', 'qed'],
      description: 'Format of the source (-f; default: its format in the chain).',
    },
    'target-format': {
      type: 'string',
      enum: ['qcow2', 'raw', 'vmdk', 'vdi', 'vhdx'],
      description: 'Format of the copy (-O; default: qcow2).',
    },
    compress: { type: 'boolean', description: 'Compress the copy (-c; qcow2 and vmdk).' },
    options: {
      type: 'string',
      minLength: 1,
      description: "Options of the copy's format (-o), such as `preallocation=metadata`.",
    },
    'sparse-size': {
      type: 'integer',
      minimum: 0,
      description:
        'Turn runs of at least this many zero bytes into holes (-S; default: 4096; 0: no holes, so that the copy takes the space of the whole disk).',
    },
    coroutines: {
      type: 'integer',
      minimum: 1,
      maximum: 16,
      description: 'Parallel reads and writes (-m; default: 8).',
    },
    'rate-limit': { type: 'integer', minimum: 1, description: 'Speed limit in bytes/s (-r).' },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const convertStep = defineStep<typeof schema>({
  kind: 'convert',
  summary:
    'Copy an image that nothing writes to, with its chain flattened, using `qemu-img convert`: sparse, with parallel writes.',
  schema,
  unoffered: {
    'out-of-order':
      'writes are always out of order (-W): this is faster, and the copy is complete only at the end anyway',
    'force-share':
      'an image that is written to cannot be copied consistently: take a snapshot first, and copy the file below the overlay',
    progress: 'progress is always shown',
  },
  check(params: Params) {
    const findings = [
      ...checkAbsolute('source', params.source),
      ...checkPlainPath('dest', params.dest),
    ];
    if (isSameFile({ files: {} }, params.source, params.dest)) findings.push(refuseSameFile());
    const target = targetFormat(params);
    if (params.compress && target !== 'qcow2' && target !== 'vmdk') {
      findings.push(
        refuse(
          codes.conflictingFormat,
          'compress',
          `a ${target} file cannot be compressed`,
          'choose target-format qcow2, or leave "compress" out',
        ),
      );
    }
    findings.push(...checkOptions(target, params.options, params.compress));
    return findings;
  },
  requires(params: Params, state, needs) {
    // A guest that is off could be started on the image during the copy, and its domain cannot carry a marker.
    if (!requireGuestUp(needs, state)) return;
    const { dest, source } = params;
    needs.require(`${source} exists, and its format is known`, { file: source }, [
      ...checkFormat(params, state),
      ...checkModelled(source, state),
    ]);
    requireNoWriter(needs, source, sourceFormat(params, state), state);
    needs.requireUnlisted(
      'source and dest are different files',
      'domain',
      isSameFile(state, source, dest) ? [refuseSameFile()] : [],
    );
    const space = copyOf(params, state);
    requireNewFile(needs, state, 'dest', dest, space.least, space.most);
  },
  products(params: Params, state) {
    const space = copyOf(params, state);
    const measured = chainsToMeasure(state, sourceLayers(params, state));
    return [
      {
        ...copyProduct(params.dest, space, measured),
        ...limitOfConvert(params, space.unknown ? undefined : space.copied),
      },
    ];
  },
  phases: (params: Params) => [convertPhase(params)],
  examples: [
    {
      title: 'The base below a backup overlay',
      params: { source: '/images/testvm.qcow2', dest: '/backup/testvm.qcow2' },
    },
    {
      title: 'A small copy instead of a fast one',
      params: {
        source: '/images/testvm.qcow2',
        dest: '/backup/testvm.qcow2',
        compress: true,
        coroutines: 4,
      },
    },
  ],
});

/** qemu-img skips areas without data, and so does not count them, unless it has to write them (seen with QEMU 7.2). */
function limitOfConvert(
  { 'rate-limit': rate }: Params,
  bytes: number | undefined,
): Pick<Product, 'limit'> {
  return rate === undefined ? {} : { limit: speedLimit(rate, bytes) };
}

function copyOf(params: Params, state: HostState): CopySpace {
  const layers = sourceLayers(params, state);
  const source = copySource(state, layers, 'below', guestSize(state, layers[0]));
  return spaceOfCopy(source, convertTarget({ ...params, 'target-format': targetFormat(params) }));
}

function sourceLayers(params: Params, state: HostState): readonly Layer[] {
  return layersOfSource(params.source, sourceFormat(params, state), state);
}

function targetFormat(params: Params): string {
  return params['target-format'] ?? 'qcow2';
}

function refuseSameFile(): Refusal {
  return refuse(
    codes.conflictingOptions,
    'dest',
    'source and dest are the same file',
    'choose another path for "dest"',
  );
}

function checkFormat(params: Params, state: HostState): Refusal[] {
  const { source } = params;
  if (!fileAt(state, source))
    return [
      refuse(
        codes.fileExistence,
        'source',
        `${source} does not exist`,
        'correct the path, or create the image first',
      ),
    ];
  return sourceFormat(params, state) !== undefined
    ? []
    : [
        refuse(
          codes.formatUnknown,
          'source-format',
          `${source} is in no backing chain of the guest, so its format is unknown; guessing it would let the author of a raw image choose which files are read`,
          'add "source-format" with the format of the image',
        ),
      ];
}

function sourceFormat(params: Params, state: HostState): string | undefined {
  return (
    params['source-format'] ??
    layersFrom(params.source, state)[0]?.format ??
    fileAt(state, params.source)?.format
  );
}

function convertPhase(params: Params): Phase {
  const target = targetFormat(params);
  return {
    name: 'convert',
    summary: `copy ${params.source} to ${params.dest}`,
    rollback: 'stop the copy and remove its file',
    effects(state) {
      const format = sourceFormat(params, state);
      return [
        {
          tool: 'qemu-img',
          verb: 'convert',
          args: {
            ...pickOptions(convert, params),
            source: params.source,
            dest: params.dest,
            progress: true,
            'out-of-order': true,
            coroutines: params.coroutines ?? 8,
            ...(format === undefined ? {} : { 'source-format': format }),
            'target-format': target,
          },
          bytes: copyOf(params, state).copied,
          why: 'copy the image',
        },
      ];
    },
    expects: () => [fileExists(params.dest)],
    undo: (before, now) => removeMade(before, now, params.dest, false),
  };
}
