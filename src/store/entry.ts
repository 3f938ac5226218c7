/** A backup or a draft as its own folder says, before it is compared with the others of its store. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import {
  STORE_NAMES,
  type StoreFile,
  type StoreSubfolder,
  sumsName,
  type Verification,
} from '../model/backup-store.ts';
import { timeText } from '../time-text.ts';
import { type BackupManifest, readManifest } from './manifest.ts';
import { imageNamed } from './names.ts';
import { storeFinding, unreadHint } from './store-finding.ts';
import { damagedDisks, readVerification } from './verification.ts';

export interface StoreEntry {
  /** The name of its folder, without the suffix of a draft. */
  readonly name: string;
  /** Absent if it is missing, invalid or belongs to another backup. */
  readonly manifest?: BackupManifest;
  /** Absent if it was never verified, or the result cannot be read. */
  readonly verified?: Verification;
  readonly files: ReadonlyMap<string, StoreFile>;
  readonly size: number;
  /** As in `StoredPoint`. */
  readonly needs?: readonly string[];
  readonly findings: readonly Finding[];
  /** Files that belong to nothing, relative to the store. */
  readonly strays: readonly string[];
}

/** @param name the folder's name, without the suffix of a draft */
export function entryOf(folder: StoreSubfolder, name: string): StoreEntry {
  const isDraft = folder.name !== name;
  const { manifest, findings } = manifestOf(folder, name, isDraft);
  const verification = verificationOf(folder, isDraft ? undefined : manifest);
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
    ...(verification.verified ? { verified: verification.verified } : {}),
    files,
    size: folder.files.reduce((sum, file) => sum + file.size, 0),
    ...needsOf(folder, manifest),
    findings: [
      ...findings,
      ...(manifest && !isDraft ? sumsFindings(name, manifest, files) : []),
      ...verification.findings,
    ],
    strays: strays.map((file) => `${folder.name}/${file}`),
  };
}

/** What the headers name counts also without a manifest: then nothing else is known of the backup. */
function needsOf(
  { files, unread }: StoreSubfolder,
  manifest: BackupManifest | undefined,
): Pick<StoreEntry, 'needs'> {
  if (unread !== undefined || files.some((file) => file.unread !== undefined)) return {};
  const named = files.flatMap(({ header }) =>
    header?.backing === undefined ? [] : (imageNamed(header.backing)?.backup ?? []),
  );
  const parent = manifest?.parent;
  return { needs: [...new Set([...named, ...(parent === undefined ? [] : [parent])])] };
}

/** The result of the last verification, and what it says of the disks in the manifest. */
function verificationOf(
  { name, verification }: StoreSubfolder,
  manifest: BackupManifest | undefined,
): { readonly verified?: Verification; readonly findings: readonly Finding[] } {
  if (!verification || !manifest) return { findings: [] };
  const read =
    'unread' in verification
      ? { problem: `cannot be read: ${verification.unread}` }
      : readVerification(verification.text);
  if ('problem' in read)
    return {
      findings: [
        storeFinding(
          codes.backupVerificationInvalid,
          `${name}/${STORE_NAMES.verification} ${read.problem}, so it is unknown whether the backup was verified`,
          'verify the backup again',
          'warning',
        ),
      ],
    };
  const { verified } = read;
  return {
    verified,
    findings: damagedDisks(verified, manifest.disks).map(({ problem = '' }) =>
      storeFinding(
        codes.backupDamaged,
        `${name}: ${problem} (verified on ${timeText(verified.time)})`,
        'restore the damaged files from a copy of the store, and verify the backup again',
      ),
    ),
  };
}

/** The definition with its NVRAM, the evidence that the backup boots, and what was left of an interrupted verification. */
function isKept(file: string): boolean {
  return file === STORE_NAMES.definition || file === 'boot.json' || KEPT.test(file);
}

const KEPT = /^(?:nvram(?:\.|$)|verified\.json(?:\.new)?(?:\.blockplan-[\da-f]{16})?$)/;

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
