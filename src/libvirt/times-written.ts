/** When files were last written to. */
import type { Written } from '../commands/driver.ts';
import type { HostIO } from '../host-io/host-io.ts';

/** Implements `Driver.written`. */
export async function timesWritten(
  io: Pick<HostIO, 'stat'>,
  files: readonly string[],
): Promise<Written> {
  const found = await Promise.all(files.map(async (file) => [file, await io.stat(file)] as const));
  return Object.fromEntries(
    found.flatMap(([file, stat]) =>
      stat?.kind === 'file' ? [[file, Number(BigInt(stat.written) / 1_000_000n)]] : [],
    ),
  );
}
