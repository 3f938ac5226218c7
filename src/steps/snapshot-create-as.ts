import { commandLine, virshCommand } from '../command.ts';
import { given } from '../commands/define.ts';
import type { Effect, VirshEffect } from '../commands/effect.ts';
import {
  type SnapshotArgs,
  snapshotCreateAs as snapshotCommand,
} from '../commands/snapshot-create-as.ts';
import type { Finding } from '../errors.ts';
import { disksUsing, fileAt, indexOfFile, isSameFile } from '../model/file-identity.ts';
import { hasEnded } from '../model/guest-process.ts';
import { activeFile, diskOf, isUp, type World } from '../model/world.ts';
import {
  abortOwnJob,
  awaitReady,
  makeFile,
  pivot,
  removedMeanwhile,
  removeFile,
  removeMade,
} from './block-job.ts';
import { defineStep, type Infer, NoWayBack, type ParamsSchema, type Phase } from './define.ts';
import { restoreDefinition } from './definition.ts';
import { checkBacking, checkEnterable, checkNewFile, checkReachable } from './destination.ts';
import { checkExisting, existingNeeds, growthOf, writesOver } from './existing-file.ts';
import {
  newFileNeeds,
  openableNeed,
  type Precondition,
  unsharedNeed,
  unwrittenNeed,
  workableNeed,
} from './needs.ts';
import { defaultOverlayFile, externalSpec, type Overlay, SNAPSHOT_TIMEOUT_MS } from './overlay.ts';
import { checkPaired } from './pairing.ts';
import {
  checkExclusive,
  checkNeeds,
  checkNotShared,
  checkOthersRead,
  checkPlainPath,
  checkRunning,
  refuse,
  workableDisk,
} from './preconditions.ts';

/** How long the agent may take to freeze or to thaw: a busy guest has data to write out first. */
const AGENT_TIMEOUT_SECONDS = 60;

/** An overlay begins almost empty, but a plan that leaves it no room would pause the guest soon. */
const OVERLAY_ROOM = 64 * 1024 * 1024;

/** Stands in a diskspec for all disks that have none of their own, so that a plan need not know a guest's other disks. */
const EVERY_OTHER = '*';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      minLength: 1,
      pattern: '^[^/.][^/]*$',
      description: "The snapshot's name; it also ends the overlays' file names.",
    },
    description: { type: 'string', description: 'A text kept with the snapshot.' },
    'disk-only': {
      type: 'boolean',
      description: 'Snapshot the disks and not the memory: each disk goes on in an overlay.',
    },
    atomic: { type: 'boolean', description: 'All disks or none.' },
    quiesce: {
      type: 'boolean',
      description:
        "Have the guest agent freeze the guest's file systems for the moment of the snapshot. Needs `disk-only`.",
    },
    'no-metadata': {
      type: 'boolean',
      description: 'Leave no record of the snapshot in libvirt: only the chain shows it.',
    },
    'reuse-external': {
      type: 'boolean',
      description: 'Use overlay files that exist, made for the purpose.',
    },
    live: {
      type: 'boolean',
      description: 'Keep the guest running while its memory is saved. Needs `memspec`.',
    },
    validate: {
      type: 'boolean',
      description: 'Have libvirt check the snapshot XML against its schema.',
    },
    memspec: {
      type: 'object',
      additionalProperties: false,
      required: ['file'],
      description: 'Where the memory goes.',
      properties: { file: { type: 'string', minLength: 1, description: 'Absolute path.' } },
    },
    diskspec: {
      type: 'array',
      minItems: 1,
      description:
        'What to do with each disk; as with virsh, a disk that is not listed gets an overlay beside its active file.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['disk'],
        properties: {
          disk: {
            type: 'string',
            minLength: 1,
            description: 'Target name; `*` for every disk that is not listed by its name.',
          },
          snapshot: {
            type: 'string',
            enum: ['external', 'no'],
            description: '`no` leaves the disk alone.',
          },
          driver: {
            type: 'string',
            enum: ['qcow2', 'qed'],
            description: "The overlay's format: qcow2 unless told.",
          },
          file: { type: 'string', minLength: 1, description: 'Absolute path of the overlay.' },
        },
      },
    },
  },
} as const satisfies ParamsSchema;

