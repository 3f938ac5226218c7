/** A file that was changed after its comparison with a backup no longer counts as compared. */
import { execFileSync } from 'node:child_process';
import { appendFile, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { ComparedFiles } from '../../../src/libvirt/compared-files.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('compared');
const since = 'was changed since it was compared with the backup';

/** A file that was compared, and a way to compare it again; both count how often it was read. */
async function compared(name: string) {
  const file = join(folder, name);
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', file, '1M']);
  const { root } = await localHost.digestImage(file, undefined);
  const files = new ComparedFiles();
  const count = { read: 0 };
  const digestImage: HostIO['digestImage'] = (...args) => {
    count.read++;
    return localHost.digestImage(...args);
  };
  const effect = { tool: 'verify-image', file, disk: 'vda', root, otherwise: '', why: '' } as const;
  const again = (change = {}, io: Partial<HostIO> = {}) => {
    const on = { ...localHost, digestImage, ...io };
    return files.compare(on, { ...effect, ...change }, { onProgress() {} });
  };
  await again();
  return { file, files, count, again };
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
  await expect(written.files.requireUnchanged(localHost, [written.file])).rejects.toMatchObject({
    message: expect.stringContaining(since),
    begun: false,
  });
  const [one, other] = [await compared('c'), await compared('d')];
  await rename(other.file, one.file);
  await expect(one.files.requireUnchanged(localHost, [one.file])).rejects.toThrow(since);
  await rm(one.file);
  await expect(one.files.requireUnchanged(localHost, [one.file])).rejects.toThrow(since);
});

test('an unchanged file is not read again, a changed one or one that is written to is', async () => {
  const { file, files, count, again } = await compared('e');
  await again();
  expect(count.read).toBe(1);
  await appendFile(file, 'y');
  await again();
  expect(count.read).toBe(2);
  const writer = await open(file, 'r+');
  // The writer ends once it was seen.
  const usersAt: HostIO['usersAt'] = async (...args) => {
    const users = await localHost.usersAt(...args);
    await writer.close();
    return users;
  };
  await again({}, { usersAt });
  expect(count.read).toBe(3);
  await expect(again({ root: 'another' })).rejects.toThrow('differs from the backup');
  await expect(files.requireUnchanged(localHost, [file])).rejects.toThrow('was not compared');
});
