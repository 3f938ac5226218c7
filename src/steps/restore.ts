import { dirname } from 'node:path';
import { codes } from '../codes.ts';
import { virshCommand } from '../command.ts';
import { disksUsing, isInside, isSameFile } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import { BACKUP_NAME, LATEST } from '../store/names.ts';
import { defineStep, type Infer, type ParamsSchema } from './define.ts';
import { replaceDisksPhase, stageDisksPhase } from './phases/restore.ts';
import { requireBackup } from './requirements/backup.ts';
import { requireGuestOff } from './requirements/guest.ts';
import { requireNewFile } from './requirements/new-file.ts';
import { requireReplaceableDisks } from './requirements/replaced-disks.ts';
import {
  checkListedOnce,
  checkPlainPath,
  type Needs,
  type Refusal,
  refuse,
} from './requirements/requirement.ts';
import {
  type RestoredDisk,
  restoredContent,
  restoredDisks,
  spaceOfRestored,
} from './restored-disks.ts';
import { copyProduct } from './sizes.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['store', 'backup', 'dest'],
  properties: {
    store: {
      type: 'string',
      minLength: 1,
      description: 'Absolute path of the folder with the backups of this guest.',
    },
    backup: {
      type: 'string',
      pattern: BACKUP_NAME,
      description: `Name of the backup, as in \`blockplan backups\`, or \`${LATEST}\` for the newest.`,
    },
    disks: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', minLength: 1 },
      description: 'Target names of the disks to restore (default: every disk of the backup).',
    },
    dest: {
      type: 'string',
      minLength: 1,
      description:
        'Absolute path of the folder for the restored files, outside the store; it must exist. A file is called `GUEST-BACKUP-DISK.qcow2`.',
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const restoreStep = defineStep<typeof schema>({
  kind: 'restore',
  summary:
    'Restore disks from a backup into new files while the guest is off, and have its definition use them; the former files stay.',
  schema,
  unoffered: {},
  check: ({ store, dest, disks }: Params) => [
    ...checkPlainPath('store', store),
    ...checkPlainPath('dest', dest),
    ...checkOutside(store, dest),
    ...checkListedOnce('disks', disks),
  ],
  requires(params: Params, state, needs) {
    if (!requireGuestOff(needs, state)) return;
    requireNoSavedMemory(needs, state);
    const backup = requireBackup(needs, state, params.store, params.backup);
    if (!backup) return;
    needs.require(
      'the restored files are outside the store',
      { file: params.dest },
      leadsInside(params, state) ? [refuseInside(params.store)] : [],
    );
    requireReplaceableDisks(needs, state, params, backup);
    warnOfCheckpoints(needs, state);
    for (const disk of restoredDisks(params, state)) {
      const { least, most } = spaceOfRestored(state, disk);
      requireNewFile(needs, state, 'dest', disk.file, least, most);
      needs.require(
        `${disk.file} belongs to no disk of the guest`,
        'domain',
        checkUnnamed(state, disk),
      );
    }
  },
  products: (params: Params, state) =>
    restoredDisks(params, state).map((disk) =>
      copyProduct(disk.file, spaceOfRestored(state, disk), []),
    ),
  reads: (params: Params, state) => restoredDisks(params, state).flatMap(({ layers }) => layers),
  backup: restoredContent,
  phases: (params: Params) => [stageDisksPhase(params), replaceDisksPhase(params)],
  examples: [
    {
      title: 'All disks of the newest backup',
      params: { store: '/backup/testvm', backup: LATEST, dest: '/images' },
    },
    {
      title: 'One disk of an older backup',
      params: {
        ...{ store: '/backup/testvm', backup: 'before-upgrade', disks: ['vda'], dest: '/images' },
      },
    },
  ],
});

function checkOutside(store: string, dest: string): Refusal[] {
  return isInside(store, dest) ? [refuseInside(store)] : [];
}

/** Whether a link leads from the folder into the store, under whatever name. */
function leadsInside(params: Params, state: HostState): boolean {
  const { store, dest } = params;
  const realOf = (folder: string) => state.folders[folder]?.real ?? folder;
  const backups = restoredDisks(params, state).flatMap(({ layers }) =>
    layers.map((file) => dirname(file)),
  );
  const stores = [store, ...backups.map((backup) => dirname(realOf(backup)))];
  return isSameFile(state, dest, store) || stores.some((folder) => isInside(folder, realOf(dest)));
}

function refuseInside(store: string): Refusal {
  return refuse(
    codes.conflictingOptions,
    'dest',
    `"dest" is in the backup store ${store}, where only backups belong`,
    'choose a folder for images of guests',
  );
}

/** The rollback could not tell a definition that has always named the file from the one that the restore makes. */
function checkUnnamed(state: HostState, { file }: RestoredDisk): Refusal[] {
  const [user] = disksUsing(state, file);
  return user
    ? [
        refuse(
          codes.fileExistence,
          'dest',
          `${file} belongs to the guest's own disk ${user.target}`,
          'choose another folder',
        ),
      ]
    : [];
}

function requireNoSavedMemory(needs: Needs, { domain, host }: HostState): void {
  const { name, managedSave } = domain;
  needs.require(
    'the domain has no managed save image',
    { told: ['managed-save'] },
    managedSave
      ? [
          refuse(
            codes.managedSaveExists,
            [],
            `"${name}" has a managed save image: its memory does not fit the restored disks`,
            `start and shut down the guest, or give up that memory: ${virshCommand(host, 'managedsave-remove', name)}`,
          ),
        ]
      : [],
  );
}

/**
 * Checkpoints stay: their bitmaps are in the former files, so a rollback finds both as they were. The next backup cannot use
 * them for the restored disks.
 */
function warnOfCheckpoints(needs: Needs, { domain }: HostState): void {
  const { name, checkpoints } = domain;
  if (checkpoints.length === 0) return;
  needs.requireUnlisted('the next backup can be an increment', 'domain', [
    {
      ...refuse(
        codes.checkpointsLeft,
        [],
        `"${name}" has checkpoints (${checkpoints.join(', ')}) whose bitmaps stay in the former files: the next backup of a restored disk is full`,
        'make a backup soon after the next start; with "incremental: auto" it deletes the checkpoints that are no longer needed',
      ),
      severity: 'warning',
    },
  ]);
}
