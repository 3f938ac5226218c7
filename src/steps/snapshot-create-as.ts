import { codes } from '../codes.ts';
import type { HostState } from '../model/host-state.ts';
import { defineStep, type Infer, type ParamsSchema } from './define.ts';
import { EVERY_OTHER, overlaysOf } from './overlay.ts';
import { snapshotPhase } from './phases/snapshot.ts';
import { requireDiskForJob } from './requirements/disk.ts';
import { checkRunning, guestUpText } from './requirements/guest.ts';
import { requireNewFile } from './requirements/new-file.ts';
import {
  diskKeyOf,
  leaveOutOf,
  OVERLAY_ROOM,
  requireDistinctFiles,
  requireFreezable,
  requireNewSnapshot,
  requireOverlayFile,
  requireSnapshotDisk,
} from './requirements/overlays.ts';
import {
  checkExclusive,
  checkNeeds,
  checkPlainPath,
  type Needs,
  refuse,
  refuseStep,
} from './requirements/requirement.ts';
import { withoutRoom } from './sizes.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      pattern: '^[^/.][^/]*$',
      description: 'Name of the snapshot; also the suffix of the overlay file names.',
    },
    description: { type: 'string', description: 'Description stored with the snapshot.' },
    'disk-only': {
      type: 'boolean',
      description: 'Snapshot the disks without the memory: each disk continues in an overlay.',
    },
    atomic: { type: 'boolean', description: 'All disks or none.' },
    quiesce: {
      type: 'boolean',
      description:
        "Have the guest agent freeze the guest's file systems during the snapshot. Requires `disk-only`.",
    },
    'no-metadata': {
      type: 'boolean',
      description: 'Do not record the snapshot in libvirt; only the chain shows it.',
    },
    'reuse-external': {
      type: 'boolean',
      description: 'Use existing overlay files that were created for the purpose.',
    },
    live: {
      type: 'boolean',
      description: 'Keep the guest running while its memory is saved. Requires `memspec`.',
    },
    validate: {
      type: 'boolean',
      description: 'Have libvirt check the snapshot XML against its schema.',
    },
    memspec: {
      type: 'object',
      additionalProperties: false,
      required: ['file'],
      description: 'Where to save the memory.',
      properties: { file: { type: 'string', minLength: 1, description: 'Absolute path.' } },
    },
    diskspec: {
      type: 'array',
      minItems: 1,
      description:
        'What to do with each disk; as with virsh, a disk that is not listed gets an overlay beside its active file.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['disk'],
        properties: {
          disk: {
            type: 'string',
            minLength: 1,
            description: 'Target name; `*` for every disk that is not listed by its name.',
          },
          snapshot: {
            type: 'string',
            enum: ['external', 'no'],
            description: '`no` excludes the disk.',
          },
          driver: {
            type: 'string',
            enum: ['qcow2', 'qed'],
            description: 'Format of the overlay (default: qcow2).',
          },
          file: { type: 'string', minLength: 1, description: 'Absolute path of the overlay.' },
        },
      },
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const snapshotCreateAsStep = defineStep<typeof schema>({
  kind: 'snapshot-create-as',
  summary:
    'Switch each disk of the running guest to an overlay, so that the file below no longer changes and can be copied.',
  schema,
  unoffered: {
    halt: 'the rest of a plan needs a running guest, and a rollback does not start a stopped guest',
    'print-xml': 'use `run --dry-run` for a preview',
  },
  check(params: Params) {
    const findings = [
      ...checkNeeds(params, 'quiesce', 'disk-only'),
      ...checkNeeds(params, 'live', 'memspec'),
      ...checkExclusive(params, 'disk-only', 'memspec'),
      ...checkPlainPath(['memspec', 'file'], params.memspec?.file),
    ];
    if (!params['disk-only'] && !params.memspec) {
      findings.push(
        refuse(
          codes.internalSnapshot,
          [],
          'this would create an internal snapshot, which pauses the guest while its memory is written to the image',
          'add "disk-only: true" for overlays, or "memspec" to save the memory to a file',
        ),
      );
    }
    const seen = new Set<string>();
    params.diskspec?.forEach((spec, index) => {
      if (seen.has(spec.disk))
        findings.push(
          refuse(
            codes.invalidDiskspec,
            ['diskspec', index, 'disk'],
            `${spec.disk} is listed twice`,
            'list each disk once',
          ),
        );
      seen.add(spec.disk);
      findings.push(...checkPlainPath(['diskspec', index, 'file'], spec.file));
      if (spec.snapshot === 'no' && spec.file !== undefined) {
        findings.push(
          refuse(
            codes.invalidDiskspec,
            ['diskspec', index, 'file'],
            `${spec.disk} is left out of the snapshot, so it cannot have a file`,
            'remove "file" or "snapshot: no"',
          ),
        );
      }
      if (spec.disk === EVERY_OTHER && spec.file !== undefined) {
        findings.push(
          refuse(
            codes.invalidDiskspec,
            ['diskspec', index, 'file'],
            'several disks cannot share one overlay file',
            'list each disk by its name, or leave "file" out',
          ),
        );
      }
      if (params['reuse-external'] && spec.snapshot !== 'no' && spec.file === undefined) {
        findings.push(
          refuse(
            codes.invalidDiskspec,
            ['diskspec', index],
            `"reuse-external" requires the overlay file of ${spec.disk}`,
            'add "file"',
          ),
        );
      }
    });
    return findings;
  },
  requires,
  products: (params: Params, state) => [
    ...overlaysOf(params, state).map(({ file }) => ({ file, copied: 0, room: OVERLAY_ROOM })),
    ...(params.memspec ? [withoutRoom(params.memspec.file)] : []),
  ],
  phases: (params: Params) => [snapshotPhase(params)],
  examples: [
    {
      title: 'A base for a backup',
      params: {
        name: 'backup',
        'disk-only': true,
        atomic: true,
        quiesce: true,
        'no-metadata': true,
      },
    },
    {
      title: 'One disk of several, with the overlay elsewhere',
      params: {
        name: 'nightly',
        'disk-only': true,
        atomic: true,
        diskspec: [
          { disk: 'vda', file: '/fast/vda.nightly' },
          { disk: 'vdb', snapshot: 'no' },
        ],
      },
    },
    {
      title: 'With the memory',
      params: { name: 'before-upgrade', live: true, memspec: { file: '/backup/testvm.mem' } },
    },
  ],
});

