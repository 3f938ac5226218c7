/** Writes a small file over its former version, or as a new one. */
import type { FileStamp, HostIO } from '../host-io/host-io.ts';

/** The file that replaces another one, before it has the name. */
export function nextOf(file: string): string {
  return `${file}.new`;
}

/**
 * At any time there is the former content or the new one, also after a power loss. May be repeated.
 * @param known is called with the stamp of the new file before it has the name
 * @throws EffectFailed where the file cannot be written or replaced
 */
export async function replaceText(
  io: Pick<HostIO, 'stat' | 'holdFile' | 'writeFile' | 'replaceFile'>,
  path: string,
  text: string,
  known?: (stamp: FileStamp) => Promise<void>,
): Promise<void> {
  const by = nextOf(path);
  {
    // A run that died here left it.
    await using former = await io.holdFile(by);
    await former?.remove();
  }
  const stamp = await io.writeFile(by, text);
  await known?.(stamp);
  const replaced = await io.stat(path);
  if (replaced) return io.replaceFile(path, by, { replaced, by: stamp });
  await using written = await io.holdFile(by);
  await written?.moveTo(path);
}
