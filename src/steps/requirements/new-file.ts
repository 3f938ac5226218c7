/** What steps require of the path of a file that they create. */
import { dirname, join } from 'node:path';
import { codes } from '../../codes.ts';
import { commandLine } from '../../command.ts';
import { fileAt } from '../../model/file-identity.ts';
import type { HostState, ImageFile } from '../../model/host-state.ts';
import { comparedSizes } from '../../size-text.ts';
import { type Needs, type ParamPath, type Refusal, refuse } from './requirement.ts';
import { requireSyncable } from './synced-file.ts';
import { requireUnnamed } from './unshared.ts';

/**
 * Requires that a file can be created there, with enough space.
 * @param needed the bytes that it certainly takes, as far as known
 * @param most for a copy: the most bytes that it takes, as far as known
 */
export function requireNewFile(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  file: string,
  needed: number,
  most?: number,
): void {
  const inside = `write the path of a new file in it, such as ${join(file, 'NAME')}`;
  requireNoFile(needs, state, key, file, isFolder(fileAt(state, file)) ? inside : undefined);
  needs.require(
    `the folder of ${file} exists, is writable and has enough free space`,
    { folder: file },
    checkFolder(state, key, file, needed, most),
  );
  requireSyncable(needs, state, key, file);
  requireUnnamed(needs, state, key, [file]);
}

/** Requires that nothing exists at the path. */
export function requireNoFile(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  file: string,
  hint = 'choose another path, or move that file away',
): boolean {
  const found = fileAt(state, file);
  return needs.require(
    `${file} does not exist`,
    { file },
    found
      ? [
          refuse(
            codes.fileExistence,
            key,
            isFolder(found)
              ? `${file} is a folder`
              : `${file} already exists; blockplan does not overwrite files`,
            hint,
          ),
        ]
      : [],
  );
}

function isFolder(found: ImageFile | null | undefined): boolean {
  return found?.place?.kind === 'folder';
}

/** Refuses a folder that is missing or not writable, or that has too little free space. */
export function checkFolder(
  state: HostState,
  key: ParamPath,
  file: string,
  needed: number,
  most?: number,
): Refusal[] {
  const parent = dirname(file);
  const folder = state.folders[parent];
  const obstacle = folder ? folder.blockedBy : knownFileOn(state, parent);
  if (obstacle !== undefined)
    return [
      refuse(
        codes.folderNotWritable,
        key,
        `${obstacle} is not a folder, so no file can be created at ${file}`,
        'choose a path in an existing folder',
      ),
    ];
  if (folder === null)
    return [
      refuse(
        codes.folderNotWritable,
        key,
        `the folder ${parent} does not exist on the host`,
        `create it: ${commandLine('mkdir', '-p', parent)}`,
      ),
    ];
  if (folder && !folder.writable)
    return [
      refuse(
        codes.folderNotWritable,
        key,
        `no file can be created in ${parent}: the folder is read-only, or belongs to another user`,
        'choose another folder, or run blockplan as a user who can write to it',
      ),
    ];
  // How much a file system that compresses stores of a copy is unknown.
  if (!folder || folder.free >= needed || (most !== undefined && folder.mayCompress)) return [];
  const [free, least, upper] = comparedSizes(folder.free, needed, Math.max(needed, most ?? 0));
  const amount =
    most === undefined
      ? least
      : `at least ${least}${upper === least ? '' : `, and up to ${upper},`}`;
  return [
    refuse(
      codes.noSpace,
      key,
      `${parent} has ${free} free, but ${amount} are needed`,
      'free some space, or choose another folder',
    ),
  ];
}

/** The nearest part of the path at which a file or a device is known; undefined if there is none. */
function knownFileOn(state: HostState, path: string): string | undefined {
  if (fileAt(state, path)) return path;
  return dirname(path) === path ? undefined : knownFileOn(state, dirname(path));
}

/**
 * Requires that the guest's QEMU may write to the file. That depends on its user, AppArmor or SELinux, which libvirt sets
 * up only during the operation: so only the run can check it for certain.
 * @param made whether blockplan creates the file, so that its owner is known
 */
export function requireWritableByQemu(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  file: string,
  made: boolean,
): boolean {
  const barred = checkEnterable(state, key, file);
  const unmet = barred.length > 0 || !made ? barred : checkGiven(state, key, file);
  return needs.require(writeSentence(file), 'run', unmet);
}

/** The same for a layer that the guest's QEMU already has open: nothing can be checked before QEMU opens it for writing. */
export function requireReopenable(needs: Needs, file: string): boolean {
  return needs.require(writeSentence(file), 'run');
}

function writeSentence(file: string): string {
  return `the host lets QEMU write to ${file}`;
}

/** Refuses a file below a folder that the user of the guest's QEMU cannot enter, so that QEMU cannot open the file. */
function checkEnterable(state: HostState, key: ParamPath, file: string): Refusal[] {
  const { name, confinement } = state.domain;
  const barredAt = state.folders[dirname(file)]?.barredAt;
  if (!confinement?.user || barredAt === undefined) return [];
  return [
    refuse(
      codes.qemuAccessDenied,
      key,
      `the QEMU of "${name}" runs as user ${confinement.user.uid}, who cannot enter ${barredAt}, so it cannot open ${file}`,
      `choose another path, or let all users enter the folder: ${commandLine('chmod', 'o+x', barredAt)}`,
    ),
  ];
}

/** Refuses a file that blockplan creates if libvirt would not change its owner to the user of the guest's QEMU. */
function checkGiven(state: HostState, key: ParamPath, file: string): Refusal[] {
  const { name, confinement } = state.domain;
  if (!confinement?.user || confinement.givesFiles) return [];
  const { uid } = confinement.user;
  const { user } = state.host;
  if (user === undefined || user === uid) return [];
  return [
    refuse(
      codes.qemuAccessDenied,
      key,
      `the QEMU of "${name}" runs as user ${uid}, and its seclabel has relabel='no', so libvirt does not change the owner of files: QEMU cannot write to a file that user ${user} creates at ${file}`,
      `create the file first, change its owner to that user, and add "reuse-external: true"`,
    ),
  ];
}
