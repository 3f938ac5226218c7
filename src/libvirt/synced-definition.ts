/** Syncs the definitions of a libvirt to their storage. */
import { join } from 'node:path';
import type { HostIO } from '../host-io/host-io.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { HostState } from '../model/host-state.ts';
import { logFolder } from './guest-log.ts';

/**
 * Syncs the folder with the definitions, before a file is removed that a former definition names. libvirt syncs the file of a
 * definition, but not the name that it then gives to it (libvirt, `virFileRewrite`): after a power loss the former definition
 * may be back.
 * @param removed the file that is removed or moved next
 * @throws EffectFailed where the definitions do not reach their storage
 */
export async function syncDefinitions(
  io: HostIO,
  { host, domain }: Pick<HostState, 'host' | 'domain'>,
  removed: string,
): Promise<void> {
  const folder = domain.persistent ? definitionsFolder(io, host.uri) : undefined;
  await using open = folder === undefined ? undefined : await opened(io, folder);
  try {
    await open?.sync();
  } catch (error) {
    const why = `the definition of ${domain.name} cannot be synced to its storage (${(error as Error).message})`;
    throw new EffectFailed(`${why}, so ${removed} is left alone`);
  }
}

/** Undefined where it does not exist, as with a libvirt that was built for other folders, or is hidden from this user. */
function opened(io: HostIO, folder: string) {
  // Nothing else is known about where the definitions are.
  return io.openToSync([folder]).catch(() => undefined);
}

/** Where libvirt keeps definitions; undefined where the connection does not show it. */
export function definitionsFolder(
  { caches, settings }: Pick<HostIO, 'caches' | 'settings'>,
  uri: string,
): string | undefined {
  const logs = logFolder(uri, caches);
  if (logs === undefined) return undefined;
  const [, prefix] = /^(.*)\/var\/log\/libvirt\/qemu$/.exec(logs) ?? [];
  return prefix === undefined
    ? join(settings, 'libvirt/qemu')
    : join('/', prefix, 'etc/libvirt/qemu');
}
