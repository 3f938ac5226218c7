/** The manifest in the folder of a backup that is not complete. */
import { join } from 'node:path';
import type { HostIO } from '../host-io/host-io.ts';
import { STORE_NAMES } from '../model/backup-store.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { type BackupManifest, readManifest, writeManifest } from '../store/manifest.ts';
import { replaceText } from './replaced-text.ts';

/** The most characters of a manifest that a reader accepts. */
const MANIFEST_LIMIT = 60_000;

/** Why a reader would refuse the manifest. */
export function problemsOf(text: string): readonly string[] {
  const read = readManifest(text);
  const tooLong =
    text.length > MANIFEST_LIMIT ? [`it is longer than ${MANIFEST_LIMIT} characters`] : [];
  return 'problems' in read ? [...read.problems, ...tooLong] : tooLong;
}

export async function manifestIn(io: HostIO, draft: string): Promise<BackupManifest> {
  const path = join(draft, STORE_NAMES.manifest);
  const { ok, stdout, stderr } = await io.run(['cat', '--', path]);
  const read = ok ? readManifest(stdout) : { problems: [stderr.trim()] };
  if ('manifest' in read) return read.manifest;
  throw new EffectFailed(
    `${path} cannot be read: ${'problems' in read ? read.problems.join('; ') : read.newer}`,
  );
}

export async function replaceManifest(
  io: HostIO,
  draft: string,
  manifest: BackupManifest,
): Promise<void> {
  const path = join(draft, STORE_NAMES.manifest);
  const text = writeManifest(manifest);
  const problems = problemsOf(text);
  if (problems.length > 0) throw new EffectFailed(`${path}: ${problems.join('; ')}`);
  await replaceText(io, path, text);
}
