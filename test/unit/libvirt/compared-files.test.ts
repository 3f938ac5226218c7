/** A file that was changed after its comparison with a backup no longer counts as compared. */
import { appendFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { ComparedFiles } from '../../../src/libvirt/compared-files.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('compared');

async function compared(name: string) {
  const file = join(folder, name);
  await writeFile(file, 'x');
  const files = new ComparedFiles();
  const stat = await localHost.stat(file);
  if (stat) files.note(file, stat);
  return { file, files };
}

test('an unchanged file counts, one that was never compared does not', async () => {
  const { file, files } = await compared('a');
  await files.requireUnchanged(localHost, [file]);
  await expect(new ComparedFiles().requireUnchanged(localHost, [file])).rejects.toThrow(
    `${file} was not compared with the backup, so the definition is left alone`,
  );
});

test('a file that was written to, replaced or removed does not', async () => {
  const written = await compared('b');
  await appendFile(written.file, 'y');
  const since = 'was changed since it was compared with the backup';
  await expect(written.files.requireUnchanged(localHost, [written.file])).rejects.toMatchObject({
    message: expect.stringContaining(since),
    begun: false,
  });
  const [one, other] = [await compared('c'), await compared('d')];
  await rename(other.file, one.file);
  await expect(one.files.requireUnchanged(localHost, [one.file])).rejects.toThrow(since);
  await expect(other.files.requireUnchanged(localHost, [other.file])).rejects.toThrow(since);
});
