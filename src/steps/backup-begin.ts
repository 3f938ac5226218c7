import { codes } from '../codes.ts';
import { chainsToMeasure } from '../model/copy-space.ts';
import type { HostState } from '../model/host-state.ts';
import { NEW_BACKUP_NAME } from '../store/names.ts';
import { AUTO } from '../store/parent.ts';
import {
  backedUpDisks,
  backedUpTargets,
  basesFor,
  draftOf,
  folderOf,
  spaceOfBackedUp,
  trackedTargets,
} from './backed-up-disks.ts';
import { defineStep, type Infer, type ParamsSchema } from './define.ts';
import { THAW_AFTER_S } from './effects/quiesce.ts';
import { timeoutOption } from './options.ts';
import { copyPhase, digestPhase, publishPhase, retirePhase } from './phases/backup.ts';
import { requireOwnStore } from './requirements/backup.ts';
import { requireNewCheckpoint } from './requirements/checkpoint.ts';
import { requireDiskForJob } from './requirements/disk.ts';
import { checkRunning, guestUpText } from './requirements/guest.ts';
import { requireNewFile, requireNoFile, requireWritableByQemu } from './requirements/new-file.ts';
import { checkQuiesce, requireQuiesce } from './requirements/quiesce.ts';
import {
  checkListedOnce,
  checkNeeds,
  checkPlainPath,
  type Needs,
  type ParamPath,
  refuse,
  refuseStep,
} from './requirements/requirement.ts';
import { copyProduct } from './sizes.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['store', 'name'],
  properties: {
    store: {
      type: 'string',
      minLength: 1,
      description: 'Absolute path of the folder with the backups of this guest; it must exist.',
    },
    name: {
      type: 'string',
      pattern: NEW_BACKUP_NAME,
      description:
        'Name of the backup, and of its folder in the store; not `latest`. With `${run.date}-${run.time}` the plan can be run again.',
    },
    disks: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', minLength: 1 },
      description:
        'Target names of the disks to copy, as in `virsh domblklist` (default: every disk that the guest can write to).',
    },
    incremental: {
      type: 'string',
      pattern: NEW_BACKUP_NAME,
      description:
        'Copy only what was written since an earlier backup: `auto` for the newest that is fit, or the name of a checkpoint. Creates a checkpoint for the next increment (default: full copies, without a checkpoint).',
    },
    'without-parent': {
      type: 'string',
      enum: ['full', 'refuse'],
      description:
        'What to do with a disk of which no increment is possible: copy it in full, or refuse the plan (default: full). Requires `incremental`.',
    },
    'max-chain': {
      type: 'integer',
      minimum: 1,
      description:
        'Copy a disk in full if it would otherwise consist of more than this many images (default: no limit). Requires `incremental`.',
    },
    quiesce: {
      type: 'string',
      enum: ['required', 'preferred', 'no'],
      description:
        "Have the guest agent freeze the guest's file systems while the backup begins: `required` fails without it, `preferred` makes the backup all the same and notes why they were not frozen (default: `no`).",
    },
    'thaw-after': {
      type: 'integer',
      minimum: 4,
      maximum: 600,
      description: `With \`quiesce\`: thaw the file systems after this many seconds at the latest; the agent has half of it for the freeze (default: ${THAW_AFTER_S}).`,
    },
    timeout: timeoutOption('backup', 'takes more than'),
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const backupBeginStep = defineStep<typeof schema>({
  kind: 'backup-begin',
  summary:
    'Copy the disks of the running guest as they are at one instant into a new folder of a backup store, with checksums of each copy.',
  schema,
  unoffered: {
    backupxml: 'blockplan writes the XML from `disks` and `incremental`',
    checkpointxml:
      'with `incremental`, blockplan writes it: the checkpoint has the name of the backup',
    'reuse-external':
      'blockplan always creates the files itself, so that no other file is overwritten',
  },
  check: (params: Params) => [
    ...checkPlainPath('store', params.store),
    ...checkListedOnce('disks', params.disks),
    ...checkNeeds(params, 'without-parent', 'incremental'),
    ...checkNeeds(params, 'max-chain', 'incremental'),
    ...checkQuiesce(params),
  ],
  requires(params: Params, state, needs) {
    const down = checkRunning(state);
    if (!needs.requireUnlisted(guestUpText(state), { told: ['state'] }, down)) return;
    const chosen = backedUpTargets(params, state);
    needs.requireUnlisted(
      'the guest has a disk that can be copied',
      'domain',
      chosen.length > 0
        ? []
        : [refuseStep(codes.diskNotEligible, [], `"${state.domain.name}" has no disk to copy`)],
    );
    const leaveOut = 'leave the disk out: list the others in "disks"';
    for (const target of chosen)
      requireDiskForJob(needs, state, target, keyOf(params, target), leaveOut);
    requireQuiesce(needs, state, params);
    requireOwnStore(needs, state, params.store);
    requireBases(needs, state, params);
    requireNoFile(
      needs,
      state,
      'name',
      draftOf(params),
      'it is an incomplete backup: resume or roll back its run, or remove this folder',
    );
    const space = spaceOfBackedUp(params, state);
    requireNewFile(needs, state, 'name', folderOf(params), space.least, space.most);
    requireWritableByQemu(needs, state, 'store', folderOf(params), true);
  },
  products(params: Params, state) {
    const disks = backedUpDisks(params, state);
    const measured = disks.flatMap(({ chain }) => chainsToMeasure(state, chain));
    return [copyProduct(folderOf(params), spaceOfBackedUp(params, state), measured)];
  },
  phases: (params: Params) => [
    copyPhase(params),
    digestPhase(params),
    publishPhase(params),
    ...(params.incremental === undefined ? [] : [retirePhase(params)]),
  ],
  examples: [
    {
      title: 'All disks of a guest',
      params: { store: '/backup/testvm', name: 'before-upgrade' },
    },
    {
      title: 'Only what was written since the last backup',
      params: { store: '/backup/testvm', name: 'tuesday', incremental: AUTO, 'max-chain': 30 },
    },
    {
      title: 'One disk of several, for at most an hour',
      params: { store: '/backup/testvm', name: 'vda-only', disks: ['vda'], timeout: 3600 },
    },
    {
      title: 'Of file systems that were frozen for at most 20 seconds',
      params: {
        store: '/backup/testvm',
        name: 'consistent',
        quiesce: 'required',
        'thaw-after': 20,
      },
    },
  ],
});

/** Where a plan chooses the disk; for a disk that is copied by default, the name of the backup. */
function keyOf({ disks }: Params, target: string): ParamPath {
  return disks === undefined ? 'name' : ['disks', disks.indexOf(target)];
}

/** States how each disk is copied, so that a preview says what is full, and why. */
function requireBases(needs: Needs, state: HostState, params: Params): void {
  if (params.incremental === undefined) return;
  for (const [target, basis] of basesFor(params, state)) {
    const knowledge = { store: params.store };
    if (basis.mode === 'incremental') {
      needs.require(`${target} is copied as an increment of ${basis.parent}`, knowledge);
      continue;
    }
    const text = `${target} is copied in full: ${basis.reason}`;
    needs.require(
      text,
      knowledge,
      params['without-parent'] === 'refuse' && !basis.isExpected
        ? [
            refuse(
              codes.incrementImpossible,
              'without-parent',
              `no increment of ${target} is possible: ${basis.reason}`,
              'write "without-parent: full" to copy it in full',
            ),
          ]
        : [],
    );
  }
  if (trackedTargets(params, state).length > 0)
    requireNewCheckpoint(needs, state, params.name, 'name');
}
