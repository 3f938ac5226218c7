/** Runs `qemu-img`, with its progress, and makes the result last. */
import { dirname } from 'node:path';
import { execa } from 'execa';
import type { PerformContext } from '../commands/driver.ts';
import { argvOf, type QemuImgEffect } from '../commands/effect.ts';
import { syncPaths } from '../host-io/files.ts';
import { EffectFailed } from '../model/effect-failed.ts';

/**
 * Converts, and returns once the copy and its name are on disk.
 * @throws EffectFailed when qemu-img says no; the signal's reason when it aborts
 */
export async function convertImage(effect: QemuImgEffect, context: PerformContext): Promise<void> {
  const total = effect.bytes;
  // Were blockplan killed, a copy that goes on would write to a file that the next one removes.
  const command = ['qemu-img', ...argvOf(effect).map(String)];
  const process = execa('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
    stdin: 'ignore',
    // A Ctrl-C of the user is ours to handle, so the terminal's group must not carry it there.
    detached: true,
    reject: false,
    ...(context.signal ? { cancelSignal: context.signal } : {}),
    forceKillAfterDelay: 2000,
  });
  process.stdout.setEncoding('utf8').on('data', (text: string) => {
    const percent = /\((\d+(?:\.\d+)?)\/100%\)\s*$/.exec(text.trimEnd())?.[1];
    if (percent !== undefined)
      context.onProgress({ current: Math.round((total * Number(percent)) / 100), total });
  });
  const result = await process;
  context.signal?.throwIfAborted();
  if (result.failed)
    throw new EffectFailed(
      complaint(result.stderr) || `qemu-img ended with ${result.exitCode ?? result.signal}`,
    );
  await syncPaths([effect.args.dest, dirname(effect.args.dest)]);
}

/** What qemu-img said first: each of its parallel writers complains of the same, with another number. */
function complaint(stderr: string): string | undefined {
  return stderr
    .trim()
    .split('\n')[0]
    ?.replace(/^qemu-img: /, '');
}
