import { join } from 'node:path';
import { codes } from '../codes.ts';
import { STORE_NAMES } from '../model/backup-store.ts';
import { chainsToMeasure, spaceOfBackup } from '../model/copy-space.ts';
import { activeFile, type Disk, diskOf, type HostState } from '../model/host-state.ts';
import { whyUnwritten } from '../model/left-out.ts';
import { NEW_BACKUP_NAME } from '../store/names.ts';
import { defineStep, type Infer, type ParamsSchema, type Phase } from './define.ts';
import { awaitBackup, beginBackup, copyIn } from './effects/backup.ts';
import { quiesced, THAW_AFTER_S, thawAgain, unfrozenText } from './effects/quiesce.ts';
import { timeoutOption } from './options.ts';
import { backupHasEnded, fileExists, fileIsAbsent, madeByRun } from './phases/expect.ts';
import { requireOwnStore } from './requirements/backup.ts';
import { requireDiskForJob } from './requirements/disk.ts';
import { checkRunning, guestUpText } from './requirements/guest.ts';
import { requireNewFile, requireNoFile, requireWritableByQemu } from './requirements/new-file.ts';
import { checkQuiesce, requireQuiesce } from './requirements/quiesce.ts';
import {
  checkPlainPath,
  type ParamPath,
  type Refusal,
  refuse,
  refuseStep,
} from './requirements/requirement.ts';
import { discardBackup } from './rollbacks/discard-backup.ts';
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
    backupxml: 'blockplan writes the XML from `disks`',
    checkpointxml: 'each backup is complete by itself: incremental backups are not supported yet',
    'reuse-external':
      'blockplan always creates the files itself, so that no other file is overwritten',
  },
  check: (params: Params) => [
    ...checkPlainPath('store', params.store),
    ...checkDisks(params.disks),
    ...checkQuiesce(params),
  ],
  requires(params: Params, state, needs) {
    const down = checkRunning(state);
    if (!needs.requireUnlisted(guestUpText(state), { told: ['state'] }, down)) return;
    const chosen = chosenTargets(params, state);
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
    requireNoFile(
      needs,
      state,
      'name',
      draftOf(params),
      'it is an incomplete backup: resume or roll back its run, or remove this folder',
    );
    const space = spaceOfBackup(state, chosenDisks(params, state));
    requireNewFile(needs, state, 'name', folderOf(params), space.least, space.most);
    requireWritableByQemu(needs, state, 'store', folderOf(params), true);
  },
  products(params: Params, state) {
    const disks = chosenDisks(params, state);
    const measured = disks.flatMap(({ chain }) => chainsToMeasure(state, chain));
    return [copyProduct(folderOf(params), spaceOfBackup(state, disks), measured)];
  },
  phases: (params: Params) => [copyPhase(params), digestPhase(params), publishPhase(params)],
  examples: [
    {
      title: 'All disks of a guest',
      params: { store: '/backup/testvm', name: 'before-upgrade' },
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

/** The folder of the complete backup. */
function folderOf({ store, name }: Params): string {
  return join(store, name);
}

/** The folder of the backup until it is complete. */
function draftOf(params: Params): string {
  return `${folderOf(params)}${STORE_NAMES.draftEnding}`;
}

function checkDisks(disks: readonly string[] = []): Refusal[] {
  return disks.flatMap((disk, at) =>
    disks.indexOf(disk) < at
      ? [
          refuse(
            codes.conflictingOptions,
            ['disks', at],
            `${disk} is listed twice`,
            'list each disk once',
          ),
        ]
      : [],
  );
}

/** Where a plan chooses the disk; for a disk that is copied by default, the name of the backup. */
function keyOf({ disks }: Params, target: string): ParamPath {
  return disks === undefined ? 'name' : ['disks', disks.indexOf(target)];
}

function chosenTargets({ disks }: Params, { domain }: HostState): readonly string[] {
  return (
    disks ??
    domain.disks.filter((disk) => whyUnwritten(disk) === undefined).map(({ target }) => target)
  );
}

function chosenDisks(params: Params, state: HostState): readonly Disk[] {
  return chosenTargets(params, state).flatMap((target) => diskOf(state, target) ?? []);
}

/** How the summary of the phase says what is frozen at that instant. */
const FROZEN_TEXT = {
  required: ', with frozen file systems,',
  preferred: ', with frozen file systems if the guest agent answers,',
  no: '',
} as const;

function copyPhase(params: Params): Phase {
  const draft = draftOf(params);
  return {
    name: 'copy',
    summary: `copy the disks as they are at one instant${FROZEN_TEXT[params.quiesce ?? 'no']} into ${draft}, while the guest runs`,
    rollback: `${params.quiesce === undefined || params.quiesce === 'no' ? '' : 'thaw the guest, '}cancel the backup and remove its folder`,
    effects(state) {
      const disks = chosenTargets(params, state);
      const others = state.domain.disks.filter(({ target }) => !disks.includes(target));
      return [
        {
          tool: 'draft-backup',
          ...{ draft, name: params.name },
          sources: Object.fromEntries(disks.map((disk) => [disk, activeFile(state, disk) ?? ''])),
          left: Object.fromEntries(
            others.map((disk) => [disk.target, whyUnwritten(disk) ?? 'the plan does not list it']),
          ),
          ...unfrozenText(params, state),
          why: 'create the folder of the backup',
        },
        ...quiesced(params, state, draft, beginBackup(state, draft, disks)),
        awaitBackup(draft, disks, 'complete', params.timeout),
      ];
    },
    expects: (before) => [
      ...chosenTargets(params, before).map((disk) => backupHasEnded(disk, copyIn(draft, disk))),
      fileExists(draft),
    ],
    undo: (before, now) => [
      ...thawAgain(now),
      ...discardBackup(before, now, draft, chosenTargets(params, before)),
    ],
  };
}

function digestPhase(params: Params): Phase {
  const draft = draftOf(params);
  return {
    name: 'digest',
    summary: 'compute checksums of each copy, so that later damage can be detected',
    rollback: 'nothing to undo: the checksums are removed with the folder',
    effects: (state) => [
      {
        tool: 'digest-backup',
        draft,
        disks: chosenTargets(params, state),
        why: 'write the checksums of the copies',
      },
    ],
    expects: () => [fileExists(draft)],
    undo: () => [],
  };
}

function publishPhase(params: Params): Phase {
  const [draft, to] = [draftOf(params), folderOf(params)];
  return {
    name: 'publish',
    summary: `complete the backup and rename its folder to ${to}`,
    rollback: 'remove the folder of the backup',
    effects: () => [{ tool: 'publish-backup', draft, to, why: 'complete the backup' }],
    expects: () => [fileExists(to), madeByRun(to), fileIsAbsent(draft)],
    undo: (before, now) => discardBackup(before, now, to, chosenTargets(params, before)),
    commits: {
      what: `the backup ${params.name} in ${params.store}`,
      removal: `remove its folder ${to}`,
    },
  };
}
