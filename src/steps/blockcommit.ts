import { blockcommit as blockcommitCommand } from '../commands/blockcommit.ts';
import { given } from '../commands/define.ts';
import type { Effect, VirshEffect } from '../commands/effect.ts';
import type { Finding } from '../errors.ts';
import { allDisks } from '../model/defined-disks.ts';
import {
  areSameFiles,
  fileAt,
  filesOf,
  filesOfLayer,
  includesFile,
  isSameFile,
  isSameLocation,
  layerIndex,
} from '../model/file-identity.ts';
import { backingName, backingPath, isRelative } from '../model/headers.ts';
import { activeFile, type Disk, diskOf, isUp, type Layer, type World } from '../model/world.ts';
import {
  abortOwnJob,
  awaitEnded,
  awaitReady,
  abort as endWithoutPivot,
  pivot,
  removedMeanwhile,
  removeFile,
} from './block-job.ts';
import { defineStep, type Infer, NoWayBack, type ParamsSchema, type Phase } from './define.ts';
import { restoreDefinition } from './definition.ts';
import { bytesOf, unknownOf } from './destination.ts';
import {
  openableNeed,
  type Precondition,
  unsharedNeed,
  unwrittenNeed,
  workableNeed,
} from './needs.ts';
import { overlayAgain } from './overlay.ts';
import { checkPaired } from './pairing.ts';
import {
  checkAbsolute,
  checkExclusive,
  checkNeeds,
  checkNotShared,
  checkOthersRead,
  checkPlainPath,
  refuse,
  workableDisk,
} from './preconditions.ts';
import { checkQuarantine, quarantined, quarantineNeeds, quarantinePhase } from './quarantine.ts';
import { checkRemovable, removableNeeds, unremovable } from './removal.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['disk'],
  properties: {
    disk: {
      type: 'string',
      minLength: 1,
      description: 'The target name of the disk, as in `virsh domblklist`: `vda`.',
    },
    base: {
      type: 'string',
      minLength: 1,
      description:
        'The layer that takes the data: its path, or its place in the chain as `vda[2]`.',
    },
    shallow: { type: 'boolean', description: 'The layer directly below `top` takes the data.' },
    top: {
      type: 'string',
      minLength: 1,
      description:
        'The topmost layer that is committed: its path or place; the active layer with `active`.',
    },
    active: {
      type: 'boolean',
      description: 'Commit the active layer; ends with `pivot` or `keep-overlay`.',
    },
    pivot: { type: 'boolean', description: 'Let the guest go on with the base; means `active`.' },
    'keep-overlay': {
      type: 'boolean',
      description: 'Leave the guest on the active layer once the base is equal; means `active`.',
    },
    delete: {
      type: 'boolean',
      description: 'Remove the files that were committed, once they are proven unused.',
    },
    quarantine: {
      type: 'string',
      minLength: 1,
      description:
        'Move the files that were committed into this folder, on the same file system, instead of removing them.',
    },
    'keep-relative': { type: 'boolean', description: 'Keep relative backing file names relative.' },
    bandwidth: {
      type: 'integer',
      minimum: 1,
      description: 'Speed limit in MiB/s (in bytes/s with `bytes`).',
    },
    bytes: { type: 'boolean', description: '`bandwidth` is in bytes/s.' },
    timeout: {
      type: 'integer',
      minimum: 1,
      description:
        'Give up, and undo, when the commit has not come so far after so many seconds (a day unless told).',
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

/** The layers that a commit is about, found in a chain. */
interface Range {
  readonly top: number;
  readonly base: number;
}

export const blockcommit = defineStep<typeof schema>({
  kind: 'blockcommit',
  summary:
    'Merge layers of a running disk into a layer below them, and let the guest go on with a shorter chain.',
  schema,
  unoffered: {
    path: 'blockplan calls the disk `disk`, in every step',
    wait: 'blockplan always waits for the job',
    async: 'blockplan always waits for the job to end, so that nothing is left half-way',
    verbose: 'progress is always shown',
  },
  check(params: Params): Finding[] {
    const findings = [
      ...checkExclusive(params, 'base', 'shallow'),
      ...checkExclusive(params, 'pivot', 'keep-overlay'),
      ...checkExclusive(params, 'keep-overlay', 'delete'),
      ...checkExclusive(params, 'keep-overlay', 'quarantine'),
      ...checkExclusive(params, 'delete', 'quarantine'),
      ...checkPlainPath('quarantine', params.quarantine),
      ...checkNeeds(params, 'bytes', 'bandwidth'),
      ...[params.base, params.top].flatMap((file, at) =>
        file === undefined || place(file) !== undefined
          ? []
          : checkAbsolute(at === 0 ? 'base' : 'top', file),
      ),
    ];
    if (!params.base && !params.shallow) {
      findings.push(
        refuse(
          'BP058',
          [],
          'without "base" or "shallow" virsh would commit the whole chain into its deepest file, which other guests may share',
          'write "shallow: true" to commit into the layer directly below, or "base: FILE" to name the layer',
        ),
      );
    }
    if (params.active && !params.pivot && !params['keep-overlay']) {
      findings.push(
        refuse(
          'BP053',
          'active',
          'a commit of the active layer must end somewhere: neither "pivot" nor "keep-overlay" is given',
          'write "pivot: true" to move the guest to the base, or "keep-overlay: true" to leave it where it is',
        ),
      );
    }
    if (!isActive(params) && params.top === undefined) {
      findings.push(
        refuse(
          'BP053',
          [],
          'it is not said what is committed: neither "active" nor "top" is given',
          'write "active: true" with "pivot: true", or name a layer with "top"',
        ),
      );
    }
    return findings;
  },
  preflight(params: Params, world) {
    const disk = workableDisk(world, params.disk);
    if (Array.isArray(disk)) return [...disk, ...checkBusyRange(params, world, disk)];
    const range = rangeOf(params, world, disk);
    if (Array.isArray(range)) return range;
    const touched = disk.chain.slice(range.top, range.base + 1).flatMap(filesOfLayer);
    const key = params.base === undefined ? 'shallow' : 'base';
    return [
      ...checkNotShared(world, key, touched),
      ...checkOthersRead(world, key),
      ...checkOwnDisks(world, disk, key, touched),
      ...checkDefinition(params, world, disk, range),
      ...checkRelative(params, world, disk, range),
      ...(params.delete
        ? checkRemovable(world, 'delete', disk.chain.slice(range.top, range.base))
        : []),
      ...(isActive(params) && !params['keep-overlay'] ? checkPaired(world, disk, 'disk') : []),
      ...(params.quarantine === undefined
        ? []
        : checkQuarantine(
            world,
            'quarantine',
            params.quarantine,
            disk.chain.slice(range.top, range.base),
          )),
    ];
  },
  files(params: Params, world) {
    const layers = findLayers(params, world);
    if (!layers) return [];
    const { quarantine } = params;
    const files = layers.committed.map(({ file }) => file);
    const committed = params.delete || quarantine !== undefined ? files : [];
    return [
      layers.base.file,
      ...committed,
      ...(quarantine === undefined ? [] : files.map((file) => quarantined(quarantine, file))),
    ];
  },
  amounts(params: Params, world) {
    const layers = findLayers(params, world);
    if (!layers) return [];
    // What the guest will have written into an overlay that the plan makes, nobody knows before.
    const files = layers.committed
      .map((layer) => layer.file)
      .filter((file) => !fileAt(world, file)?.made);
    const bytes = bytesOf(world, files);
    const room = layers.base.block ? 0 : bytes;
    return [{ to: layers.base.file, copied: bytes, room, ...unknownOf(world, files) }];
  },
  preconditions(params: Params, world) {
    const layers = findLayers(params, world);
    return [
      workableNeed(world, params.disk),
      unwrittenNeed(params.disk),
      { what: `the layers are in the chain of ${params.disk}`, needs: 'domain' },
      ...(layers
        ? [
            { what: `there is ${layers.base.file}`, needs: { file: layers.base.file } },
            unsharedNeed([...layers.committed, layers.base].map(({ file }) => file)),
            openableNeed(layers.base.file),
            roomNeed(layers.base),
            ...(params.delete ? removableNeeds(layers.committed.map(({ file }) => file)) : []),
            ...(params.quarantine === undefined
              ? []
              : quarantineNeeds(
                  params.quarantine,
                  layers.committed.map(({ file }) => file),
                )),
          ]
        : []),
    ];
  },
  phases: (params: Params) => [
    ...(isActive(params)
      ? [activePhase(params), params.pivot ? pivotPhase(params) : keepPhase(params)]
      : [commitPhase(params)]),
    ...(params.delete ? [deletePhase(params)] : []),
    ...(params.quarantine === undefined
      ? []
      : [quarantinePhase(params.quarantine, (start) => committedFiles(params, start))]),
  ],
  examples: [
    {
      title: 'Put a backup overlay back into the file below, and remove it',
      params: { disk: 'vda', shallow: true, active: true, pivot: true, delete: true },
    },
    {
      title: 'Shorten a chain in its middle',
      params: { disk: 'vda', top: '/images/snap1.qcow2', base: '/images/base.qcow2' },
    },
    {
      title: 'Put a backup overlay back, and move it aside',
      params: {
        disk: 'vda',
        shallow: true,
        active: true,
        pivot: true,
        quarantine: '/images/quarantine',
      },
    },
    { title: 'By place in the chain', params: { disk: 'vda', top: 'vda[1]', base: 'vda[2]' } },
  ],
});

/** Nothing looks at it: how much of the layers is new to the base shows when they are merged. */
function roomNeed({ file }: Layer): Precondition {
  return { what: `${file} has room to grow by what is committed`, needs: 'run' };
}

function isActive(params: Params): boolean {
  return Boolean(params.active || params.pivot || params['keep-overlay']);
}

/** The parts of `vda[2]`; undefined for a path. */
function place(word: string): { target: string; index: number } | undefined {
  const found = /^([a-z]+)\[(\d+)\]$/.exec(word);
  return found ? { target: found[1] ?? '', index: Number(found[2]) } : undefined;
}

function layerAt(world: World, disk: Disk, word: string): number {
  const named = place(word);
  if (named === undefined) return layerIndex(world, disk.chain, word);
  if (named.target !== disk.target) return -1;
  return disk.chain.findIndex(({ index }) => index === named.index);
}

function rangeOf(params: Params, world: World, disk: Disk): Range | Finding[] {
  const chain = disk.chain.map((layer) => layer.file).join(' -> ');
  const top = params.top === undefined ? 0 : layerAt(world, disk, params.top);
  if (top < 0)
    return [
      refuse('BP113', 'top', `${params.top} is not in the chain of ${params.disk}: ${chain}`),
    ];
  if (top > 0 && isActive(params))
    return [
      refuse(
        'BP113',
        'top',
        `${params.top} is not the active layer of ${params.disk}: ${chain}`,
        'leave "active" and "pivot" out, or name the active layer',
      ),
    ];
  if (top === 0 && !isActive(params))
    return [
      refuse(
        'BP113',
        'top',
        `${params.top} is the active layer of ${params.disk}`,
        'add "active: true" and "pivot: true"',
      ),
    ];
  const base = params.base === undefined ? top + 1 : layerAt(world, disk, params.base);
  if (base < 0 || base >= disk.chain.length) {
    return params.base === undefined
      ? [
          refuse(
            'BP113',
            'shallow',
            `there is no layer below ${disk.chain[top]?.file} to commit into`,
          ),
        ]
      : [refuse('BP113', 'base', `${params.base} is not in the chain of ${params.disk}: ${chain}`)];
  }
  if (base <= top)
    return [
      refuse(
        'BP113',
        'base',
        `${params.base} is not below ${disk.chain[top]?.file} in the chain of ${params.disk}: ${chain}`,
      ),
    ];
  return { top, base };
}

/** What is in the way on the disk does not hide that there is nothing to commit: without the layers no outcome can be simulated. */
function checkBusyRange(params: Params, world: World, findings: readonly Finding[]): Finding[] {
  const inTheWay = findings.some(({ code }) => code === 'BP105' || code === 'BP155');
  const busy = inTheWay && diskOf(world, params.disk);
  const range = busy ? rangeOf(params, world, busy) : [];
  return Array.isArray(range) ? range : [];
}

/** Refuses to leave a definition that would start the guest from a layer that is merged and stale by then. */
function checkDefinition(params: Params, world: World, disk: Disk, range: Range): Finding[] {
  const { persistentSource, target, chain } = disk;
  const [active] = chain;
  if (persistentSource === undefined || !active) return [];
  // libvirt moves the definition along with a pivot, but only where it spells the active layer alike.
  if (isSameLocation({ ...active, file: persistentSource }, active)) return [];
  const merged = params['keep-overlay'] ? [] : chain.slice(range.top, range.base);
  const isBelow = layerIndex(world, chain, persistentSource) >= 0;
  // A file that is in no live chain may rest on what is merged, written to or removed here.
  if (isBelow && layerIndex(world, merged, persistentSource) < 0) return [];
  return [
    refuse(
      'BP119',
      'disk',
      `the persistent definition names ${persistentSource} for ${target}, the running guest writes to ${active.file}: after the commit the next start would not find what the guest wrote`,
      'bring them together first, with a redefine step',
    ),
  ];
}

/**
 * Refuses to keep a name relative that is not: libvirt refuses it where it found a layer by its path, and where the layer
 * above was put into another folder since, it writes a name that leads nowhere (seen on libvirt 9.0).
 */
function checkRelative(params: Params, world: World, disk: Disk, { top, base }: Range): Finding[] {
  if (!params['keep-relative'] || top === 0) return [];
  return disk.chain.slice(top - 1, base).flatMap((layer, at) => {
    const told = backingName(world, layer);
    // A header of which nothing is told is taken to name the layer below by its path.
    const name = told === undefined ? disk.chain[top + at]?.file : told;
    return name && isRelative(name)
      ? []
      : [
          refuse(
            'BP180',
            'keep-relative',
            `the header of ${layer.file} names ${name ?? 'nothing'} below it, which is not relative: there is no relative name to keep`,
            'leave "keep-relative" out: the header then names the base by its path',
          ),
        ];
  });
}

/** Refuses layers that another disk of the same guest rests on: a commit would corrupt that disk. */
function checkOwnDisks(world: World, disk: Disk, key: string, files: readonly string[]): Finding[] {
  return allDisks(world.domain)
    .filter((each) => each.target !== disk.target)
    .flatMap((each) => files.flatMap((file) => useOf(world, each, file) ?? []))
    .map((use) =>
      refuse(
        'BP109',
        key,
        `${use}: a change to it would corrupt that disk`,
        'choose a layer that no other disk uses',
      ),
    );
}

/** What a disk uses the file for, as a sentence's beginning; undefined where it does not. */
function useOf(world: World, disk: Disk, file: string): string | undefined {
  if (layerIndex(world, disk.chain, file) >= 0)
    return `${file} is in the chain of ${disk.target} too`;
  return includesFile(world, filesOf(disk), file)
    ? `${file} is what the definition, or a job, names for ${disk.target}`
    : undefined;
}

/** The layers that go into the base, topmost first, and the base. Preflight has made sure that they exist. */
function layersOf(params: Params, world: World): Committed {
  const layers = findLayers(params, world);
  if (!layers) throw new Error(`the chain of ${params.disk} is not what the plan says`);
  return layers;
}

interface Committed {
  readonly committed: readonly Layer[];
  readonly base: Layer;
}

/** The same, where it cannot be taken for granted: a guest that stopped before the phase began shows no chain. */
function findLayers(params: Params, world: World): Committed | undefined {
  const disk = diskOf(world, params.disk);
  const range = disk ? rangeOf(params, world, disk) : [];
  const base = Array.isArray(range) ? undefined : disk?.chain[range.base];
  return !disk || Array.isArray(range) || !base
    ? undefined
    : { committed: disk.chain.slice(range.top, range.base), base };
}

function start(params: Params, world: World): Effect {
  const { base, top } = params;
  const spelled = (word: string) => spelling(world, params.disk, word);
  return {
    tool: 'virsh',
    verb: 'blockcommit',
    args: {
      ...given(blockcommitCommand, params),
      domain: world.domain.name,
      path: params.disk,
      ...(base === undefined ? {} : { base: spelled(base) }),
      ...(top === undefined ? {} : { top: spelled(top) }),
      active: isActive(params),
    },
    why: `start the commit of ${params.disk}`,
    ...losesBase(params, world),
  };
}

/** A layer as libvirt spells it, which finds it by that text alone. */
function spelling(world: World, target: string, word: string): string {
  const disk = diskOf(world, target);
  const at = disk && place(word) === undefined ? layerAt(world, disk, word) : -1;
  return disk?.chain[at]?.file ?? word;
}

/** What the base held before is nobody's any more, but where it was the guest's until this run put an overlay above it. */
function losesBase(params: Params, world: World): Pick<VirshEffect, 'loses'> {
  const layers = findLayers(params, world);
  return !layers || layers.committed.every(({ file }) => fileAt(world, file)?.made)
    ? {}
    : { loses: [layers.base.file] };
}

function activePhase(params: Params): Phase {
  const { disk } = params;
  return {
    name: 'commit',
    summary: `merge the active layer of ${disk} into the base while the guest writes, until both are equal`,
    wayBack:
      'cancel the commit; the chain stays as it is, and what the base took up so far does no harm below its overlay',
    effects: (world) => [
      start(params, world),
      awaitReady(disk, params.timeout, 'until the base holds all that the active layer holds'),
    ],
    settled(before, after) {
      const job = diskOf(after, disk)?.job;
      const { file } = layersOf(params, before).base;
      return job?.type === 'active-commit' && job.ready && isSameFile(after, job.mirror, file)
        ? removedMeanwhile(after, file)
        : [`the commit of ${disk} is not ready`];
    },
    undo(before, now) {
      const layers = findLayers(params, before);
      return layers ? abortOwnJob(now, disk, layers.base.file) : [];
    },
  };
}

function pivotPhase(params: Params): Phase {
  const { disk } = params;
  return {
    name: 'pivot',
    summary: `let the guest go on with the base of ${disk}`,
    wayBack:
      'put an empty overlay of the same name above the base again; the base keeps what was committed',
    effects: (world) => [pivot(world, disk, `move ${disk} to the base`)],
    settled(before, after) {
      const { base } = layersOf(params, before);
      const now = diskOf(after, disk);
      const problems = isSameFile(after, now?.chain[0]?.file, base.file)
        ? []
        : [`${disk} is on ${now?.chain[0]?.file ?? 'nothing'}, not on ${base.file}`];
      problems.push(...removedMeanwhile(after, now?.chain[0]?.file));
      if (now?.job) problems.push(`the job on ${disk} has not ended`);
      if (
        after.domain.persistent &&
        isSameFile(before, diskOf(before, disk)?.persistentSource, activeFile(before, disk)) &&
        !isSameFile(after, now?.persistentSource, base.file)
      ) {
        problems.push(
          `the persistent definition names ${now?.persistentSource ?? 'no file'} for ${disk}, not ${base.file}`,
        );
      }
      return problems;
    },
    undo: (before, now) => reinstateOverlay(params, before, now),
    pointOfNoReturn(before) {
      // A preview of a refused plan asks as well.
      const { committed = [] } = findLayers(params, before) ?? {};
      const [top] = committed;
      if (committed.length > 1)
        return 'several layers become one: the layers between cannot be put back under a running guest';
      const why = top && unremovable(before, top);
      return why && `${why}, so no new overlay can take its place`;
    },
  };
}

function keepPhase(params: Params): Phase {
  const { disk } = params;
  return {
    name: 'finish',
    summary: `end the commit; the guest stays on its active layer, the base holds the same data`,
    wayBack: 'nothing to do: the chain is as it was',
    effects: (world) => [endWithoutPivot(world, disk, 'end the finished commit, without a pivot')],
    settled(before, after) {
      const now = diskOf(after, disk);
      const same = isSameFile(after, now?.chain[0]?.file, activeFile(before, disk));
      return now?.job || !same ? [`${disk} is not where it was`] : [];
    },
    undo: () => [],
  };
}

function commitPhase(params: Params): Phase {
  const { disk } = params;
  return {
    name: 'commit',
    summary: `merge ${params.top} into the base while the guest runs`,
    wayBack: 'cancel the commit as long as it runs; the chain stays as it is until its end',
    effects: (world) => [
      start(params, world),
      awaitEnded(disk, params.timeout, 'until the layers are merged'),
    ],
    settled(before, after) {
      const expected = chainAfter(params, before).map((layer) => layer.file);
      const now = diskOf(after, disk);
      const files = now?.chain.map((layer) => layer.file) ?? [];
      const problems = areSameFiles(after, files, expected)
        ? []
        : [`the chain of ${disk} is ${files.join(' -> ')}, not ${expected.join(' -> ')}`];
      return now?.job ? [...problems, `the job on ${disk} has not ended`] : problems;
    },
    undo(before, now) {
      const files = diskOf(now, disk)?.chain.length;
      if (isUp(now) && files !== diskOf(before, disk)?.chain.length) {
        throw new NoWayBack(
          `the layers of ${disk} are merged; a merged layer cannot be put back below a running guest`,
        );
      }
      return diskOf(now, disk)?.job?.type === 'commit' ? abortOwnJob(now, disk, undefined) : [];
    },
    pointOfNoReturn: () => 'a merged layer cannot be put back below a running guest',
  };
}

/** The files that were committed, as far as the World in which the step began tells. */
function committedFiles(params: Params, start: World): string[] {
  return findLayers(params, start)?.committed.map(({ file }) => file) ?? [];
}

/** Removes what was committed, once nothing can need it any more. */
function deletePhase(params: Params): Phase {
  const committed = (start: World): string[] =>
    layersOf(params, start).committed.map((layer) => layer.file);
  return {
    name: 'delete',
    summary: 'remove the files that were committed, once they are proven unused',
    wayBack: 'nothing to do: what the files held is in the base',
    effects: (_before, start) =>
      committed(start).map((file) => removeFile(file, 'its data is in the base')),
    settled: (_before, after, start) =>
      committed(start)
        .filter((file) => fileAt(after, file))
        .map((file) => `${file} is still there`),
    undo: () => [],
  };
}

function chainAfter(params: Params, world: World): Layer[] {
  const { committed } = layersOf(params, world);
  return (diskOf(world, params.disk)?.chain ?? []).filter((layer) => !committed.includes(layer));
}

function reinstateOverlay(params: Params, before: World, now: World): Effect[] {
  const layers = findLayers(params, before);
  if (!layers) return [];
  const { committed, base } = layers;
  const disk = diskOf(now, params.disk);
  const [top, ...between] = committed;
  if (!isUp(now)) {
    throw new NoWayBack(
      `"${now.domain.name}" is ${now.domain.state}: a new overlay needs a running guest, and ${base.file} may hold its latest writes`,
    );
  }
  if (!top || !isSameFile(now, disk?.chain[0]?.file, base.file) || !disk)
    return restoreDefinition(before, now);
  if (between.length > 0) {
    throw new NoWayBack(
      `the layers of ${params.disk} are merged into ${base.file}, which holds all of the guest's data`,
    );
  }
  const why = unremovable(before, top);
  if (why !== undefined) {
    throw new NoWayBack(
      `${why}, so no new overlay can take its place; ${base.file} holds all of the guest's data`,
    );
  }
  return [
    ...(fileAt(now, top.file) ? [removeFile(top.file, 'it is stale since the pivot')] : []),
    ...overlayAgain(
      now,
      disk,
      { file: top.file, format: top.format, base: base.file },
      nameFor(before, top, base),
    ),
  ];
}

/** The name that the header of an overlay had for the layer below; its path where it had none that leads there. */
function nameFor(before: World, top: Layer, base: Layer): string {
  const name = backingName(before, top);
  return typeof name === 'string' && isSameFile(before, backingPath(top.file, name), base.file)
    ? name
    : base.file;
}