function requires(params: Params, state: HostState, needs: Needs): void {
  const down = checkRunning(state);
  if (!needs.requireUnlisted(guestUpText(state), { told: ['state'] }, down)) return;
  const taking = overlaysOf(params, state);
  needs.requireUnlisted(
    'at least one disk takes part in the snapshot',
    'domain',
    taking.length > 0
      ? []
      : [
          refuseStep(
            codes.diskNotEligible,
            [],
            `no disk of "${state.domain.name}" would take part in the snapshot`,
            'list a disk in "diskspec": { disk: TARGET, snapshot: external }',
          ),
        ],
  );
  const listed = (params.diskspec ?? []).filter(
    ({ disk, snapshot }) => disk !== EVERY_OTHER && snapshot !== 'no',
  );
  for (const { disk } of listed)
    if (!taking.some(({ target }) => target === disk))
      requireDiskForJob(
        needs,
        state,
        disk,
        [...diskKeyOf(params, disk), 'disk'],
        leaveOutOf(params, disk),
      );
  for (const overlay of taking) requireSnapshotDisk(needs, params, state, overlay);
  requireNewSnapshot(needs, params, state);
  if (params.quiesce) requireFreezable(needs, state);
  for (const overlay of taking) requireOverlayFile(needs, params, state, overlay);
  requireDistinctFiles(needs, params, state, taking);
  const { memspec } = params;
  if (memspec)
    requireNewFile(needs, state, ['memspec', 'file'], memspec.file, state.domain.memory ?? 0);
  for (const { file } of taking)
    needs.require(`${file} has room for everything that the guest writes to it`, 'run');
}
