/** A backup or a draft as its own folder says, before it is compared with the others of its store. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import {
  STORE_NAMES,
  type StoreFile,
  type StoreSubfolder,
  sumsName,
} from '../model/backup-store.ts';
import { type BackupManifest, readManifest } from './manifest.ts';
import { storeFinding, unreadHint } from './store-finding.ts';

export interface StoreEntry {
  /** The name of its folder, without the suffix of a draft. */
  readonly name: string;
  /** Absent if it is missing, invalid or belongs to another backup. */
  readonly manifest?: BackupManifest;
  readonly files: ReadonlyMap<string, StoreFile>;
  readonly size: number;
  readonly findings: readonly Finding[];
  /** Files that belong to nothing, relative to the store. */
  readonly strays: readonly string[];
}

/** @param name the folder's name, without the suffix of a draft */
export function entryOf(folder: StoreSubfolder, name: string): StoreEntry {
  const isDraft = folder.name !== name;
  const { manifest, findings } = manifestOf(folder, name, isDraft);
  const files = new Map(folder.files.map((file) => [file.name, file]));
  const expected = manifest && expectedFiles(manifest);
  const strays = [
    ...folder.files.flatMap((file) =>
      expected === undefined || expected.has(file.name) || isKept(file.name) ? [] : [file.name],
    ),
    ...folder.strays,
  ];
  return {
    name,
    ...(manifest ? { manifest } : {}),
    files,
    size: folder.files.reduce((sum, file) => sum + file.size, 0),
    findings: [...findings, ...(manifest && !isDraft ? sumsFindings(name, manifest, files) : [])],
    strays: strays.map((file) => `${folder.name}/${file}`),
  };
}

/** The definition with its NVRAM, and the evidence that the backup boots. */
function isKept(file: string): boolean {
  return file === STORE_NAMES.definition || file === 'boot.json' || /^nvram(?:\.|$)/.test(file);
}

function expectedFiles({ disks }: BackupManifest): ReadonlySet<string> {
  return new Set(disks.flatMap(({ target, file }) => [file, sumsName(target)]));
}

interface FoundManifest {
  readonly manifest?: BackupManifest;
  readonly findings: readonly Finding[];
}

function manifestOf(folder: StoreSubfolder, name: string, isDraft: boolean): FoundManifest {
  const path = `${folder.name}/${STORE_NAMES.manifest}`;
  const invalid = (message: string, hint = COPY_HINT): FoundManifest => ({
    findings: [
      storeFinding(codes.backupManifestInvalid, message, hint, isDraft ? 'warning' : 'error'),
    ],
  });
  if (folder.manifest && 'unread' in folder.manifest) {
    const { unread } = folder.manifest;
    return invalid(`${path} cannot be read: ${unread}`, unreadHint(unread, COPY_HINT));
  }
  if (folder.unread !== undefined)
    return invalid(
      `${folder.name} cannot be read: ${folder.unread}`,
      unreadHint(folder.unread, 'restore the folder from a copy of the store'),
    );
  if (folder.manifest === undefined) return invalid(`${path} is missing`);
  const read = readManifest(folder.manifest.text);
  if ('newer' in read)
    return {
      findings: [
        storeFinding(
          codes.backupManifestNewer,
          `${path} was written by a newer version of blockplan (${read.newer})`,
          'use that version, or a newer one',
        ),
      ],
    };
  if ('problems' in read) return invalid(`${path} is invalid: ${read.problems.join('; ')}`);
  const { manifest } = read;
  if (manifest.name !== name)
    return invalid(
      `${path} is the manifest of another backup, "${manifest.name}"`,
      'restore the original name of the folder; if it is a copy, move it out of the store',
    );
  const open = manifest.disks.find(({ root }) => root === undefined)?.target;
  if (!isDraft && (manifest.ended === undefined || open !== undefined))
    return invalid(
      `${path} is the manifest of a draft: ${manifest.ended === undefined ? '"ended"' : `"root" of ${open}`} is missing`,
    );
  return { manifest, findings: [] };
}

const COPY_HINT =
  'restore the file from a copy of the store; qemu-img can read the images without it';

const MIB = 1024 * 1024;
const SUM_BYTES = 32;

/** Without its sums a disk can be restored, but neither verified nor used for another increment. */
function sumsFindings(
  name: string,
  { disks }: BackupManifest,
  files: ReadonlyMap<string, StoreFile>,
): Finding[] {
  return disks.flatMap(({ target, capacity }) => {
    const file = sumsName(target);
    const length = files.get(file)?.length;
    if (length === Math.ceil(capacity / MIB) * SUM_BYTES) return [];
    const what = length === undefined ? 'is missing' : 'has the wrong length';
    return [
      storeFinding(
        codes.backupSumsInvalid,
        `${name}/${file} ${what}, so ${target} cannot be verified`,
        'restore the file from a copy of the store',
        'warning',
      ),
    ];
  });
}
