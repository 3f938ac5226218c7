/**
 * The kept bundle: what `undefine` would lose, in a file next to the journal, so that a definition can be restored when
 * plan and journal are lost.
 */
import { createHash } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundle } from '../model/host-state.ts';
import { bundleShape } from '../model/host-state-shape.ts';
import { amount, text as anyText, fields, mismatchOf, optionalField } from '../model/shape.ts';
import { printable } from '../printable.ts';
import { syncFolder, writeDurably } from './durable.ts';
import { checksum, JOURNAL_FILE } from './journal.ts';
import { timeShape, uuidShape } from './record-shape.ts';

export const BUNDLE_FILE = 'bundle.json';

/** The format of the file; other formats are not read. */
const FORM = 'blockplan-bundle/v1';

/** A bundle with its origin, also for a person who finds nothing but this file. */
export interface BundleFile {
  readonly run: string;
  readonly domain: string;
  readonly uuid: string;
  /** The connection, as libvirt spells it. */
  readonly uri: string;
  /** The host of that libvirt; absent where an older version wrote the file, as is its id. */
  readonly host?: string;
  /** See `KnownHost`. */
  readonly hostId?: string;
  /** When it was kept; ISO 8601. */
  readonly since: string;
  readonly kept: Bundle;
  /** When `blockplan rescue` restored all of it, and how many records the run's journal had then. */
  readonly restored?: { readonly time: string; readonly records: number };
}

/** Writes the file into a run's folder, completely or not at all, so that it survives a power loss. */
export async function writeBundle(folder: string, bundle: BundleFile): Promise<void> {
  const path = join(folder, BUNDLE_FILE);
  const told = { form: FORM, ...bundle };
  const text = `${JSON.stringify({ ...told, sum: sumOf(told) }, null, 2)}\n`;
  await writeDurably(`${path}.new`, text);
  await rename(`${path}.new`, path);
  await syncFolder(folder);
}

/** A bundle as it was found. */
export interface FoundBundle extends Partial<Omit<BundleFile, 'kept'>> {
  readonly kept: Bundle;
  /** The file that it comes from. */
  readonly file: string;
  /** Whether its checksum is correct. */
  readonly proven: boolean;
}

/** Why there is no bundle: nothing was kept there, or what was kept cannot be read. `problem` is a clause for people. */
export interface MissingBundle {
  readonly missing: boolean;
  readonly problem: string;
}

/**
 * What a run has kept: its bundle file or, if that cannot be read, the last record of it in the journal. The rest of the
 * journal need not be readable.
 */
export async function readKeptBundle(folder: string): Promise<FoundBundle | MissingBundle> {
  const own = await readBundleFile(join(folder, BUNDLE_FILE));
  if ('kept' in own) return own;
  const file = join(folder, JOURNAL_FILE);
  const text = await textOf(file);
  if (typeof text !== 'string') return own.missing ? text : own;
  const told = keptRecord(text);
  if (told) return { ...told, file };
  return own.missing && text.includes('"type":"kept"')
    ? { missing: false, problem: `the record of the saved definition in ${file} is incomplete` }
    : own;
}

/** Reads a bundle file from any folder. */
export async function readBundleFile(file: string): Promise<FoundBundle | MissingBundle> {
  const text = await textOf(file);
  if (typeof text !== 'string') return text;
  const value = parsed(text);
  if (value?.form !== undefined && value.form !== FORM)
    return {
      missing: false,
      problem: `${file} has the format "${printable(String(value.form))}"; this version reads ${FORM}`,
    };
  const { sum, ...told } = value ?? {};
  if (!value || sum !== sumOf(told) || mismatchOf(fileShape, told))
    return { missing: false, problem: `${file} is not a bundle, or was modified` };
  const { form: _form, ...bundle } = told as unknown as BundleFile & { form: string };
  return { ...bundle, file, proven: true };
}

/** The last bundle in the lines of a journal, whatever the other lines are. */
function keptRecord(text: string): Omit<FoundBundle, 'file'> | undefined {
  const records = text.split('\n').map(parsed);
  const at = records.findLastIndex((each) => each?.type === 'kept' && isBundle(each.bundle));
  const record = records[at];
  if (!record) return undefined;
  const first = records.find((each) => each?.type === 'run-started');
  const { sum, ...rest } = record;
  // Each record's checksum includes the one before.
  const former = records[at - 1]?.sum;
  const proven = typeof former === 'string' && checksum(former, rest) === sum;
  return {
    kept: record.bundle as Bundle,
    ...(typeof first?.run === 'string' ? { run: first.run } : {}),
    ...(typeof first?.uri === 'string' && first.uri !== '' ? { uri: first.uri } : {}),
    ...(typeof first?.host === 'string' ? { host: first.host } : {}),
    ...(typeof first?.hostId === 'string' ? { hostId: first.hostId } : {}),
    ...(mismatchOf(timeShape, record.time) ? {} : { since: record.time as string }),
    proven,
  };
}

async function textOf(file: string): Promise<string | MissingBundle> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { missing: true, problem: `${file} does not exist` }
      : { missing: false, problem: `${file} cannot be read: ${message}` };
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    // The caller reports what is torn.
    return undefined;
  }
}

function sumOf(told: object): string {
  return createHash('sha256').update(JSON.stringify(told)).digest('hex');
}

function isBundle(value: unknown): value is Bundle {
  return mismatchOf(bundleShape, value) === undefined;
}

const fileShape = fields<BundleFile>({
  run: anyText,
  domain: anyText,
  uuid: uuidShape,
  uri: anyText,
  host: optionalField(anyText),
  hostId: optionalField(anyText),
  since: timeShape,
  kept: bundleShape,
  restored: optionalField(
    fields<NonNullable<BundleFile['restored']>>({
      time: timeShape,
      records: amount,
    }),
  ),
});
