/** Folders for sockets: private, and removed with nothing of others. */

import { once } from 'node:events';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';

test('a folder is private, short enough for a socket, and removed with its sockets', async () => {
  const folder = await localHost.makeSocketFolder();
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(readdirSync(folder)).toEqual([]);
  const server = createServer().listen(join(folder, 'vda.sock'));
  await once(server, 'listening');
  writeFileSync(join(folder, 'vda.pid'), '1');
  // Closing removes the socket only afterwards, which must not matter.
  await localHost.removeSocketFolder(folder, ['vda.sock', 'vda.pid', 'vdb.sock']);
  server.close();
  expect(existsSync(folder)).toBe(false);
  await localHost.removeSocketFolder(folder, ['vda.sock']);
});

test('two folders are never the same', async () => {
  const folders = [await localHost.makeSocketFolder(), await localHost.makeSocketFolder()];
  expect(folders[0]).not.toBe(folders[1]);
  for (const folder of folders) await localHost.removeSocketFolder(folder, []);
});

test('a folder with something else is left alone', async () => {
  const folder = await localHost.makeSocketFolder();
  writeFileSync(join(folder, 'note'), '');
  const removal = localHost.removeSocketFolder(folder, ['vda.sock']);
  await expect(removal).rejects.toThrow(EffectFailed);
  await expect(removal).rejects.toThrow(`${folder} cannot be removed: ENOTEMPTY`);
  expect(readdirSync(folder)).toEqual(['note']);
  await localHost.removeSocketFolder(folder, ['note']);
});
