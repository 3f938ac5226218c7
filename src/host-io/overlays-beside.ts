/** Finds images that name a guest's file as their backing file, in the folders of the guest's files. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { OverlayBeside } from '../model/examination.ts';
import { absentAsNull, inspectFile, isForbidden } from './files.ts';
import { readQcow2Header } from './qcow2-header.ts';

/** How many files are open at once. */
const AT_ONCE = 16;

/**
 * Implements `HostIO.findOverlays`. Only the header of a qcow2 is trusted: the content of a raw image is the guest's.
 * @param own the guest's files, none of which is reported
 */
export async function findOverlays(
  own: readonly string[],
  others: readonly string[] = [],
  limitMs = Number.POSITIVE_INFINITY,
): Promise<OverlayBeside[]> {
  const deadline = performance.now() + limitMs;
  const known = await identitiesOf(own);
  const folders = [...new Set(own.map((file) => dirname(file)))];
  const files = [...new Set([...others, ...(await Promise.all(folders.map(filesIn))).flat()])];
  const found: OverlayBeside[] = [];
  for (let at = 0; at < files.length && performance.now() < deadline; at += AT_ONCE) {
    const looked = await Promise.all(
      files.slice(at, at + AT_ONCE).map((file) => overlayOf(file, known)),
    );
    found.push(...looked.filter((overlay) => overlay !== undefined));
  }
  return found;
}

/** The guest's names of the files, by identity. */
async function identitiesOf(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const looked = await Promise.all(
    files.map(async (file) => [(await inspectFile(file))?.identity, file] as const),
  );
  return new Map(
    looked.flatMap(([identity, file]): [string, string][] =>
      identity === undefined ? [] : [[identity, file]],
    ),
  );
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await allowed(absentAsNull(readdir(folder, { withFileTypes: true })));
  return (entries ?? []).filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
}

async function overlayOf(
  file: string,
  known: ReadonlyMap<string, string>,
): Promise<OverlayBeside | undefined> {
  const named = (await allowed(absentAsNull(readQcow2Header(file))))?.backing;
  if (typeof named !== 'string') return undefined;
  const itself = await inspectFile(file);
  const below = await allowed(inspectFile(resolve(dirname(file), named)));
  const backing = known.get(below?.identity ?? '');
  if (backing === undefined || known.has(itself?.identity ?? '')) return undefined;
  const [last, lastBelow] = await Promise.all([writtenAt(file), writtenAt(backing)]);
  return { file, backing, ...(lastBelow > last ? { isOutdated: true } : {}) };
}

/** When its content was last written to, in nanoseconds since the epoch; 0 where it is gone. */
async function writtenAt(file: string): Promise<bigint> {
  return (await absentAsNull(stat(file, { bigint: true })))?.mtimeNs ?? 0n;
}

/** A file that this user cannot access is ignored. */
async function allowed<T>(look: Promise<T>): Promise<T | null> {
  try {
    return await look;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return null;
  }
}
