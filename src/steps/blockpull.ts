import { codes } from '../codes.ts';
import { blockpull as blockpullCommand } from '../commands/blockpull.ts';
import { pickOptions } from '../commands/define.ts';
import { diskOf } from '../model/host-state.ts';
import { layerAt, spellLayer } from '../model/layer-name.ts';
import {
  chainText,
  checkLayerName,
  findRange,
  type NamedRange,
  notInChain,
} from './chain-range.ts';
import { defineStep, type Infer, type ParamsSchema, type Phase } from './define.ts';
import { BANDWIDTH, DISK, timeoutOption, WAITED_FOR } from './options.ts';
import { mergePhase } from './phases/merge.ts';
import {
  requireMergeable,
  requireRelativeNames,
  requireStartAfterMerge,
} from './requirements/merged-layers.ts';
import { checkNeeds } from './requirements/requirement.ts';
import { requireUnshared, requireUnsharedByOwnDisks } from './requirements/unshared.ts';
import { limitOf, mergedInto } from './sizes.ts';

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
        'The layer that stays below the active one: its path, or its position in the chain, such as `vda[2]`. Default: no layer stays.',
    },
    'keep-relative': {
      type: 'boolean',
      description: 'Keep the relative name of `base` in the header. Requires `base`.',
    },
    ...BANDWIDTH,
    timeout: timeoutOption('pull', 'takes more than'),
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const blockpullStep = defineStep<typeof schema>({
  kind: 'blockpull',
  summary:
    'Copy the data of the layers below into the active layer of a running disk, so that it no longer needs them.',
  schema,
  unoffered: { path: 'blockplan calls the disk `disk`, in every step', ...WAITED_FOR },
  check: (params: Params) => [
    ...checkNeeds(params, 'bytes', 'bandwidth'),
    ...checkNeeds(params, 'keep-relative', 'base'),
    ...checkLayerName('base', params.base),
  ],
  requires(params: Params, state, needs) {
    const found = requireMergeable(needs, pullRange(params), state);
    if (!found) return;
    const { disk, range } = found;
    const { into, merged } = range;
    const alone = needs.hinting(
      codes.fileInOtherDomain,
      'take the active layer out of the other chain first: a pull writes into it',
    );
    requireUnshared(alone, state, 'disk', [into.file]);
    requireUnsharedByOwnDisks(alone, state, disk, 'disk', [into.file]);
    // Only checked by the run: how much of the layers is new to the active one is unknown before they are merged.
    needs.require(`${into.file} has room for the pulled data`, 'run');
    requireStartAfterMerge(needs, state, disk, { what: 'the pull', merged });
    if (params['keep-relative']) requireRelativeNames(needs, state, disk, merged);
  },
  products(params: Params, state) {
    const range = findRange(pullRange(params), state);
    const disk = diskOf(state, params.disk);
    return range
      ? // It looks for zeroes in what it reads (QEMU, block/io.c, bdrv_co_do_copy_on_readv).
        [{ ...mergedInto(state, range, disk?.capacity, []), ...limitOf(params, disk) }]
      : [];
  },
  phases: (params: Params) => [pullPhase(params)],
  examples: [
    { title: 'Make a disk independent of other files', params: { disk: 'vda' } },
    {
      title: 'Keep a shared base',
      params: { disk: 'vda', base: '/images/base.qcow2' },
    },
    { title: 'By position in the chain', params: { disk: 'vda', base: 'vda[2]' } },
  ],
});

/** The layers between the active one and the base. */
function pullRange({ base: name, disk: target }: Params): NamedRange {
  return {
    disk: target,
    find(disk, state) {
      const { chain } = disk;
      const [into] = chain;
      const at = name === undefined ? chain.length : layerAt(state, disk, name);
      if (at < 0) return notInChain('base', `${name} is not in ${chainText(disk)}`);
      const merged = chain.slice(1, at);
      if (into && merged.length > 0) return { merged, into };
      return name === undefined
        ? notInChain('disk', `${into?.file} has no layer below it to pull`)
        : notInChain(
            'base',
            `no layer is between the active layer and ${name} in ${chainText(disk)}`,
          );
    },
  };
}

function pullPhase(params: Params): Phase {
  const { base, disk, timeout } = params;
  return mergePhase({
    job: 'pull',
    summary: `copy the data of the layers below into the active layer of ${disk} while the guest runs; their files stay`,
    rollback: 'cancel the pull while it runs; the data copied so far is harmless',
    range: pullRange(params),
    start: (state) => ({
      tool: 'virsh',
      verb: 'blockpull',
      args: {
        ...pickOptions(blockpullCommand, params),
        domain: state.domain.name,
        path: disk,
        ...(base === undefined ? {} : { base: spellLayer(state, disk, base) }),
      },
      why: `start the pull of ${disk}`,
    }),
    until: 'until the active layer holds all the data',
    timeout,
  });
}
