/** What to do about the lock of a domain that another process holds. */
import { commandLine } from '../command.ts';
import { filesOutOfSight, type LockOwner } from '../journal/lock.ts';
import { domainKey, LOCAL } from '../model/hosts.ts';

/**
 * @param state the state directory
 * @param uuid of the domain
 * @param wait the hint for an owner whose end this machine notices
 */
export function lockHint(state: string, uuid: string, owner: LockOwner, wait: string): string {
  const files = filesOutOfSight(state, domainKey(LOCAL, uuid), owner);
  return files.length === 0
    ? wait
    : `its process is on ${owner.host}, or in another container, and cannot be checked from here: wait until it has ended there; if it has certainly ended without that, remove its lock: ${commandLine('rm', ...files)}`;
}
