/** Findings about a store. */
import type { Code } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { PERMISSION_DENIED } from '../model/backup-store.ts';

export function storeFinding(
  code: Code,
  message: string,
  hint: string | undefined,
  severity: Finding['severity'] = 'error',
): Finding {
  return { code, severity, message, ...(hint === undefined ? {} : { hint }) };
}

/**
 * The hint for something that cannot be read.
 * @param otherwise what to do unless permission is denied
 */
export function unreadHint(why: string, otherwise: string): string {
  return why === PERMISSION_DENIED ? 'run blockplan as a user with access' : otherwise;
}
