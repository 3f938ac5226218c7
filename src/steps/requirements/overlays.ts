/** What a snapshot requires of its disks, of the paths of their overlays, and of the guest agent. */
import { codes } from '../../codes.ts';
import { commandLine, virshCommand } from '../../command.ts';
import { disksUsing, fileAt, indexOfFile } from '../../model/file-identity.ts';
import { type Disk, diskOf, type HostState } from '../../model/host-state.ts';
import { diskSpecOf, type Overlay, type Snapshot } from '../overlay.ts';
import { checkPaired } from './definition.ts';
import { requireDiskForJob } from './disk.ts';
import { checkBacking, requireOverwritable } from './existing-file.ts';
import { requireNewFile, requireWritableByQemu } from './new-file.ts';
import { type Needs, type ParamPath, type Refusal, refuse, refuseStep } from './requirement.ts';

/** In bytes. An overlay begins almost empty, but without any free space the guest would soon be paused. */
export const OVERLAY_ROOM = 64 * 1024 * 1024;

/** The parameter that lists the disk; for a disk that takes part by default, the name of the snapshot. */
export function diskKeyOf(params: Snapshot, target: string): readonly (string | number)[] {
  const at = (params.diskspec ?? []).findIndex(({ disk }) => disk === target);
  return at < 0 ? ['name'] : ['diskspec', at];
}

/** How a plan leaves the disk out: one that is not listed takes part by default. */
export function leaveOutOf(params: Snapshot, target: string): string {
  return diskKeyOf(params, target)[0] === 'diskspec'
    ? 'leave it out with "snapshot: no"'
    : `leave it out with "diskspec: [{ disk: ${target}, snapshot: no }]"`;
}

export function requireSnapshotDisk(
  needs: Needs,
  params: Snapshot,
  state: HostState,
  { target }: Overlay,
): void {
  const key = diskKeyOf(params, target);
  const isListed = key[0] === 'diskspec';
  const leaveOut = leaveOutOf(params, target);
  const place = isListed ? [...key, 'disk'] : key;
  const suits = requireDiskForJob(needs, state, target, place, leaveOut);
  if (suits && !isListed)
    externalByDefault(
      needs,
      suits,
      `list it in "diskspec": { disk: ${target}, snapshot: external }`,
    );
  const disk = diskOf(state, target);
  if (!disk) return;
  needs.require(
    `the definition, if any, also has ${target}`,
    'domain',
    checkPaired(state, disk, key, leaveOut),
  );
}

/** libvirt refuses `internal`, and leaves the guest paused for `manual` (src/qemu/qemu_snapshot.c). */
function externalByDefault(needs: Needs, { target, snapshot }: Disk, hint: string): void {
  needs.requireUnlisted(
    `the definition allows an overlay of ${target}`,
    'domain',
    snapshot === 'internal' || snapshot === 'manual'
      ? [
          refuseStep(
            codes.snapshotDiskUnset,
            'name',
            `the definition has snapshot='${snapshot}' for ${target}, which creates no overlay`,
            hint,
          ),
        ]
      : [],
  );
}

export function requireNewSnapshot(needs: Needs, params: Snapshot, state: HostState): void {
  if (params['no-metadata']) return;
  const { name, snapshots } = state.domain;
  needs.require(
    `no snapshot is named ${params.name}`,
    { told: ['snapshots'] },
    snapshots.includes(params.name)
      ? [
          refuse(
            codes.snapshotExists,
            'name',
            `"${name}" already has a snapshot "${params.name}"`,
            'choose another name, or add "no-metadata: true"',
          ),
        ]
      : [],
  );
}

/** Requires that the guest's file systems can be frozen. */
export function requireFreezable(
  needs: Needs,
  { domain: { agent, name, state }, host }: HostState,
): void {
  if (state === 'paused')
    needs.require('the guest is running, so that its agent answers', 'domain', [
      refuse(
        codes.agentNotConnected,
        'quiesce',
        `"${name}" is paused, so its guest agent cannot freeze its file systems`,
        `leave "quiesce" out, or resume the guest: ${virshCommand(host, 'resume', name)}`,
      ),
    ]);
  else
    needs.require(
      'the guest agent is connected',
      'domain',
      agent
        ? []
        : [
            refuse(
              codes.agentNotConnected,
              'quiesce',
              `the guest agent of "${name}" is not connected, so its file systems cannot be frozen`,
              'start qemu-guest-agent in the guest, or leave "quiesce" out',
            ),
          ],
    );
  needs.require('the guest agent freezes and thaws in time', 'run');
}

/** Requires a path for the overlay: a new file, or for `reuse-external` an existing overlay that fits the disk. */
export function requireOverlayFile(
  needs: Needs,
  params: Snapshot,
  state: HostState,
  overlay: Overlay,
): void {
  const { target, file, format, base } = overlay;
  const key = diskKeyOf(params, target);
  const disk = diskOf(state, target);
  const isUnnamed = diskSpecOf(params, target)?.file === undefined && disk?.chain[0]?.block;
  // Beside a block device it would be in /dev, that is, in memory.
  const unnamed = isUnnamed
    ? [
        refuseStep(
          codes.snapshotDiskUnset,
          key,
          `libvirt creates no overlay beside ${base}, which is a block device (${target})`,
          `specify its file in "diskspec": { disk: ${target}, file: /… }`,
        ),
      ]
    : [];
  if (!needs.requireUnlisted(`the overlay of ${target} has a file name`, 'domain', unnamed)) return;
  if (!params['reuse-external']) {
    requireNewFile(needs, state, key, file, OVERLAY_ROOM);
    requireWritableByQemu(needs, state, key, file, true);
    return;
  }
  const missing = checkThere(state, key, overlay);
  needs.require(
    `${file} exists and is an overlay of ${base}`,
    { file },
    missing.length > 0 ? missing : checkBacking(state, key, file, base),
  );
  if (missing.length === 0)
    requireOverwritable(needs, state, key, {
      file,
      format,
      block: false,
      reuse: true,
      capacity: disk?.capacity,
      bytes: 0,
      otherKind: 'choose a regular file',
    });
}

function checkThere(state: HostState, key: ParamPath, { file, format, base }: Overlay): Refusal[] {
  if (!fileAt(state, file))
    return [
      refuse(
        codes.fileExistence,
        key,
        `the overlay ${file} does not exist`,
        `create it first: ${commandLine('qemu-img', 'create', '-f', format, '-b', base, '-F', 'FORMAT', file)}`,
      ),
    ];
  return disksUsing(state, file).length > 0
    ? [
        refuse(
          codes.fileExistence,
          key,
          `${file} belongs to one of the guest's own disks`,
          'choose another file',
        ),
      ]
    : [];
}

/** Requires that no two disks, and no disk and the memory, use the same file. */
export function requireDistinctFiles(
  needs: Needs,
  { memspec }: Snapshot,
  state: HostState,
  taking: readonly Overlay[],
): void {
  const places = [
    ...taking.map(({ target, file }) => ({ what: target, file })),
    ...(memspec ? [{ what: 'the memory', file: memspec.file }] : []),
  ];
  const files = places.map(({ file }) => file);
  const clashes = places.flatMap(({ what, file }, at) => {
    const first = indexOfFile(state, files, file);
    return first === at
      ? []
      : [
          refuse(
            codes.invalidDiskspec,
            [],
            `${places[first]?.what} and ${what} would both be written to ${file}`,
            'give each its own file in "diskspec"',
          ),
        ];
  });
  needs.requireUnlisted('each disk is written to its own file', 'domain', clashes);
}
