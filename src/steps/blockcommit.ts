import { codes } from '../codes.ts';
import { filesOfLayer } from '../model/file-identity.ts';
import { diskOf, type HostState } from '../model/host-state.ts';
import { checkLayerName, findRange } from './chain-range.ts';
import { commitRange } from './commit-range.ts';
import { defineStep, type Infer, type ParamsSchema } from './define.ts';
import { BANDWIDTH, DISK, timeoutOption, WAITED_FOR } from './options.ts';
import { activePhase, type Commit, commitPhase, keepPhase, pivotPhase } from './phases/commit.ts';
import { deletePhase, quarantinePhase } from './phases/files.ts';
import { checkPaired } from './requirements/definition.ts';
import {
  requireMergeable,
  requireRelativeNames,
  requireStartAfterMerge,
} from './requirements/merged-layers.ts';
import { requireReopenable } from './requirements/new-file.ts';
import { quarantinePath, requireMovable, requireRemovable } from './requirements/removal.ts';
import {
  checkExclusive,
  checkNeeds,
  checkPlainPath,
  type Needs,
  refuse,
} from './requirements/requirement.ts';
import { requireSyncable } from './requirements/synced-file.ts';
import {
  requireNoStrayOverlay,
  requireUnshared,
  requireUnsharedByOwnDisks,
} from './requirements/unshared.ts';
import { limitOf, mergedInto, withoutRoom } from './sizes.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['disk'],
  properties: {
    disk: DISK,
    base: {
      type: 'string',
      minLength: 1,
      description:
        'The layer that receives the data: its path, or its position in the chain, such as `vda[2]`.',
    },
    shallow: { type: 'boolean', description: 'Commit into the layer directly below `top`.' },
    top: {
      type: 'string',
      minLength: 1,
      description:
        'The topmost layer to commit: its path or position; with `active`, the active layer.',
    },
    active: {
      type: 'boolean',
      description: 'Commit the active layer; requires `pivot` or `keep-overlay`.',
    },
    pivot: {
      type: 'boolean',
      description: 'Switch the guest to the base at the end; implies `active`.',
    },
    'keep-overlay': {
      type: 'boolean',
      description:
        'Keep the guest on the active layer once the base holds the same data; implies `active`.',
    },
    delete: {
      type: 'boolean',
      description: 'Remove the committed files once they are proven unused.',
    },
    quarantine: {
      type: 'string',
      minLength: 1,
      description:
        'Move the committed files to this folder, on the same file system, instead of removing them.',
    },
    'keep-relative': { type: 'boolean', description: 'Keep relative backing file names relative.' },
    ...BANDWIDTH,
    timeout: timeoutOption('commit', 'takes more than'),
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const blockcommitStep = defineStep<typeof schema>({
  kind: 'blockcommit',
  summary: 'Merge layers of a running disk into a layer below them, to shorten the backing chain.',
  schema,
  unoffered: { path: 'blockplan calls the disk `disk`, in every step', ...WAITED_FOR },
  check(params: Params) {
    const findings = [
      ...checkExclusive(params, 'base', 'shallow'),
      ...checkExclusive(params, 'pivot', 'keep-overlay'),
      ...checkExclusive(params, 'keep-overlay', 'delete'),
      ...checkExclusive(params, 'keep-overlay', 'quarantine'),
      ...checkExclusive(params, 'delete', 'quarantine'),
      ...checkPlainPath('quarantine', params.quarantine),
      ...checkNeeds(params, 'bytes', 'bandwidth'),
      ...checkLayerName('base', params.base),
      ...checkLayerName('top', params.top),
    ];
    if (!params.base && !params.shallow) {
      findings.push(
        refuse(
          codes.commitBaseMissing,
          [],
          'without "base" or "shallow", virsh would commit the whole chain into its lowest layer, which other guests may share',
          'write "shallow: true" to commit into the layer directly below, or "base: FILE" to name the layer',
        ),
      );
    }
    if (params.active && !params.pivot && !params['keep-overlay']) {
      findings.push(
        refuse(
          codes.jobIncomplete,
          'active',
          'a commit of the active layer requires "pivot" or "keep-overlay"',
          'write "pivot: true" to move the guest to the base, or "keep-overlay: true" to keep it on the active layer',
        ),
      );
    }
    if (!isActive(params) && params.top === undefined) {
      findings.push(
        refuse(
          codes.jobIncomplete,
          [],
          'the layers to commit are not specified: neither "active" nor "top" is given',
          'write "active: true" with "pivot: true", or name a layer with "top"',
        ),
      );
    }
    return findings;
  },
  requires,
  products(params: Params, state) {
    const range = findRange(commitRange(commitOf(params)), state);
    if (!range) return [];
    const { quarantine } = params;
    const disk = diskOf(state, params.disk);
    const files = range.merged.map(({ file }) => file);
    const removed = params.delete || quarantine !== undefined ? files : [];
    const places =
      quarantine === undefined ? [] : files.map((file) => quarantinePath(quarantine, file));
    return [
      {
        // QEMU writes zeroes into the base as data, unless it commits the active layer (seen with QEMU 7.2).
        ...mergedInto(
          state,
          range,
          disk?.capacity,
          isActive(params) ? ['empty'] : ['empty', 'zeroes'],
        ),
        ...limitOf(params, disk),
      },
      ...[...removed, ...places].map(withoutRoom),
    ];
  },
  phases(params: Params) {
    const commit = commitOf(params);
    const phases = commit.active
      ? [activePhase(commit), params.pivot ? pivotPhase(commit) : keepPhase(commit)]
      : [commitPhase(commit)];
    // The host state may show no chain: the preview also walks refused plans, and a guest can stop before the step.
    const range = (start: HostState) => findRange(commitRange(commit), start);
    const committed = (start: HostState) => range(start)?.merged.map(({ file }) => file) ?? [];
    if (params.delete) phases.push(deletePhase(range));
    if (params.quarantine !== undefined) phases.push(quarantinePhase(params.quarantine, committed));
    return phases;
  },
  examples: [
    {
      title: 'Commit a backup overlay into the file below, and remove it',
      params: { disk: 'vda', shallow: true, active: true, pivot: true, delete: true },
    },
    {
      title: 'Merge layers in the middle of a chain',
      params: { disk: 'vda', top: '/images/snap1.qcow2', base: '/images/base.qcow2' },
    },
    {
      title: 'Commit a backup overlay, and move it to a quarantine folder',
      params: {
        disk: 'vda',
        shallow: true,
        active: true,
        pivot: true,
        quarantine: '/images/quarantine',
      },
    },
    { title: 'By position in the chain', params: { disk: 'vda', top: 'vda[1]', base: 'vda[2]' } },
  ],
});

function commitOf(params: Params): Commit {
  return { ...params, active: isActive(params) };
}

function isActive(params: Params): boolean {
  return Boolean(params.active || params.pivot || params['keep-overlay']);
}

function requires(params: Params, state: HostState, needs: Needs): void {
  const found = requireMergeable(needs, commitRange(commitOf(params)), state);
  if (!found) return;
  const { disk, range } = found;
  const key = params.base === undefined ? 'shallow' : 'base';
  const { into: base, merged } = range;
  const touched = [...merged, base].flatMap(filesOfLayer);
  requireUnshared(needs, state, key, touched);
  requireUnsharedByOwnDisks(needs, state, disk, key, touched);
  requireNoStrayOverlay(needs, state, key, touched);
  requireReopenable(needs, base.file);
  requireSyncable(needs, state, key, base.file);
  // Only checked by the run: how much of the layers is new to the base is unknown before they are merged.
  needs.require(`${base.file} has room for the committed data`, 'run');
  const paired =
    isActive(params) && !params['keep-overlay'] ? checkPaired(state, disk, 'disk') : [];
  requireStartAfterMerge(needs, state, disk, {
    what: 'the commit',
    merged: params['keep-overlay'] ? [] : merged,
    also: paired,
  });
  if (params['keep-relative'] && !isActive(params))
    requireRelativeNames(needs, state, disk, merged);
  if (params.delete) requireRemovable(needs, state, 'delete', merged);
  if (params.quarantine !== undefined)
    requireMovable(needs, state, 'quarantine', params.quarantine, merged);
}