type Params = Infer<typeof schema>;

export const snapshotCreateAs = defineStep<typeof schema>({
  kind: 'snapshot-create-as',
  summary:
    'Let each disk of the running guest go on in an overlay, so that the file below is quiet and can be copied.',
  schema,
  unoffered: {
    halt: 'the rest of a plan needs the guest running, and a stopped guest is not brought back by a rollback',
    'print-xml': 'use `run --dry-run` to see what would be done',
  },
  check(params: Params): Finding[] {
    const findings = [
      ...checkNeeds(params, 'quiesce', 'disk-only'),
      ...checkNeeds(params, 'live', 'memspec'),
      ...checkExclusive(params, 'disk-only', 'memspec'),
      ...checkPlainPath(['memspec', 'file'], params.memspec?.file),
    ];
    if (!params['disk-only'] && !params.memspec) {
      findings.push(
        refuse(
          'BP056',
          [],
          'an internal snapshot would be made: it stops the guest while its memory is written into the image',
          'add "disk-only: true" for overlays, or "memspec" for a file that takes the memory',
        ),
      );
    }
    const seen = new Set<string>();
    params.diskspec?.forEach((spec, index) => {
      if (seen.has(spec.disk))
        findings.push(refuse('BP057', ['diskspec', index, 'disk'], `${spec.disk} is listed twice`));
      seen.add(spec.disk);
      findings.push(...checkPlainPath(['diskspec', index, 'file'], spec.file));
      if (spec.snapshot === 'no' && spec.file !== undefined) {
        findings.push(
          refuse(
            'BP057',
            ['diskspec', index, 'file'],
            `${spec.disk} is left out of the snapshot, so it has no file`,
          ),
        );
      }
      if (spec.disk === EVERY_OTHER && spec.file !== undefined) {
        findings.push(
          refuse(
            'BP057',
            ['diskspec', index, 'file'],
            'several disks cannot go on in one file',
            'list each disk by its name, or leave "file" out',
          ),
        );
      }
      if (params['reuse-external'] && spec.snapshot !== 'no' && spec.file === undefined) {
        findings.push(
          refuse(
            'BP057',
            ['diskspec', index],
            `"reuse-external" needs to know the overlay of ${spec.disk}`,
            'add "file"',
          ),
        );
      }
    });
    return findings;
  },
  preflight(params: Params, world) {
    const findings = checkRunning(world);
    if (findings.length > 0) return findings;
    const { name, state, agent, snapshots } = world.domain;
    if (!params['no-metadata'] && snapshots.includes(params.name)) {
      findings.push(
        refuse(
          'BP111',
          'name',
          `"${name}" has a snapshot "${params.name}" already`,
          'choose another name, or add "no-metadata: true"',
        ),
      );
    }
    if (params.quiesce && state === 'paused') {
      findings.push(
        refuse(
          'BP112',
          'quiesce',
          `"${name}" is paused, so its guest agent cannot freeze its file systems`,
          `leave "quiesce" out, or let it run: ${virshCommand('resume', name)}`,
        ),
      );
    } else if (params.quiesce && !agent) {
      findings.push(
        refuse(
          'BP112',
          'quiesce',
          `the guest agent of "${name}" is not connected, so its file systems cannot be frozen`,
          'start qemu-guest-agent in the guest, or leave "quiesce" out',
        ),
      );
    }
    params.diskspec?.forEach((spec, index) => {
      if (spec.disk === EVERY_OTHER) return;
      const disk = workableDisk(world, spec.disk, ['diskspec', index, 'disk']);
      if (Array.isArray(disk) && spec.snapshot !== 'no') findings.push(...disk);
    });
    for (const overlay of overlays(params, world)) {
      const at = (params.diskspec ?? []).findIndex((spec) => spec.disk === overlay.target);
      const key = at < 0 ? ['name'] : ['diskspec', at];
      const unlisted = at < 0 ? checkUnlisted(world, overlay.target) : [];
      const unnamed = checkNamed(params, world, overlay, key);
      const disk = diskOf(world, overlay.target);
      const leaveOut = `leave it out: "diskspec: [{ disk: ${overlay.target}, snapshot: no }]"`;
      const unpaired = disk ? checkPaired(world, disk, key, leaveOut) : [];
      findings.push(...unlisted, ...unnamed, ...unpaired);
      if (unnamed.length === 0) findings.push(...checkOverlayFile(params, world, overlay, key));
    }
    findings.push(...checkApart(params, world));
    if (overlays(params, world).length === 0)
      findings.push(refuse('BP104', [], `no disk of "${name}" would take part in the snapshot`));
    if (params.memspec)
      findings.push(
        ...checkNewFile(world, ['memspec', 'file'], params.memspec.file, world.domain.memory ?? 0),
      );
    return findings;
  },
  files: (params: Params, world) => [
    ...overlays(params, world).map((overlay) => overlay.file),
    ...(params.memspec ? [params.memspec.file] : []),
  ],
  amounts: (params: Params, world) =>
    overlays(params, world).map(({ file }) => ({ to: file, copied: 0, room: OVERLAY_ROOM })),
  preconditions,
  phases: (params: Params) => [snapshotPhase(params)],
  examples: [
    {
      title: 'A quiet base for a backup',
      params: {
        name: 'backup',
        'disk-only': true,
        atomic: true,
        quiesce: true,
        'no-metadata': true,
      },
    },
    {
      title: 'One disk of several, with the overlay elsewhere',
      params: {
        name: 'nightly',
        'disk-only': true,
        atomic: true,
        diskspec: [
          { disk: 'vda', file: '/fast/vda.nightly' },
          { disk: 'vdb', snapshot: 'no' },
        ],
      },
    },
    {
      title: 'The memory too',
      params: { name: 'before-upgrade', live: true, memspec: { file: '/backup/testvm.mem' } },
    },
  ],
});

