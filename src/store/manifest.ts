/** The manifest of a backup: what the image headers do not say. */
import type { DiskMode } from '../model/backup-store.ts';
import { manifestClauses } from './manifest-errors.ts';
import { manifestSchema } from './schema.ts';
import validate from './validator.generated.js';

/** The content of `manifest.json`; see `schema.ts` for what each part means. */
export interface BackupManifest {
  readonly backup: 'blockplan/v1';
  readonly name: string;
  readonly domain: string;
  readonly uuid: string;
  readonly time: string;
  readonly sequence: number;
  readonly parent?: string;
  readonly checkpoint?: string;
  readonly quiesced: boolean;
  readonly 'not-quiesced'?: string;
  readonly libvirt: string;
  readonly qemu: string;
  readonly digest: 'sha256-1MiB';
  readonly begun: string;
  readonly ended?: string;
  readonly disks: readonly ManifestDisk[];
  readonly 'left-out'?: readonly LeftOutDisk[];
}

export interface ManifestDisk {
  readonly target: string;
  readonly file: string;
  readonly mode: DiskMode;
  readonly capacity: number;
  readonly length?: number;
  readonly serial?: string;
  readonly source: string;
  readonly root?: string;
  readonly 'parent-root'?: string;
  readonly reason?: string;
}

export interface LeftOutDisk {
  readonly target: string;
  readonly reason: string;
}

/** A manifest, or why the text is not one. */
export type ReadManifest =
  | { readonly manifest: BackupManifest }
  /** Clauses that follow "its manifest is invalid: "; at least one. */
  | { readonly problems: readonly string[] }
  /** The format that this version of blockplan does not know. */
  | { readonly newer: string };

/** The text of a manifest. The same manifest always gives the same bytes, whatever the order of its keys. */
export function writeManifest(manifest: BackupManifest): string {
  const schema = manifestSchema() as { readonly properties: Readonly<Record<string, Listed>> };
  return `${JSON.stringify(ordered(manifest, schema), null, 2)}\n`;
}

interface Listed {
  readonly properties?: Readonly<Record<string, Listed>>;
  readonly items?: Listed;
}

/** The data with the keys of each map in the order of its schema. */
function ordered(data: unknown, { properties = {}, items }: Listed): unknown {
  if (Array.isArray(data)) return data.map((each) => ordered(each, items ?? {}));
  if (typeof data !== 'object' || data === null) return data;
  const values = data as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, schema]) =>
      values[key] === undefined ? [] : [[key, ordered(values[key], schema)]],
    ),
  );
}

/** Reads a manifest. An unknown key is an error, as in plans and facts: its meaning could matter. */
export function readManifest(text: string): ReadManifest {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { problems: ['it is not JSON'] };
  }
  const format = newerFormat(data, 'backup');
  if (format !== undefined) return { newer: format };
  if (!validate(data))
    return { problems: manifestClauses(validate.errors ?? [], manifestSchema()) };
  const manifest = data as BackupManifest;
  const problems = [...contradictions(manifest)];
  return problems.length === 0 ? { manifest } : { problems };
}

/** The format of a later version of blockplan; undefined for that of this version, or none. */
export function newerFormat(data: unknown, key: string): string | undefined {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, key)) return undefined;
  const format = (data as Readonly<Record<string, unknown>>)[key];
  return typeof format === 'string' && /^blockplan\/v(?:[2-9]|[1-9]\d{1,3})$/.test(format)
    ? format
    : undefined;
}

/** What a schema cannot express. */
function* contradictions(manifest: BackupManifest): Generator<string> {
  const { disks, parent, quiesced, name } = manifest;
  for (const key of ['time', 'begun', 'ended'] as const) {
    const time = manifest[key];
    if (time !== undefined && !isRealDay(time)) yield `"${key}" is not a valid date`;
  }
  for (const key of ['target', 'file'] as const)
    if (new Set(disks.map((disk) => disk[key])).size < disks.length)
      yield `two disks have the same "${key}"`;
  const increments = disks.filter(({ mode }) => mode === 'incremental');
  if (increments.length > 0 && parent === undefined)
    yield '"parent" is missing, although a disk is incremental';
  if (parent === name) yield '"parent" is the backup itself';
  if (increments.some((disk) => disk['parent-root'] === undefined))
    yield '"parent-root" of an incremental disk is missing';
  if (!quiesced && manifest['not-quiesced'] === undefined) yield '"not-quiesced" is missing';
}

/** JavaScript takes February 30 for March 2. */
function isRealDay(time: string): boolean {
  const date = new Date(time);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === time.slice(0, 10);
}
