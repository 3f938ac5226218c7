import { codes } from '../codes.ts';
import { layersOfCopy, spaceOfBlockcopy } from '../commands/blockcopy.ts';
import { chainsToMeasure } from '../model/copy-space.ts';
import { diskOf } from '../model/host-state.ts';
import { temporaryOverlays, usesExisting } from './copy.ts';
import { defineStep, type Infer, type ParamsSchema } from './define.ts';
import { BANDWIDTH, DISK, timeoutOption, WAITED_FOR } from './options.ts';
import { mirrorPhase, pivotToCopy } from './phases/copy.ts';
import { fileExists } from './phases/expect.ts';
import { finishPhase } from './phases/finish.ts';
import {
  requireBackingChain,
  requireCopyDestination,
  requireRollbackRoom,
} from './requirements/copy-destination.ts';
import { requireDefinitionFollows } from './requirements/definition.ts';
import { requireDiskForJob } from './requirements/disk.ts';
import { requireLibvirtSince } from './requirements/guest.ts';
import { checkExclusive, checkNeeds, checkPlainPath, refuse } from './requirements/requirement.ts';
import { copyProduct, limitOf, withoutRoom } from './sizes.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['disk', 'dest'],
  properties: {
    disk: DISK,
    dest: { type: 'string', minLength: 1, description: 'Absolute path of the copy.' },
    format: {
      type: 'string',
      enum: ['qcow2', 'raw'],
      description: 'Format of the copy (default: the format of the source).',
    },
    shallow: {
      type: 'boolean',
      description:
        'Copy the active layer only; the layers below stay where they are, and the copy uses them.',
    },
    'reuse-external': {
      type: 'boolean',
      description:
        'Copy into an existing file that was created for the purpose; its content is overwritten. Requires `format`.',
    },
    blockdev: { type: 'boolean', description: '`dest` is a block device, not a file.' },
    ...BANDWIDTH,
    granularity: {
      type: 'integer',
      minimum: 512,
      maximum: 67108864,
      description: 'Granularity of the copy in bytes, a power of two.',
    },
    'buf-size': {
      type: 'integer',
      minimum: 0,
      description: 'Maximum amount of data in flight between source and copy, in bytes.',
    },
    timeout: timeoutOption('copy', 'is not ready after'),
    pivot: {
      type: 'boolean',
      description: 'Switch the guest to the copy once both are equal: a migration.',
    },
    finish: {
      type: 'boolean',
      description: 'Keep the guest on the source once both are equal: a live backup.',
    },
    'transient-job': {
      type: 'boolean',
      description:
        'Accept that the copy is lost if the guest stops before the copy ends. libvirt requires this for a persistent domain, so blockplan always sets it in that case; the domain stays persistent.',
    },
    'synchronous-writes': {
      type: 'boolean',
      description: 'Complete a write of the guest only after both sides have it (libvirt 8.0).',
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const blockcopyStep = defineStep<typeof schema>({
  kind: 'blockcopy',
  summary:
    'Mirror a running disk to another place; then switch to the copy (pivot: a migration) or stay on the source (finish: a live backup).',
  summaryOf: ({ pivot }: Params) =>
    pivot
      ? 'Mirror a running disk to another place, then switch the guest to the copy.'
      : 'Mirror a running disk to another place, and keep the guest on the source: the copy is a backup.',
  schema,
  unoffered: {
    path: 'blockplan calls the disk `disk`, in every step',
    xml: 'only a file or a block device can be measured and proven unused before it is written to',
    ...WAITED_FOR,
    'print-xml': 'use `run --dry-run` for a preview',
  },
  check(params: Params) {
    const findings = [
      ...checkPlainPath('dest', params.dest),
      ...checkExclusive(params, 'pivot', 'finish'),
      ...checkNeeds(params, 'bytes', 'bandwidth'),
      ...checkNeeds(params, 'reuse-external', 'format'),
    ];
    if (!params.pivot && !params.finish) {
      findings.push(
        refuse(
          codes.jobIncomplete,
          [],
          'a copy requires "pivot" or "finish"',
          'write "pivot: true" to move the guest to the copy, or "finish: true" to keep the copy as a backup',
        ),
      );
    }
    if (params.shallow && params.format === 'raw') {
      findings.push(
        refuse(
          codes.conflictingFormat,
          'format',
          'a shallow copy shares the backing chain, and a raw file cannot have one',
          'choose format qcow2, or leave "shallow" out',
        ),
      );
    }
    const { granularity } = params;
    if (granularity !== undefined && !Number.isInteger(Math.log2(granularity))) {
      findings.push(
        refuse(
          codes.invalidGranularity,
          'granularity',
          `${granularity} is not a power of two`,
          'write a power of two, such as 65536',
        ),
      );
    }
    return findings;
  },
  requires(params: Params, state, needs) {
    const disk = requireDiskForJob(needs, state, params.disk);
    if (!disk) return;
    // libvirt's news for v8.0.0: "Synchronous write mode for disk copy operations".
    requireLibvirtSince(needs, state, params, 'synchronous-writes', '8.0.0');
    requireCopyDestination(needs, params, state, disk);
    requireRollbackRoom(needs, params, state, disk);
    if (params.shallow) requireBackingChain(needs, params, disk);
    if (params.pivot) requireDefinitionFollows(needs, state, disk, 'copy it with "finish: true"');
  },
  products(params: Params, state) {
    const disk = diskOf(state, params.disk);
    if (!disk) return [withoutRoom(params.dest)];
    const measured = chainsToMeasure(state, layersOfCopy(params, disk));
    const product = copyProduct(params.dest, spaceOfBlockcopy(params, state, disk), measured);
    return [
      {
        ...(params.blockdev ? { ...product, room: 0 } : product),
        ...limitOf(params, disk),
      },
      ...temporaryOverlays(params, disk).map(withoutRoom),
    ];
  },
  phases: (params: Params) => [
    mirrorPhase(params),
    params.pivot ? pivotToCopy(params) : finish(params),
  ],
  examples: [
    {
      title: 'Move a disk, sharing its backing chain',
      params: { disk: 'vda', dest: '/export/fast/copy.qcow2', shallow: true, pivot: true },
    },
    {
      title: 'A live backup in one flat file',
      params: { disk: 'vda', dest: '/backup/vda.qcow2', finish: true },
    },
    {
      title: 'With a speed limit',
      params: {
        disk: 'vda',
        dest: '/export/fast/copy.qcow2',
        pivot: true,
        bandwidth: 50,
        timeout: 7200,
      },
    },
  ],
});

/** The copy belongs to the mirror phase: its rollback cancels the job, if it still runs, and removes the file. */
function finish(params: Params) {
  const { disk, dest } = params;
  return finishPhase({
    disk,
    job: 'copy',
    into: () => dest,
    summary: `end the copy: ${dest} keeps the data of that moment, and the guest stays on the source`,
    rollback: usesExisting(params) ? `nothing to do: the copy stays in ${dest}` : 'remove the copy',
    alsoExpects: [fileExists(dest)],
  });
}