function snapshotPhase(params: Params): Phase {
  return {
    name: 'snapshot',
    summary: `let the disks go on in overlays${params.quiesce ? ', with the file systems frozen for that moment' : ''}`,
    wayBack: params['reuse-external']
      ? 'commit each overlay back into the file below it, and pivot; the overlays stay'
      : 'commit each overlay back into the file below it, pivot, and remove the overlay',
    ...(params.memspec && !params.live ? { pauses: 'while its memory is written' } : {}),
    effects: (world) => [
      ...newFiles(params, world).map((file) => makeFile(file, 'take the place of what is made')),
      ...(params.quiesce ? [agentTimeout(world, AGENT_TIMEOUT_SECONDS)] : []),
      {
        tool: 'virsh',
        verb: 'snapshot-create-as',
        args: snapshotArgs(params, world),
        why: 'make the overlays',
        ...(params['reuse-external']
          ? writesOver(
              world,
              overlays(params, world).map(({ file }) => file),
              false,
            )
          : {}),
        timeoutMs: params.memspec ? 3_600_000 : SNAPSHOT_TIMEOUT_MS,
      },
      ...(params.quiesce ? [thaw(world), agentTimeout(world, undefined)] : []),
    ],
    settled(before, after) {
      const problems = overlays(params, before).flatMap((overlay) => {
        return isAbove(after, overlay)
          ? removedMeanwhile(after, overlay.file)
          : [`${overlay.target} is not on ${overlay.file} above ${overlay.base}`];
      });
      if (!params['no-metadata'] && !after.domain.snapshots.includes(params.name)) {
        problems.push(`libvirt has no record of snapshot ${params.name}`);
      }
      problems.push(...removedMeanwhile(after, params.memspec?.file));
      return problems;
    },
    undo: (before, now) => commitBack(params, before, now),
    rollbackRoom: (before) =>
      overlays(params, before).flatMap(({ target, base }) => {
        const disk = diskOf(before, target);
        const top = disk?.chain[0];
        const most = top ? growthOf(before, top, disk.capacity) : 0;
        return most === 0 ? [] : [{ file: base, least: 0, most }];
      }),
  };
}

