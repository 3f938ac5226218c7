/** What steps ask of the places that their files go to. */
import { dirname } from 'node:path';
import { commandLine } from '../command.ts';
import type { Finding } from '../errors.ts';
import { fileAt, isSameFile } from '../model/file-identity.ts';
import { backingPath } from '../model/headers.ts';
import type { World } from '../model/world.ts';
import type { Amount } from './needs.ts';
import { checkNotShared, refuse } from './preconditions.ts';

/**
 * Refuses a new file where there is one, where its folder is missing or not writable, where another domain
 * uses the path, or where the bytes would not fit.
 * @param needed how many bytes it will take at most, as far as can be told
 */
export function checkNewFile(
  world: World,
  key: string | readonly (string | number)[],
  file: string,
  needed: number,
): Finding[] {
  const findings = checkNotShared(world, key, [file]);
  if (fileAt(world, file)) {
    findings.push(
      refuse(
        'BP106',
        key,
        `${file} exists already; blockplan writes over no file`,
        'choose another path, or move that file away',
      ),
    );
  }
  const parent = dirname(file);
  const folder = world.folders[parent];
  if (folder === null) {
    findings.push(
      refuse(
        'BP107',
        key,
        `the folder ${parent} does not exist on the host`,
        `make it: ${commandLine('mkdir', '-p', parent)}`,
      ),
    );
  } else if (folder && !folder.writable) {
    findings.push(
      refuse('BP107', key, `no file can be made in ${parent}: it is read-only, or not yours`),
    );
  } else if (folder && folder.free < needed) {
    findings.push(
      refuse(
        'BP108',
        key,
        `${parent} has ${folder.free} bytes free, but up to ${needed} are needed`,
        'make room, or choose another place',
      ),
    );
  }
  return findings;
}

/** Refuses a file below a folder that the user of the guest's QEMU may not enter, so that QEMU cannot open it. */
export function checkEnterable(
  world: World,
  key: string | readonly (string | number)[],
  file: string,
): Finding[] {
  const { name, confinement } = world.domain;
  const barredAt = world.folders[dirname(file)]?.barredAt;
  if (!confinement?.user || barredAt === undefined) return [];
  return [
    refuse(
      'BP138',
      key,
      `the QEMU of "${name}" runs as user ${confinement.user.uid}, who may not enter ${barredAt}, so it cannot open ${file}`,
      `choose another place, or let that user in: ${commandLine('chmod', 'o+x', barredAt)}`,
    ),
  ];
}

/** Refuses a new file that the guest's QEMU could not write to: it cannot get there, or libvirt would not give it the file. */
export function checkReachable(
  world: World,
  key: string | readonly (string | number)[],
  file: string,
): Finding[] {
  const barred = checkEnterable(world, key, file);
  const { name, confinement } = world.domain;
  if (barred.length > 0 || !confinement?.user) return barred;
  const { uid } = confinement.user;
  const { user } = world.host;
  if (confinement.givesFiles || user === undefined || user === uid) return [];
  return [
    refuse(
      'BP138',
      key,
      `the QEMU of "${name}" runs as user ${uid}, and its seclabel has relabel='no', so libvirt does not give it files: what user ${user} makes at ${file} it cannot write to`,
      `make the file first, give it to that user, and add "reuse-external: true"`,
    ),
  ];
}

/**
 * Refuses a reused image that rests on another file than the guest's data does: the guest would see other data.
 * @param backing the file that it has to rest on, `null` for none
 */
export function checkBacking(
  world: World,
  key: string | readonly (string | number)[],
  file: string,
  backing: string | null,
): Finding[] {
  const name = fileAt(world, file)?.backing;
  const named = typeof name === 'string' ? backingPath(file, name) : name;
  const isRight =
    named === null ? backing === null : backing !== null && isSameFile(world, named, backing);
  const words = backing === null ? [file, 'SIZE'] : ['-b', backing, '-F', 'FORMAT', file];
  return named === undefined || isRight
    ? []
    : [
        refuse(
          'BP122',
          key,
          `${file} ${named === null ? 'has no backing file' : `rests on ${named}`}, but it has to rest on ${backing ?? 'no file'}`,
          `make it anew: ${commandLine('qemu-img', 'create', '-f', 'qcow2', ...words)}`,
        ),
      ];
}

/** Bytes that the layers' files take together, as far as the host told. */
export function bytesOf(world: World, files: readonly string[]): number {
  return files.reduce((sum, file) => sum + (fileAt(world, file)?.size ?? 0), 0);
}

/** What an amount has to say where {@link bytesOf} lacks the size of one of the files. */
export function unknownOf(world: World, files: readonly string[]): Pick<Amount, 'unknown'> {
  return files.some((file) => fileAt(world, file)?.sizeUntold) ? { unknown: true } : {};
}
