import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { EffectFailed } from '../model/effect-failed.ts';

/**
 * The finding about a store that cannot be read.
 * @throws the error if it is a bug, not the host's
 */
export function unreadStore(path: string, error: unknown): Finding {
  const { code, message } = error as NodeJS.ErrnoException;
  const isLimit = error instanceof EffectFailed;
  if (!isLimit && typeof code !== 'string') throw error;
  const hint = isLimit
    ? 'name a folder that contains nothing but the backups of one guest'
    : code === 'EACCES' || code === 'EPERM'
      ? 'run blockplan as a user with access, such as root'
      : 'check the storage there';
  return {
    code: codes.storeUnreadable,
    severity: 'error',
    message: `the backup store ${path} cannot be read: ${message}`,
    hint,
  };
}