function preconditions(params: Params, world: World): Precondition[] {
  const taking = overlays(params, world);
  return [
    ...taking.flatMap(({ target }) => [workableNeed(world, target), unwrittenNeed(target)]),
    ...(params['no-metadata']
      ? []
      : [{ what: `there is no snapshot ${params.name}`, needs: { told: ['snapshots'] as const } }]),
    ...(params.quiesce
      ? [
          world.domain.state === 'paused'
            ? { what: 'the guest runs, so that its agent answers', needs: 'domain' as const }
            : { what: 'the guest agent is connected', needs: 'domain' as const },
          { what: 'the guest agent freezes and thaws in time', needs: 'run' as const },
        ]
      : []),
    ...newFiles(params, world).flatMap(newFileNeeds),
    ...(params['reuse-external'] ? taking : []).flatMap(({ file, base }) => [
      { what: `there is an overlay ${file} above ${base}`, needs: { file } },
      ...existingNeeds('file', file),
      unsharedNeed([file]),
      openableNeed(file),
    ]),
    ...taking.map(({ file }) => ({
      what: `there is room for all that the guest writes while it is on ${file}`,
      needs: 'run' as const,
    })),
  ];
}

/** Refuses a disk that takes part by default where it cannot, or where its definition says something else. */
function checkUnlisted(world: World, target: string): Finding[] {
  const listed = (snapshot: string) =>
    `say what becomes of it, in "diskspec": { disk: ${target}, snapshot: ${snapshot} }`;
  const disk = workableDisk(world, target, ['name']);
  if (Array.isArray(disk))
    return disk.map((each) => (each.code === 'BP126' ? { ...each, hint: listed('no') } : each));
  // libvirt refuses the one, and leaves the guest paused for the other (src/qemu/qemu_snapshot.c).
  return disk.snapshot === 'internal' || disk.snapshot === 'manual'
    ? [
        refuse(
          'BP143',
          'name',
          `the definition says snapshot='${disk.snapshot}' for ${target}, which is no overlay`,
          listed('external'),
        ),
      ]
    : [];
}

/** Refuses an overlay that has no name: beside a block device it would lie in /dev, that is in memory. */
function checkNamed(
  params: Params,
  world: World,
  { target, base }: Overlay,
  key: readonly (string | number)[],
): Finding[] {
  const named = specOf(params, target)?.file !== undefined;
  return named || !diskOf(world, target)?.chain[0]?.block
    ? []
    : [
        refuse(
          'BP143',
          key,
          `libvirt makes no overlay beside ${base}, which is a block device (${target})`,
          `say where it goes, in "diskspec": { disk: ${target}, file: /… }`,
        ),
      ];
}

/** Refuses an overlay file that is there, or for `reuse-external` one that is not, and any that is in use. */
function checkOverlayFile(
  params: Params,
  world: World,
  { target, file, format, base }: Overlay,
  key: readonly (string | number)[],
): Finding[] {
  if (!params['reuse-external'])
    return [...checkNewFile(world, key, file, OVERLAY_ROOM), ...checkReachable(world, key, file)];
  if (!fileAt(world, file))
    return [
      refuse(
        'BP106',
        key,
        `there is no ${file} to use as overlay`,
        `make it first: ${commandLine('qemu-img', 'create', '-f', format, '-b', base, '-F', 'FORMAT', file)}`,
      ),
    ];
  return disksUsing(world, file).length > 0
    ? [refuse('BP106', key, `${file} belongs to one of the guest's own disks`)]
    : [
        ...checkNotShared(world, key, [file]),
        ...checkOthersRead(world, key),
        ...checkEnterable(world, key, file),
        ...checkBacking(world, key, file, base),
        ...checkExisting(world, key, {
          file,
          format,
          block: false,
          reuse: true,
          capacity: diskOf(world, target)?.capacity,
          bytes: 0,
        }).map((each) =>
          each.code === 'BP146' ? { ...each, hint: 'choose a regular file' } : each,
        ),
      ];
}

