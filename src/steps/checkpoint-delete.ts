import type { HostState } from '../model/host-state.ts';
import { defineStep, type Infer, NoRollback, type ParamsSchema, type Phase } from './define.ts';
import { deleteCheckpoint } from './effects/checkpoint.ts';
import { checkpointIsGone } from './phases/expect.ts';
import { requireBitmaps, requireCheckpoint } from './requirements/checkpoint.ts';
import { requireDomain, requireGuestUp } from './requirements/guest.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['checkpointname'],
  properties: {
    checkpointname: {
      type: 'string',
      minLength: 1,
      pattern: '^[^/.][^/]*$',
      description: 'Name of the checkpoint, as in `virsh checkpoint-list`.',
    },
    metadata: {
      type: 'boolean',
      description:
        "Remove libvirt's record only, which also works if a bitmap is missing or the guest is off. Bitmaps stay in the images.",
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const checkpointDeleteStep = defineStep<typeof schema>({
  kind: 'checkpoint-delete',
  summary: 'Delete a checkpoint with its bitmaps; other checkpoints are not affected.',
  summaryOf: ({ metadata }) =>
    metadata
      ? "Remove libvirt's record of a checkpoint; its bitmaps stay in the images."
      : 'Delete a checkpoint with its bitmaps; other checkpoints are not affected.',
  schema,
  unoffered: {
    children: 'a step deletes one checkpoint: write a step for each',
    'children-only': 'a step deletes one checkpoint: write a step for each',
  },
  check: () => [],
  requires({ checkpointname: name, metadata }: Params, state, needs) {
    const isThere = metadata ? requireDomain(needs, state) : requireGuestUp(needs, state);
    if (!isThere || !requireCheckpoint(needs, state, name, 'checkpointname')) return;
    if (!metadata) requireBitmaps(needs, state, name, 'checkpointname');
  },
  products: () => [],
  phases: (params: Params) => [deletePhase(params)],
  examples: [
    { title: 'A checkpoint that no backup needs', params: { checkpointname: 'monday' } },
    {
      title: 'A checkpoint whose bitmap is missing',
      params: { checkpointname: 'monday', metadata: true },
    },
  ],
});

function deletePhase({ checkpointname: name, metadata = false }: Params): Phase {
  const gone = `the checkpoint ${name} is deleted, and cannot be created for that instant again`;
  return {
    name: 'delete',
    summary: metadata ? "remove libvirt's record of the checkpoint" : 'delete the checkpoint',
    rollback: 'nothing to undo while the checkpoint exists',
    effects: (state: HostState) => [
      deleteCheckpoint(state, name, metadata, 'stop tracking changes since then'),
    ],
    expects: () => [checkpointIsGone(name)],
    pointOfNoReturn: () => gone,
    undo(_before, now) {
      if (now.domain.checkpoints.includes(name)) return [];
      throw new NoRollback(gone);
    },
  };
}
