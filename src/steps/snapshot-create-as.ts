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
      description: "The snapshot's name; it also ends the overlays' file names.",
    },
    description: { type: 'string', description: 'A text kept with the snapshot.' },
    'disk-only': {
      type: 'boolean',
      description: 'Snapshot the disks and not the memory: each disk goes on in an overlay.',
    },
    atomic: { type: 'boolean', description: 'All disks or none.' },
    quiesce: {
      type: 'boolean',
      description:
        "Have the guest agent freeze the guest's file systems for the moment of the snapshot. Needs `disk-only`.",
    },
    'no-metadata': {
      type: 'boolean',
      description: 'Leave no record of the snapshot in libvirt: only the chain shows it.',
    },
    'reuse-external': {
      type: 'boolean',
      description: 'Use overlay files that exist, made for the purpose.',
    },
    live: {
      type: 'boolean',
      description: 'Keep the guest running while its memory is saved. Needs `memspec`.',
    },
    validate: {
      type: 'boolean',
      description: 'Have libvirt check the snapshot XML against its schema.',
    },
    memspec: {
      type: 'object',
      additionalProperties: false,
      required: ['file'],
      description: 'Where the memory goes.',
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
            description: '`no` leaves the disk alone.',
          },
          driver: {
            type: 'string',
            enum: ['qcow2', 'qed'],
            description: "The overlay's format: qcow2 unless told.",
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
    'Let each disk of the running guest go on in an overlay, so that the file below is quiet and can be copied.',
  schema,
  unoffered: {
    halt: 'the rest of a plan needs the guest running, and a stopped guest is not brought back by a rollback',
    'print-xml': 'use `run --dry-run` to see what would be done',
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
          'an internal snapshot would be made: it stops the guest while its memory is written into the image',
          'add "disk-only: true" for overlays, or "memspec" for a file that takes the memory',
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
          ),
        );
      seen.add(spec.disk);
      findings.push(...checkPlainPath(['diskspec', index, 'file'], spec.file));
      if (spec.snapshot === 'no' && spec.file !== undefined) {
        findings.push(
          refuse(
            codes.invalidDiskspec,
            ['diskspec', index, 'file'],
            `${spec.disk} is left out of the snapshot, so it has no file`,
          ),
        );
      }
      if (spec.disk === EVERY_OTHER && spec.file !== undefined) {
        findings.push(
          refuse(
            codes.invalidDiskspec,
            ['diskspec', index, 'file'],
            'several disks cannot go on in one file',
            'list each disk by its name, or leave "file" out',
          ),
        );
      }
      if (params['reuse-external'] && spec.snapshot !== 'no' && spec.file === undefined) {
        findings.push(
          refuse(
            codes.invalidDiskspec,
            ['diskspec', index],
            `"reuse-external" needs to know the overlay of ${spec.disk}`,
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
      title: 'A quiet base for a backup',
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
      title: 'The memory too',
      params: { name: 'before-upgrade', live: true, memspec: { file: '/backup/testvm.mem' } },
    },
  ],
});

function requires(params: Params, state: HostState, needs: Needs): void {
  const down = checkRunning(state);
  if (!needs.requireUnlisted(guestUpText(state), { told: ['state'] }, down)) return;
  const taking = overlaysOf(params, state);
  needs.requireUnlisted(
    'a disk takes part in the snapshot',
    'domain',
    taking.length > 0
      ? []
      : [
          refuseStep(
            codes.diskNotEligible,
            [],
            `no disk of "${state.domain.name}" would take part in the snapshot`,
          ),
        ],
  );
  const listed = (params.diskspec ?? []).filter(
    ({ disk, snapshot }) => disk !== EVERY_OTHER && snapshot !== 'no',
  );
  for (const { disk } of listed)
    if (!taking.some(({ target }) => target === disk))
      requireDiskForJob(needs, state, disk, [...diskKeyOf(params, disk), 'disk']);
  for (const overlay of taking) requireSnapshotDisk(needs, params, state, overlay);
  requireNewSnapshot(needs, params, state);
  if (params.quiesce) requireFreezable(needs, state);
  for (const overlay of taking) requireOverlayFile(needs, params, state, overlay);
  requireDistinctFiles(needs, params, state, taking);
  const { memspec } = params;
  if (memspec)
    requireNewFile(needs, state, ['memspec', 'file'], memspec.file, state.domain.memory ?? 0);
  for (const { file } of taking)
    needs.require(`there is room for all that the guest writes while it is on ${file}`, 'run');
}
