import { BACKUP_NAME, LATEST } from '../store/names.ts';
import { defineStep, type Infer, type ParamsSchema, type Phase } from './define.ts';
import { requireBackup, requireBackups } from './requirements/backup.ts';
import { requireDomain } from './requirements/guest.ts';
import { checkPlainPath } from './requirements/requirement.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['store'],
  properties: {
    store: {
      type: 'string',
      minLength: 1,
      description: 'Absolute path of the folder with the backups of this guest.',
    },
    backup: {
      type: 'string',
      pattern: BACKUP_NAME,
      description: `Name of the backup, as in \`blockplan backups\`, or \`${LATEST}\` for the newest (default: every backup in the store).`,
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const backupVerifyStep = defineStep<typeof schema>({
  kind: 'backup-verify',
  summary:
    'Read the disks of backups through all their images, compare them with the checksums, and check the images with `qemu-img check`.',
  schema,
  unoffered: {},
  check: ({ store }: Params) => checkPlainPath('store', store),
  requires({ store, backup }: Params, state, needs) {
    if (!requireDomain(needs, state)) return;
    if (backup === undefined) requireBackups(needs, state, store);
    else requireBackup(needs, state, store, backup);
  },
  products: () => [],
  phases: (params: Params) => [verifyPhase(params)],
  examples: [
    { title: 'The newest backup', params: { store: '/backup/testvm', backup: LATEST } },
    { title: 'All backups in the store', params: { store: '/backup/testvm' } },
  ],
});

/** The driver reads the store: a plan can add a backup to it before. */
function verifyPhase({ store, backup }: Params): Phase {
  return {
    name: 'verify',
    summary: 'compare the disks with their checksums, check the images, and record the result',
    rollback: 'nothing to undo: only the result is written, to verified.json in each backup',
    effects: (_before, { domain }) => [
      {
        tool: 'verify-backups',
        store,
        ...(backup === undefined ? {} : { backup }),
        guest: domain.uuid,
        why: 'make sure that the data can be restored',
      },
    ],
    // A difference fails the effect: nothing of it shows in the state of the guest.
    expects: () => [],
    undo: () => [],
  };
}
