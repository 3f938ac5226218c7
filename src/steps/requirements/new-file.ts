/** What steps require of the place of a file that they make. */
import { dirname } from 'node:path';
import { codes } from '../../codes.ts';
import { commandLine } from '../../command.ts';
import { fileAt } from '../../model/file-identity.ts';
import type { HostState } from '../../model/host-state.ts';
import { type Needs, type ParamPath, type Refusal, refuse } from './requirement.ts';
import { requireUnnamed } from './unshared.ts';

/**
 * Requires that a file can be made there, with room for it.
 * @param needed how many bytes it takes at most, as far as can be told
 */
export function requireNewFile(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  file: string,
  needed: number,
): void {
  requireNoFile(needs, state, key, file);
  needs.require(
    `there is a folder for ${file}, with room, in which files can be made`,
    { folder: file },
    checkFolder(state, key, file, needed),
  );
  requireUnnamed(needs, state, key, [file]);
}

/** Requires that nothing is at the path. */
export function requireNoFile(
  needs: Needs,
  state: HostState,
  key: ParamPath,
  file: string,
  hint = 'choose another path, or move that file away',
): boolean {
  return needs.require(
    `there is no file ${file}`,
    { file },
    fileAt(state, file)
      ? [
          refuse(
            codes.fileExistence,
            key,
            `${file} exists already; blockplan writes over no file`,
            hint,
          ),
        ]
      : [],
  );
}

/** Refuses a folder that is missing or not writable, or in which the bytes would not fit. */
export function checkFolder(
  state: HostState,
  key: ParamPath,
  file: string,
  needed: number,
): Refusal[] {
  const parent = dirname(file);
  const folder = state.folders[parent];
  if (folder === null)
    return [
      refuse(
        codes.folderNotWritable,
        key,
        `the folder ${parent} does not exist on the host`,
        `make it: ${commandLine('mkdir', '-p', parent)}`,
      ),
    ];
  if (folder && !folder.writable)
    return [
      refuse(
        codes.folderNotWritable,
        key,
        `no file can be made in ${parent}: it is read-only, or not yours`,
      ),
    ];
  return folder && folder.free < needed
    ? [
        refuse(
          codes.noSpace,
          key,
          `${parent} has ${folder.free} bytes free, but up to ${needed} are needed`,
          'make room, or choose another place',
        ),
      ]
    : [];
}

/**
 * Requires that the guest's QEMU may write to the file. Whether it may is for its user, AppArmor or SELinux to say, and
 * libvirt sets them up only when asked to: so only the run can tell for sure.
 * @param made whether the file is made by blockplan, so that its owner is known
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

/** The same of a layer that the guest's QEMU has open already: nothing can be looked at before it is opened for writing. */
export function requireReopenable(needs: Needs, file: string): boolean {
  return needs.require(writeSentence(file), 'run');
}

function writeSentence(file: string): string {
  return `the host lets QEMU write to ${file}`;
}

/** Refuses a file below a folder that the user of the guest's QEMU may not enter, so that QEMU cannot open it. */
function checkEnterable(state: HostState, key: ParamPath, file: string): Refusal[] {
  const { name, confinement } = state.domain;
  const barredAt = state.folders[dirname(file)]?.barredAt;
  if (!confinement?.user || barredAt === undefined) return [];
  return [
    refuse(
      codes.qemuAccessDenied,
      key,
      `the QEMU of "${name}" runs as user ${confinement.user.uid}, who may not enter ${barredAt}, so it cannot open ${file}`,
      `choose another place, or let that user in: ${commandLine('chmod', 'o+x', barredAt)}`,
    ),
  ];
}

/** Refuses a file that blockplan makes and libvirt would not give to the user of the guest's QEMU. */
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
      `the QEMU of "${name}" runs as user ${uid}, and its seclabel has relabel='no', so libvirt does not give it files: what user ${user} makes at ${file} it cannot write to`,
      `make the file first, give it to that user, and add "reuse-external: true"`,
    ),
  ];
}