/** The files that are made: all but overlays that are there for reuse. */
function newFiles(params: Params, world: World): string[] {
  const made = params['reuse-external'] ? [] : overlays(params, world).map(({ file }) => file);
  return [...made, ...(params.memspec ? [params.memspec.file] : [])];
}

/** Refuses two disks, or a disk and the memory, that would go to the same file. */
function checkApart(params: Params, world: World): Finding[] {
  const places = [
    ...overlays(params, world).map(({ target, file }) => ({ what: target, file })),
    ...(params.memspec ? [{ what: 'the memory', file: params.memspec.file }] : []),
  ];
  const files = places.map(({ file }) => file);
  return places.flatMap(({ what, file }, at) => {
    const first = indexOfFile(world, files, file);
    return first === at
      ? []
      : [
          refuse(
            'BP057',
            [],
            `${places[first]?.what} and ${what} would both go to ${file}`,
            'give each a file of its own in "diskspec"',
          ),
        ];
  });
}

/** What the plan says of a disk: by its name, or as one of all the others. */
function specOf(params: Params, target: string) {
  const named = (name: string) => params.diskspec?.find((each) => each.disk === name);
  return named(target) ?? named(EVERY_OTHER);
}

/**
 * libvirt waits for the guest agent for ever unless told (virsh, guest-agent-timeout): a freeze that hangs would then hold
 * the domain against every later command, also after this run is gone.
 */
function agentTimeout(world: World, seconds: number | undefined): VirshEffect {
  return {
    tool: 'virsh',
    verb: 'guest-agent-timeout',
    args: { domain: world.domain.name, timeout: seconds ?? -2 },
    why:
      seconds === undefined
        ? "put libvirt's wait for the guest agent back to its default"
        : 'bound the wait for the guest agent',
  };
}

/** libvirt thaws what it froze, but says nothing when the agent died in between; a thaw of what is thawed does nothing. */
function thaw(world: World): VirshEffect {
  return {
    tool: 'virsh',
    verb: 'domfsthaw',
    args: { domain: world.domain.name },
    why: 'make sure that no file system stays frozen',
  };
}

const FROZEN =
  "the guest agent did not answer after the freeze: the guest's file systems may still be frozen (in the guest: fsfreeze --unfreeze, or restart it)";

/** Which disks get an overlay, and where: what libvirt would choose, said outright. */
function overlays(params: Params, world: World): Overlay[] {
  return world.domain.disks.flatMap((disk) => {
    const spec = specOf(params, disk.target);
    const active = disk.chain[0];
    if (!active || disk.readonly || (disk.device !== 'disk' && disk.device !== 'lun')) return [];
    if (spec ? spec.snapshot === 'no' : disk.snapshot === 'no') return [];
    return [
      {
        target: disk.target,
        file: spec?.file ?? defaultOverlayFile(active.file, params.name),
        format: spec?.driver ?? 'qcow2',
        base: active.file,
      },
    ];
  });
}

/** Whether the guest writes to the overlay, above the file that it wrote to before. */
function isAbove(world: World, { target, file, base }: Overlay): boolean {
  const [top, below] = diskOf(world, target)?.chain ?? [];
  return isSameFile(world, top?.file, file) && isSameFile(world, below?.file, base);
}

