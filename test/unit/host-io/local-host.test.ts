/** The answers of the local host could also come from an agent on another host. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { HeldFile, HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('local-host');
const at = (name: string) => join(folder, name);
beforeAll(() => {
  for (const [name, ...more] of [['base'], ['top', '-b', at('base'), '-F', 'qcow2']])
    execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...more, at(name!), '1M']);
  symlinkSync(at('top'), at('link'));
});

type Question = (io: HostIO) => Promise<unknown>;

async function holding(io: HostIO, ask: (held: HeldFile) => Promise<unknown>): Promise<unknown> {
  await using held = await io.holdFile(at('top'));
  return held && (await ask(held));
}

const QUESTIONS: Readonly<Record<string, Question>> = {
  inspectFile: (io) => io.inspectFile(at('top')),
  inspectFiles: (io) => io.inspectFiles([at('top'), at('link'), at('none'), 'nbd:export']),
  identify: (io) => io.identify(at('none')),
  stat: (io) => io.stat(at('top')),
  inspectFolder: (io) => io.inspectFolder(folder, { uid: 64_055, gid: 64_055 }),
  inspectDestination: (io) => io.inspectDestination(at('top')),
  usersAt: (io) => io.usersAt(at('top')),
  readDataFiles: (io) => io.readDataFiles({ file: at('top'), format: 'qcow2' }),
  readBackingChain: (io) => io.readBackingChain({ file: at('top'), format: 'qcow2' }),
  findOverlays: (io) => io.findOverlays([at('base')]),
  findUnsyncable: (io) => io.findUnsyncable([at('base'), at('none')]),
  readStore: (io) => io.readStore(folder),
  makeFile: (io) => io.makeFile(at('made')),
  makeFolder: (io) => io.makeFolder(at('made folder'), 0o711),
  writeFile: (io) => io.writeFile(at('written'), '{}'),
  identity: (io) => holding(io, (held) => held.identity()),
  stamp: (io) => holding(io, (held) => held.stamp()),
  openers: (io) => holding(io, (held) => held.openers()),
};

test.each(Object.entries(QUESTIONS))('JSON can carry the answer of %s', async (_name, ask) => {
  const answer = await ask(localHost);
  expect(answer).toBeTruthy();
  expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
});

test('JSON can carry the identity of the host', () => {
  const { boot, user, caches, settings } = localHost;
  for (const folder of [caches, settings]) expect(folder).toMatch(/^\//);
  expect(boot).toMatch(/^[\da-f-]{36}$/);
  expect(user).toBe(process.geteuid?.());
});

test('stat distinguishes a file, a folder and a missing file, and a file has its stamp', async () => {
  const made = await localHost.makeFile(at('stamped'));
  const found = await localHost.stat(at('stamped'));
  expect(found).toMatchObject({ ...made, kind: 'file', length: 0, uid: localHost.user });
  expect((await localHost.stat(folder))?.kind).toBe('folder');
  expect((await localHost.inspectDestination(folder))?.kind).toBe('folder');
  expect(await localHost.stat(at('none'))).toBeNull();
});

test('a file is no folder, even if it can be executed', async () => {
  writeFileSync(at('program'), '', { mode: 0o755 });
  symlinkSync(folder, at('same'));
  for (const path of ['program', 'program/below', 'program/far/below'])
    expect(await localHost.inspectFolder(at(path))).toEqual({
      ...{ free: 0, writable: false, blockedBy: at('program') },
    });
  expect(await localHost.inspectFolder(at('none'))).toBeNull();
  // Only some file systems are known to store what is written as it is.
  expect(await localHost.inspectFolder('/proc')).toMatchObject({ mayCompress: true });
  expect(await localHost.inspectFolder(at('same'))).toMatchObject({ writable: true, real: folder });
  expect(await localHost.inspectFolder(folder)).not.toHaveProperty('real');
});

test('a scratch file is in its own folder, and both are removed', async () => {
  const path = await localHost.writeScratchFile('disk.xml', '<disk/>');
  expect(readFileSync(path, 'utf8')).toBe('<disk/>');
  expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([
    0o600, 0o700,
  ]);
  await localHost.removeScratchFile(path);
  expect(existsSync(dirname(path))).toBe(false);
});

test('only the scratch file itself is removed', async () => {
  mkdirSync(at('shared'));
  for (const name of ['scratch', 'precious']) writeFileSync(at(`shared/${name}`), name);
  await expect(localHost.removeScratchFile(at('shared/scratch'))).rejects.toThrow('ENOTEMPTY');
  expect(existsSync(at('shared/precious'))).toBe(true);
});
