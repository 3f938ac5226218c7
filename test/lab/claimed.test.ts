/** A device that is in use, although this process sees neither its mount nor the process that has it open. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { usersAt } from '../../src/host-io/destination.ts';
import { tool } from './support.ts';

test("reports a device that is mounted in another process's mount namespace", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'blockplan-claimed-'));
  const [raw, at] = [join(folder, 'raw'), join(folder, 'at')];
  mkdirSync(at);
  writeFileSync(raw, Buffer.alloc(16 * 1024 * 1024));
  await tool('mkfs.ext4', '-q', raw);
  const device = (await tool('losetup', '--find', '--show', raw)).trim();
  expect(await usersAt(device)).toEqual([]);
  const script = 'mount "$1" "$2" && echo mounted && read _';
  const argv = ['--mount', 'sh', '-c', script, 'sh', device, at];
  const holder = spawn('unshare', argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await once(holder.stdout, 'data');
    expect(await usersAt(device)).toEqual(['claimed by the kernel or by another process']);
  } finally {
    holder.stdin.end();
    await once(holder, 'exit');
    await tool('losetup', '--detach', device);
    rmSync(folder, { recursive: true });
  }
});
