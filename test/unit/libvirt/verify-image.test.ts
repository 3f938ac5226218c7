/** The comparison of an image with a backup notices whatever changes the image meanwhile. */
import { execFileSync } from 'node:child_process';
import { appendFile, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { verifyImage } from '../../../src/libvirt/verify-image.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('verify');
let count = 0;

async function made(): Promise<{ readonly file: string; readonly root: string }> {
  const file = join(folder, `${count++}.qcow2`);
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', file, '1M']);
  return { file, root: (await localHost.digestImage(file, undefined)).root };
}

/** The local host, on which something happens once the image has been read. */
function meanwhile(happens: () => Promise<unknown>): HostIO {
  const digestImage: HostIO['digestImage'] = async (...args) => {
    const digest = await localHost.digestImage(...args);
    await happens();
    return digest;
  };
  return { ...localHost, digestImage };
}

const verify = (
  io: HostIO,
  { file, root }: { readonly file: string; readonly root: string },
  limitMs = 0,
  signal?: AbortSignal,
) =>
  verifyImage(
    io,
    { tool: 'verify-image', file, disk: 'vda', root, otherwise: 'it is damaged', why: '' },
    { onProgress: () => {}, ...(signal ? { signal } : {}) },
    limitMs,
  );

test('an equal image passes, another one does not', async () => {
  const image = await made();
  await verify(localHost, image);
  await expect(verify(localHost, { ...image, root: 'x' })).rejects.toThrow(
    `${image.file} differs from the backup: it is damaged`,
  );
});

test('an image that is written to or replaced meanwhile does not', async () => {
  const image = await made();
  const written = meanwhile(() => appendFile(image.file, 'x'));
  const changed = `${image.file} was changed while it was compared with the backup`;
  await expect(verify(written, image)).rejects.toThrow(changed);
  const [one, other] = [await made(), await made()];
  const replaced = meanwhile(() => rename(other.file, one.file));
  await expect(verify(replaced, one)).rejects.toThrow(`${one.file} was changed`);
});

test('an image that a process has open for writing does not', async () => {
  const image = await made();
  await using _open = await open(image.file, 'r+');
  await expect(verify(localHost, image)).rejects.toThrow(`${image.file} is open in process`);
});

test('an image that a process reads passes, and one whose writer closes it without a change', async () => {
  const image = await made();
  await using _read = await open(image.file, 'r');
  await verify(localHost, image);
  const writer = await open(image.file, 'r+');
  let asked = 0;
  const usersAt: HostIO['usersAt'] = async (...args) => {
    if (asked++ === 2) await writer.close();
    return localHost.usersAt(...args);
  };
  await verify({ ...localHost, usersAt }, image, 60_000);
  expect(asked).toBe(3);
});

test('the wait for a writer can be interrupted', async () => {
  const image = await made();
  await using _open = await open(image.file, 'r+');
  const stop = new AbortController();
  const usersAt: HostIO['usersAt'] = async (...args) => {
    stop.abort(new Error('interrupted'));
    return localHost.usersAt(...args);
  };
  const stopped = verify({ ...localHost, usersAt }, image, 60_000, stop.signal);
  await expect(stopped).rejects.toThrow('interrupted');
});
