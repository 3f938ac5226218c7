/** Runs `qemu-img`, reports its progress, and syncs the result to disk. */
import { dirname } from 'node:path';
import type { PerformContext } from '../commands/driver.ts';
import { argvOf, commandDefinition, type QemuImgEffect } from '../commands/effect.ts';
import type { HostIO, ProcessStamp } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { describeExit } from './exit-text.ts';
import { copyUnchanged } from './unchanged-source.ts';

/**
 * Converts an image that nothing writes to, creates one, or changes its header, and returns once the result and its name are on
 * disk.
 * @param guest the process of the plan's guest, where it is known
 * @throws EffectFailed when qemu-img fails, or something writes to the source; the signal's reason when it aborts
 */
export async function convertImage(
  io: HostIO,
  effect: QemuImgEffect,
  context: PerformContext,
  guest?: ProcessStamp,
): Promise<void> {
  const run = () => runQemuImg(io, effect, context);
  if (effect.verb !== 'convert') return run();
  const { source, 'source-format': format } = effect.args;
  return copyUnchanged(io, { file: source, format: format ?? '' }, run, guest);
}

async function runQemuImg(
  io: HostIO,
  effect: QemuImgEffect,
  context: PerformContext,
): Promise<void> {
  const total = effect.bytes;
  const result = await io.run(['qemu-img', ...argvOf(effect).map(String)], {
    // If blockplan were killed, a copy that keeps running would write to a file that the next run removes.
    tied: true,
    ...(context.signal ? { signal: context.signal } : {}),
    onOutput: (text) => {
      const percent = /\((\d+(?:\.\d+)?)\/100%\)\s*$/.exec(text.trimEnd())?.[1];
      if (percent !== undefined)
        context.onProgress({ current: Math.round((total * Number(percent)) / 100), total });
    },
  });
  context.signal?.throwIfAborted();
  if (!result.ok && !commandDefinition(effect).isDone?.(result.stderr))
    throw new EffectFailed(complaint(result.stderr) || describeExit('qemu-img', result));
  await io.sync([effect.args.dest, dirname(effect.args.dest)]);
}

/** The first line of qemu-img's errors: each of its parallel writers reports the same error with another number. */
function complaint(stderr: string): string | undefined {
  return stderr
    .trim()
    .split('\n')[0]
    ?.replace(/^qemu-img: /, '');
}
