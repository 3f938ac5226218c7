import { codes } from '../codes.ts';
import type { HostState } from '../model/host-state.ts';
import { whyUnwritten } from '../model/left-out.ts';
import { storesBitmaps } from '../model/tracking.ts';
import { defineStep, type Infer, type ParamsSchema, type Phase } from './define.ts';
import { createCheckpoint } from './effects/checkpoint.ts';
import { checkpointIsRecorded } from './phases/expect.ts';
import { requireNewCheckpoint } from './requirements/checkpoint.ts';
import { requireDiskForJob } from './requirements/disk.ts';
import { checkRunning, guestUpText } from './requirements/guest.ts';
import {
  checkListedOnce,
  type Needs,
  type ParamPath,
  refuseStep,
} from './requirements/requirement.ts';
import { discardCheckpoint } from './rollbacks/discard-checkpoint.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      pattern: '^[^/.][^/]*$',
      description: 'Name of the checkpoint, and of its bitmap in each disk.',
    },
    description: { type: 'string', description: 'Description stored with the checkpoint.' },
    disks: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', minLength: 1 },
      description:
        'Target names of the disks to track (default: every qcow2 disk that the guest can write to).',
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const checkpointCreateStep = defineStep<typeof schema>({
  kind: 'checkpoint-create',
  summary:
    'Track what the running guest writes from now on, so that a later backup can copy only that.',
  schema,
  unoffered: {
    xmlfile: 'blockplan writes the XML from `name` and `disks`',
    redefine: 'a rollback restores the records that it needs by itself',
    'redefine-validate': 'see `redefine`',
    quiesce: 'a checkpoint alone copies nothing that could be consistent',
  },
  check: ({ disks }: Params) => checkListedOnce('disks', disks),
  requires(params: Params, state, needs) {
    const down = checkRunning(state);
    if (!needs.requireUnlisted(guestUpText(state), { told: ['state'] }, down)) return;
    const chosen = chosenTargets(params, state);
    needs.requireUnlisted(
      'the guest has a disk that can be tracked',
      'domain',
      chosen.length > 0
        ? []
        : [
            refuseStep(
              codes.diskNotEligible,
              [],
              `"${state.domain.name}" has no qcow2 disk that it writes to: bitmaps are stored in qcow2 images only`,
            ),
          ],
    );
    for (const target of chosen) requireTrackable(needs, state, target, keyOf(params, target));
    requireNewCheckpoint(needs, state, params.name, 'name');
  },
  products: () => [],
  phases: (params: Params) => [createPhase(params)],
  examples: [
    { title: 'All qcow2 disks', params: { name: 'monday' } },
    { title: 'One disk', params: { name: 'monday', disks: ['vda'] } },
  ],
});

function requireTrackable(needs: Needs, state: HostState, target: string, key: ParamPath): void {
  const leaveOut = 'leave the disk out: list the others in "disks"';
  const disk = requireDiskForJob(needs, state, target, key, leaveOut);
  if (!disk) return;
  needs.require(
    `${target} is a qcow2 image`,
    'domain',
    storesBitmaps(disk)
      ? []
      : [
          refuseStep(
            codes.diskNotEligible,
            key,
            `${target} is on a ${disk.chain[0]?.format} image, which cannot store the bitmap of a checkpoint`,
            leaveOut,
          ),
        ],
  );
}

/** Where a plan chooses the disk; for a disk that is tracked by default, the name of the checkpoint. */
function keyOf({ disks }: Params, target: string): ParamPath {
  return disks === undefined ? 'name' : ['disks', disks.indexOf(target)];
}

function chosenTargets({ disks }: Params, { domain }: HostState): readonly string[] {
  const able = domain.disks.filter(
    (disk) => whyUnwritten(disk) === undefined && storesBitmaps(disk),
  );
  return disks ?? able.map(({ target }) => target);
}

function createPhase(params: Params): Phase {
  const { name, description } = params;
  return {
    name: 'create',
    summary: 'track what is written to the disks from now on',
    rollback: 'delete the checkpoint with its bitmaps',
    effects: (state) => [createCheckpoint(state, name, chosenTargets(params, state), description)],
    expects: () => [checkpointIsRecorded(name)],
    undo: (before, now) => discardCheckpoint(before, now, name, chosenTargets(params, before)),
  };
}