function snapshotArgs(params: Params, world: World): SnapshotArgs {
  const taking = overlays(params, world);
  const specs = world.domain.disks
    .filter((disk) => disk.chain.length > 0)
    .map((disk) => {
      const overlay = taking.find((each) => each.target === disk.target);
      return overlay ? externalSpec(overlay) : ({ disk: disk.target, snapshot: 'no' } as const);
    });
  return {
    ...given(snapshotCommand, params),
    domain: world.domain.name,
    name: params.name,
    diskspec: specs,
  };
}

/**
 * Where no overlay was made the freeze itself failed, or libvirt has thawed; where one was made only the thaw can have
 * failed, and then the guest may stand still.
 */
function helpThaw(params: Params, before: World, now: World): Effect[] {
  const made = overlays(params, before).some((overlay) =>
    isSameFile(now, activeFile(now, overlay.target), overlay.file),
  );
  const { process } = now.domain;
  const about = { doubt: FROZEN, ...(process ? { of: process } : {}) };
  const thawing = { ...thaw(now), optional: true, ...(made ? about : {}) } as const;
  // A guest that was started again since then is not frozen, and its agent may not be there yet.
  if (hasEnded(before.domain.process, now.domain)) return [];
  return [
    ...(made || now.domain.agent ? [thawing] : []),
    { ...agentTimeout(now, undefined), optional: true },
  ];
}

/** Without a running guest nobody can tell for sure whether it had moved: the overlay may hold its latest writes. */
function mayHaveMoved(before: World, now: World, overlay: Overlay): boolean {
  const { file, target } = overlay;
  const isNew = !fileAt(before, file);
  return Boolean(fileAt(now, file)) && (isNew || isAbove(now, overlay) || !diskOf(now, target));
}

function commitBack(params: Params, before: World, now: World): Effect[] {
  const { name, state, snapshots } = now.domain;
  const running = isUp(now);
  const effects: Effect[] = [];
  for (const overlay of overlays(params, before)) {
    if (!running && mayHaveMoved(before, now, overlay)) {
      throw new NoWayBack(
        `"${name}" is ${state}: a commit of ${overlay.file} into ${overlay.base} needs a running guest, and the overlay may hold its latest writes`,
      );
    }
    if (isAbove(now, overlay)) {
      effects.push(
        ...abortOwnJob(now, overlay.target, overlay.base),
        {
          tool: 'virsh',
          verb: 'blockcommit',
          args: { domain: name, path: overlay.target, base: overlay.base, active: true },
          why: `commit ${overlay.file} back into ${overlay.base}`,
        },
        awaitReady(
          overlay.target,
          undefined,
          'until the file below holds all that the overlay holds',
        ),
        pivot(now, overlay.target, `move ${overlay.target} back to ${overlay.base}`),
        ...(params['reuse-external']
          ? []
          : [{ ...removeFile(overlay.file, 'remove the overlay'), made: true as const }]),
      );
    } else {
      effects.push(...removeMade(before, now, overlay.file, false));
    }
  }
  if (
    !params['no-metadata'] &&
    snapshots.includes(params.name) &&
    !before.domain.snapshots.includes(params.name)
  ) {
    effects.push({
      tool: 'virsh',
      verb: 'snapshot-delete',
      args: { domain: name, snapshotname: params.name, metadata: true },
      why: `remove libvirt's record of snapshot ${params.name}`,
    });
  }
  if (params.memspec) effects.push(...removeMade(before, now, params.memspec.file, false));
  // An overlay that ran out of room has stopped the guest; on the file below it can go on.
  if (effects.length > 0 && state === 'paused' && before.domain.state === 'running') {
    effects.push({
      tool: 'virsh',
      verb: 'resume',
      args: { domain: name },
      why: 'let the guest go on',
    });
  }
  return [
    ...(effects.length > 0 ? effects : restoreDefinition(before, now)),
    ...(params.quiesce && running ? helpThaw(params, before, now) : []),
  ];
}
