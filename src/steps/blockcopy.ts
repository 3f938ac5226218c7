import { type BlockcopyArgs, blockcopy as blockcopyCommand } from '../commands/blockcopy.ts';
import { given } from '../commands/define.ts';
import type { Effect } from '../commands/effect.ts';
import type { Finding } from '../errors.ts';
import { setDiskSource } from '../model/domain-xml.ts';
import {
  disksUsing,
  fileAt,
  filesOfLayer,
  isSameFile,
  isSameLocation,
} from '../model/file-identity.ts';
import { activeFile, type Disk, diskOf, isUp, type Layer, type World } from '../model/world.ts';
import {
  abortOwnJob,
  awaitReady,
  checkOwnJob,
  abort as endWithoutPivot,
  makeFile,
  pivot,
  removedMeanwhile,
  removeMade,
} from './block-job.ts';
import { defineStep, type Infer, NoWayBack, type ParamsSchema, type Phase } from './define.ts';
import { define, restoreDefinition } from './definition.ts';
import {
  bytesOf,
  checkBacking,
  checkEnterable,
  checkNewFile,
  checkReachable,
  unknownOf,
} from './destination.ts';
import { checkExisting, existingNeeds, growthOf, writesOver } from './existing-file.ts';
import { flattenBack, overlaysBack } from './flatten-back.ts';
import {
  newFileNeeds,
  openableNeed,
  type Precondition,
  unsharedNeed,
  unwrittenNeed,
  workableNeed,
} from './needs.ts';
import { checkPaired } from './pairing.ts';
import {
  checkExclusive,
  checkNeeds,
  checkNotShared,
  checkOthersRead,
  checkPlainPath,
  checkSince,
  refuse,
  workableDisk,
} from './preconditions.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['disk', 'dest'],
  properties: {
    disk: {
      type: 'string',
      minLength: 1,
      description: 'The target name of the disk, as in `virsh domblklist`: `vda`.',
    },
    dest: { type: 'string', minLength: 1, description: 'Absolute path of the copy.' },
    format: {
      type: 'string',
      enum: ['qcow2', 'raw'],
      description: "Format of the copy; the source's unless told.",
    },
    shallow: {
      type: 'boolean',
      description: 'Copy the active layer only; the copy shares the backing chain.',
    },
    'reuse-external': {
      type: 'boolean',
      description:
        'Copy into a file that exists, made for the purpose; its content is lost. Needs `format`.',
    },
    blockdev: { type: 'boolean', description: '`dest` is a block device, not a file.' },
    bandwidth: {
      type: 'integer',
      minimum: 1,
      description: 'Speed limit in MiB/s (in bytes/s with `bytes`).',
    },
    bytes: { type: 'boolean', description: '`bandwidth` is in bytes/s.' },
    granularity: {
      type: 'integer',
      minimum: 512,
      maximum: 67108864,
      description: 'Granularity of the copy in bytes, a power of two.',
    },
    'buf-size': {
      type: 'integer',
      minimum: 0,
      description: 'Data in flight between source and copy, in bytes.',
    },
    timeout: {
      type: 'integer',
      minimum: 1,
      description:
        'Give up, and undo, when the copy is not ready after so many seconds (a day unless told).',
    },
    pivot: {
      type: 'boolean',
      description: 'Let the guest go on with the copy once it is equal: a migration.',
    },
    finish: {
      type: 'boolean',
      description: 'Leave the guest where it is once the copy is equal: a live backup.',
    },
    'transient-job': {
      type: 'boolean',
      description:
        'Accept that the job does not outlive the guest; given without being asked where the domain is persistent.',
    },
    'synchronous-writes': {
      type: 'boolean',
      description:
        'Write to both sides before the guest is told that a write is done (libvirt 8.0).',
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

/** The way back may copy into a format that a plan would not ask for. */
type CopyOptions = Omit<Params, 'format'> & { readonly format?: string };

export const blockcopy = defineStep<typeof schema>({
  kind: 'blockcopy',
  summary:
    'Mirror a running disk to another place, and end on the copy (pivot: a migration) or on the source (finish: a live backup).',
  schema,
  unoffered: {
    path: 'blockplan calls the disk `disk`, in every step',
    xml: 'only a file or a block device can be measured and proven unused before it is written to',
    wait: 'blockplan always waits for the job',
    async: 'blockplan always waits for the job to end, so that nothing is left half-way',
    verbose: 'progress is always shown',
    'print-xml': 'use `run --dry-run` to see what would be done',
  },
  check(params: Params): Finding[] {
    const findings = [
      ...checkPlainPath('dest', params.dest),
      ...checkExclusive(params, 'pivot', 'finish'),
      ...checkNeeds(params, 'bytes', 'bandwidth'),
      ...checkNeeds(params, 'reuse-external', 'format'),
    ];
    if (!params.pivot && !params.finish) {
      findings.push(
        refuse(
          'BP053',
          [],
          'a copy must end somewhere: neither "pivot" nor "finish" is given',
          'write "pivot: true" to move the guest to the copy, or "finish: true" to keep the copy as a backup',
        ),
      );
    }
    if (params.shallow && params.format === 'raw') {
      findings.push(
        refuse(
          'BP054',
          'format',
          'a shallow copy shares the backing chain, and a raw file cannot have one',
          'choose format qcow2, or leave "shallow" out',
        ),
      );
    }
    const { granularity } = params;
    if (granularity !== undefined && !Number.isInteger(Math.log2(granularity))) {
      findings.push(refuse('BP055', 'granularity', `${granularity} is not a power of two`));
    }
    return findings;
  },
  preflight(params: Params, world) {
    const disk = workableDisk(world, params.disk);
    if (Array.isArray(disk)) return disk;
    const findings = [
      ...checkWayBack(params, disk),
      // libvirt's news, v8.0.0: "Synchronous write mode for disk copy operations".
      ...checkSince(world, params, 'synchronous-writes', '8.0.0'),
    ];
    findings.push(...checkDestination(params, world, disk));
    for (const file of temporaries(params, disk)) {
      if (fileAt(world, file))
        findings.push(
          refuse(
            'BP106',
            'disk',
            `${file} exists already, and the way back would need its place`,
            'it may hold what a guest wrote in a run that could not be brought back: see what it is, and move it away',
          ),
        );
    }
    if (params.shallow && copyFormat(params, disk) === 'raw') {
      findings.push(
        refuse(
          'BP054',
          'shallow',
          `${params.disk} is raw, and a raw copy cannot share a backing chain`,
          'add "format: qcow2", or leave "shallow" out',
        ),
      );
    }
    if (params.pivot)
      findings.push(
        ...checkPaired(world, disk, 'disk', 'copy it with "finish: true"'),
        ...checkDefinition(disk),
      );
    return findings;
  },
  files: (params: Params, world) => [
    params.dest,
    ...temporaries(params, diskOf(world, params.disk)),
  ],
  amounts(params: Params, world) {
    const disk = diskOf(world, params.disk);
    const bytes = disk ? bytesToCopy(params, world, disk) : 0;
    const unknown =
      disk?.capacity === undefined && disk ? unknownOf(world, copiedFiles(params, disk)) : {};
    return [{ to: params.dest, copied: bytes, room: params.blockdev ? 0 : bytes, ...unknown }];
  },
  preconditions,
  phases: (params: Params) => [
    mirrorPhase(params),
    params.pivot ? pivotPhase(params) : finishPhase(params),
  ],
  examples: [
    {
      title: 'Move a disk, sharing its backing chain',
      params: { disk: 'vda', dest: '/export/fast/copy.qcow2', shallow: true, pivot: true },
    },
    {
      title: 'A live backup in one flat file',
      params: { disk: 'vda', dest: '/backup/vda.qcow2', finish: true },
    },
    {
      title: 'A slow lane',
      params: {
        disk: 'vda',
        dest: '/export/fast/copy.qcow2',
        pivot: true,
        bandwidth: 50,
        timeout: 7200,
      },
    },
  ],
});

function preconditions(params: Params, world: World): Precondition[] {
  const { disk, dest } = params;
  return [
    workableNeed(world, disk),
    unwrittenNeed(disk),
    ...(usesExisting(params)
      ? [
          { what: `there is ${dest} to copy into, made for it`, needs: { file: dest } },
          ...existingNeeds(params.blockdev ? 'block device' : 'file', dest),
          unsharedNeed([dest]),
          openableNeed(dest),
        ]
      : newFileNeeds(dest)),
    ...temporaries(params, diskOf(world, disk)).map((file) => ({
      what: `there is no file ${file}, whose place the way back needs`,
      needs: { file },
    })),
    ...(params.pivot
      ? [
          {
            what: `the definition, where there is one, names the file that the guest runs on (${disk})`,
            needs: 'domain' as const,
          },
        ]
      : []),
  ];
}

/** Refuses a pivot with which libvirt would not move the definition along: it compares the text of the paths. */
function checkDefinition({ target, chain: [active], persistentSource }: Disk): Finding[] {
  if (!active || persistentSource === undefined) return [];
  if (isSameLocation(active, { ...active, file: persistentSource })) return [];
  return [
    refuse(
      'BP119',
      'disk',
      `the persistent definition names ${persistentSource} for ${target}, the running guest writes to ${active.file}: libvirt would leave the definition stale without a word`,
      'bring them together first, with a redefine step',
    ),
  ];
}

/** Refuses a copy onto the guest's own disks, over a file, into one that is not there, or where QEMU cannot write. */
function checkDestination(params: Params, world: World, disk: Disk): Finding[] {
  const { dest } = params;
  const [taken] = disksUsing(world, dest);
  if (taken) {
    const what = `${dest} belongs to the guest's own disk ${taken.target}`;
    return [refuse('BP106', 'dest', what, 'choose another path')];
  }
  if (!usesExisting(params)) {
    return [
      ...checkNewFile(world, 'dest', dest, bytesToCopy(params, world, disk)),
      ...checkReachable(world, 'dest', dest),
    ];
  }
  const missing = fileAt(world, dest)
    ? []
    : [
        refuse(
          'BP106',
          'dest',
          `there is no ${dest} to copy into`,
          'make it first: qemu-img create',
        ),
      ];
  // A whole copy is opened alone, but the next start looks into its header; in a raw one there is none to look into.
  const below = (params.shallow ? disk.chain[1]?.file : undefined) ?? null;
  const isRead = params['reuse-external'] && copyFormat(params, disk) !== 'raw';
  return [
    ...missing,
    ...checkNotShared(world, 'dest', [dest]),
    ...checkOthersRead(world, 'dest'),
    ...checkEnterable(world, 'dest', dest),
    ...(isRead ? checkBacking(world, 'dest', dest, below) : []),
    ...checkExisting(world, 'dest', {
      file: dest,
      format: copyFormat(params, disk),
      block: params.blockdev === true,
      reuse: params['reuse-external'] === true,
      capacity: disk.capacity,
      bytes: bytesToCopy(params, world, disk),
    }),
  ];
}

/** A block device, or a file made for the purpose: nothing is made, and nothing is removed. */
function usesExisting(params: Params): boolean {
  return Boolean(params['reuse-external'] || params.blockdev);
}

function checkWayBack(params: Params, disk: Disk): Finding[] {
  const top = disk.chain[0];
  if (!top?.block || temporaries(params, disk).length === 0) return [];
  return [
    refuse(
      'BP127',
      'disk',
      `the way back from a flat copy needs overlays beside ${top.file}, which is a block device`,
      'add "shallow: true"',
    ),
  ];
}

/** The overlays that the way back puts beside the old file, where the copy would flatten a chain. */
function temporaries(params: Params, disk: Disk | undefined): string[] {
  const [top, ...below] = disk?.chain ?? [];
  const flattens = params.pivot && !params.shallow && below.length > 0;
  return top && flattens ? Object.values(overlaysBack(top.file)) : [];
}

function mirrorPhase(params: Params): Phase {
  const { disk, dest } = params;
  return {
    name: 'mirror',
    summary: `copy ${disk} to ${dest} while the guest writes, until both are equal`,
    wayBack: usesExisting(params)
      ? `cancel the copy; what it has written into ${dest} stays there`
      : 'cancel the copy and remove what was written of it',
    effects: (world) => [
      ...(usesExisting(params) ? [] : [makeFile(dest, 'take the place of the copy')]),
      {
        tool: 'virsh',
        verb: 'blockcopy',
        args: copyArgs(params, world),
        why: `start the copy of ${disk}`,
        ...(usesExisting(params) ? writesOver(world, [dest], params.blockdev === true) : {}),
      },
      awaitReady(disk, params.timeout, 'until the copy holds all that the disk holds'),
    ],
    settled(_before, after) {
      const job = diskOf(after, disk)?.job;
      if (!job) return [`there is no copy job on ${disk}`];
      const removed = removedMeanwhile(after, dest);
      if (removed.length > 0) return removed;
      return job.type === 'copy' && isSameFile(after, job.mirror, dest) && job.ready
        ? []
        : [`the copy of ${disk} to ${dest} is not ready`];
    },
    undo(before, now) {
      const aborted = abortOwnJob(now, disk, dest);
      return [...aborted, ...removeMade(before, now, dest, aborted.length > 0)];
    },
  };
}

function pivotPhase(params: Params): Phase {
  const { disk, dest } = params;
  return {
    name: 'pivot',
    summary: `let the guest go on with ${dest}`,
    wayBack: 'mirror back to the old file and pivot: every write since is carried along',
    effects(world) {
      const definition = definitionOnCopy(params, world);
      return [
        pivot(world, disk, `move ${disk} to the copy`),
        ...(definition === undefined
          ? []
          : [define(definition, 'keep the definition to the byte, except for the source')]),
      ];
    },
    settled(before, after) {
      const now = diskOf(after, disk);
      const problems = [];
      const top = now?.chain[0];
      if (!top || !isSameFile(after, top.file, dest))
        problems.push(`${disk} is on ${top?.file ?? 'nothing'}, not on ${dest}`);
      else if (top.block !== topOfCopy(params, before).block)
        problems.push(`libvirt takes ${dest} for ${top.block ? 'a block device' : 'a file'}`);
      problems.push(...removedMeanwhile(after, now?.chain[0]?.file));
      if (now?.job) problems.push(`the job on ${disk} has not ended`);
      if (before.domain.persistent && !isSameFile(after, now?.persistentSource, dest)) {
        problems.push(
          `the persistent definition names ${now?.persistentSource ?? 'no file'} for ${disk}, not ${dest}`,
        );
      }
      const definition = definitionOnCopy(params, before);
      if (definition !== undefined && after.domain.definition !== definition)
        problems.push('the definition is not, byte for byte, what it was except for the source');
      return problems;
    },
    undo: (before, now) => mirrorBack(params, before, now),
    rollbackRoom(before) {
      const source = diskOf(before, disk);
      const old = source?.chain[0];
      const most = old ? growthOf(before, old, source.capacity) : 0;
      if (!old || most === 0) return [];
      // A raw device has no holes: a mirror back from it writes every byte. `qemu-img convert` leaves zeroes out.
      const whole = params.blockdev && copyFormat(params, source) === 'raw';
      const mirrored = temporaries(params, source).length === 0;
      return [{ file: old.file, least: whole && mirrored ? most : 0, most }];
    },
  };
}

function finishPhase(params: Params): Phase {
  const { disk, dest } = params;
  return {
    name: 'finish',
    summary: `end the copy: ${dest} stays as the disk was at that moment, the guest stays where it is`,
    wayBack: usesExisting(params) ? `nothing to do: the copy stays in ${dest}` : 'remove the copy',
    effects: (world) => [endWithoutPivot(world, disk, 'end the finished copy, without a pivot')],
    settled(before, after) {
      const now = diskOf(after, disk);
      const problems = [];
      if (now?.job) problems.push(`the job on ${disk} has not ended`);
      if (!isSameFile(after, now?.chain[0]?.file, activeFile(before, disk)))
        problems.push(`${disk} is not where it was`);
      if (!fileAt(after, dest)) problems.push(`there is no ${dest}`);
      return problems;
    },
    // The copy is the mirror phase's: its way back cancels the job, if it still runs, and removes the file.
    undo: () => [],
  };
}

function copyArgs(params: CopyOptions, world: World): BlockcopyArgs {
  return {
    domain: world.domain.name,
    path: params.disk,
    ...given(blockcopyCommand, params),
    dest: params.dest,
    'transient-job': params['transient-job'] === true || world.domain.persistent,
  };
}

/** The way back after a pivot: the old file is stale at once, so the data goes back by a second copy. */
function mirrorBack(params: Params, before: World, now: World): Effect[] {
  const { disk, dest } = params;
  const old = diskOf(before, disk)?.chain[0];
  const current = diskOf(now, disk);
  if (!isUp(now)) {
    // Without a running guest nobody can tell whether it had moved: so neither file may be taken for the right one.
    throw new NoWayBack(
      `"${now.domain.name}" is ${now.domain.state}: a mirror back from ${dest} to ${old?.file} needs a running guest, and ${dest} may hold its latest writes`,
    );
  }
  const [top, ...below] = diskOf(before, disk)?.chain ?? [];
  if (top && current && !params.shallow && below.length > 0) {
    const copyTop = (world: World, file: string) =>
      copyArgs({ disk, dest: file, format: 'qcow2', shallow: true, 'reuse-external': true }, world);
    return flattenBack({ disk, dest, old: [top, ...below], copyTop }, before, now, current);
  }
  if (!old || !current || !isSameFile(now, current.chain[0]?.file, dest))
    return restoreDefinition(before, now);
  checkOwnJob(now, disk, old.file);
  const back: CopyOptions = {
    disk,
    dest: old.file,
    format: old.format,
    ...(old.block ? { blockdev: true } : {}),
    ...(params.shallow ? { shallow: true } : {}),
    'reuse-external': true,
  };
  const start: Effect[] = current.job
    ? []
    : [
        {
          tool: 'virsh',
          verb: 'blockcopy',
          args: copyArgs(back, now),
          why: `mirror ${disk} back to ${old.file}`,
          writesInto: [old.file],
        },
      ];
  return [
    ...start,
    awaitReady(disk, undefined, 'until the old file holds all that the copy holds'),
    pivot(now, disk, `move ${disk} back to ${old.file}`),
  ];
}

/** The layer that takes the guest's writes after the pivot. */
function topOfCopy(params: Params, world: World): Layer {
  const source = diskOf(world, params.disk);
  return {
    file: params.dest,
    format: source ? copyFormat(params, source) : 'raw',
    ...(params.blockdev ? { block: true } : {}),
  };
}

/**
 * The persistent definition with its source on the copy and every other byte as it was: libvirt, which puts it on the
 * copy by itself, also adds an explicit end of the chain, and would look below the copy no more at the next start.
 */
function definitionOnCopy(params: Params, world: World): string | undefined {
  const { definition } = world.domain;
  const source = diskOf(world, params.disk);
  return definition !== undefined &&
    isSameFile(world, source?.persistentSource, source?.chain[0]?.file)
    ? setDiskSource(definition, params.disk, topOfCopy(params, world))
    : undefined;
}

function copyFormat(params: Params, source: Disk): string {
  return params.format ?? source.chain[0]?.format ?? 'raw';
}

/** What the copy takes at most: the active layer, or the whole chain flattened, but never more than the disk's size. */
function bytesToCopy(params: Params, world: World, source: Disk): number {
  const held = bytesOf(world, copiedFiles(params, source));
  return source.capacity === undefined ? held : Math.min(held, source.capacity);
}

function copiedFiles(params: Params, source: Disk): string[] {
  const layers = params.shallow ? source.chain.slice(0, 1) : source.chain;
  return layers.flatMap(filesOfLayer);
}
