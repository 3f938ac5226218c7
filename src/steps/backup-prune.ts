import { join } from 'node:path';
import { codes } from '../codes.ts';
import { type RetentionRule, STORE_NAMES } from '../model/backup-store.ts';
import { fileAt } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import { storeIn } from '../model/known-stores.ts';
import { BACKUP_NAME } from '../store/names.ts';
import { type RetainedBackup, retentionOf } from '../store/retention.ts';
import { defineStep, type Infer, NoRollback, type ParamsSchema, type Phase } from './define.ts';
import { fileExists, fileIsAbsent, madeByRun } from './phases/expect.ts';
import { requirePrunable } from './requirements/backup.ts';
import { requireDomain } from './requirements/guest.ts';
import { checkPlainPath, type Refusal, refuse } from './requirements/requirement.ts';

function count(of: string) {
  return { type: 'integer', minimum: 1, description: `Keep ${of}.` } as const;
}

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['store', 'keep'],
  properties: {
    store: {
      type: 'string',
      minLength: 1,
      description: 'Absolute path of the folder with the backups of this guest.',
    },
    keep: {
      type: 'object',
      additionalProperties: false,
      description:
        'Which backups to keep: each that at least one of these rules keeps, and those that it needs. The newest one is always kept, and so is the newest that was verified.',
      properties: {
        last: count('that many of the newest backups'),
        daily: count('the newest backup of each of the last so many days with backups, in UTC'),
        weekly: count('the newest backup of each of the last so many weeks with backups'),
        monthly: count('the newest backup of each of the last so many months with backups'),
        pins: {
          type: 'array',
          minItems: 1,
          items: { type: 'string', pattern: BACKUP_NAME },
          description: 'Names of backups to keep in any case.',
        },
      },
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const backupPruneStep = defineStep<typeof schema>({
  kind: 'backup-prune',
  summary:
    'Remove the backups that none of the rules keeps, except those that a kept backup needs.',
  schema,
  unoffered: {},
  check: ({ store, keep }: Params) => [...checkPlainPath('store', store), ...checkRule(keep)],
  requires({ store, keep }: Params, state, needs) {
    if (!requireDomain(needs, state)) return;
    requirePrunable(needs, state, store, keep.pins);
  },
  products: () => [],
  // They are gone at the end, and need no space worth showing; the phases look at them.
  reads: ({ store }: Params) => [markIn(store), nextMarkIn(store)],
  retention: retained,
  backup: (params: Params, state) => {
    const removed = retained(params, state).filter(({ kept }) => !kept);
    return storeIn(state, params.store) ? { removed: removed.map(({ name }) => name) } : undefined;
  },
  phases: (params: Params) => [markPhase(params), removePhase(params)],
  examples: [
    {
      title: 'Two weeks of daily backups, and some older ones',
      params: { store: '/backup/testvm', keep: { daily: 14, weekly: 8, monthly: 12 } },
    },
    {
      title: 'The newest three, and one in particular',
      params: { store: '/backup/testvm', keep: { last: 3, pins: ['before-upgrade'] } },
    },
  ],
});

/** The file that names what is being removed. */
function markIn(store: string): string {
  return join(store, STORE_NAMES.mark);
}

/** The same file before it has that name. */
function nextMarkIn(store: string): string {
  return `${markIn(store)}.new`;
}

/** A rule of pins alone would remove each new backup as soon as there is a newer one. */
function checkRule({ pins: _pins, ...counts }: RetentionRule): Refusal[] {
  return Object.keys(counts).length > 0
    ? []
    : [
        refuse(
          codes.optionNeedsAnother,
          'keep',
          '"keep" requires at least one of last, daily, weekly and monthly',
          'add one, such as `last: 7`',
        ),
      ];
}

function retained({ store, keep }: Params, state: HostState): readonly RetainedBackup[] {
  const known = storeIn(state, store);
  const { uuid, checkpoints } = state.domain;
  return known ? retentionOf(known, keep, uuid, checkpoints) : [];
}

/** The driver reads the store once more: a plan can add a backup to it before. */
function markPhase({ store, keep }: Params): Phase {
  const mark = markIn(store);
  return {
    name: 'mark',
    summary: `write down in ${mark} which backups are removed`,
    rollback: 'remove that file',
    effects: ({ domain: { checkpoints } }, { domain }) => [
      {
        ...({ tool: 'mark-prune', store, keep, checkpoints } as const),
        guest: domain.uuid,
        why: 'let an interrupted removal be finished',
      },
    ],
    expects: () => [fileExists(mark), madeByRun(mark)],
    undo: (before, now) => {
      const isMade = !fileAt(before, mark) && fileAt(now, mark)?.made;
      const isLeft = !fileAt(before, nextMarkIn(store)) && fileAt(now, nextMarkIn(store));
      return isMade || isLeft
        ? [{ tool: 'unmark-prune', store, why: 'keep the backups that it names' }]
        : [];
    },
    commits: {
      what: `the list of backups to remove from ${store}`,
      removal: 'run the plan again: it finishes the removal',
    },
  };
}

function removePhase({ store }: Params): Phase {
  const mark = markIn(store);
  return {
    name: 'remove',
    summary: 'remove these backups, each before those that it is based on',
    rollback: `nothing to undo: what is left of these backups is removed by the next prune`,
    effects: () => [
      { tool: 'remove-pruned', store, why: 'free the space that these backups take' },
    ],
    expects: () => [fileIsAbsent(mark)],
    pointOfNoReturn: () => 'removed backups cannot be restored',
    undo: (_before, now) => {
      if (fileAt(now, mark)) return [];
      throw new NoRollback('the removed backups cannot be restored');
    },
    commits: {
      what: `the pruned backup store ${store}`,
      removal: 'copy the removed backups back from a copy of the store',
    },
  };
}
