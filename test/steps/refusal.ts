/** A refusal as a requirement returns it: an error at a parameter, with an optional hint. */
import type { Finding } from '../../src/errors.ts';

export const refusal = (
  code: Finding['code'],
  path: readonly (string | number)[],
  message: string,
  hint?: string,
): Finding => ({
  ...{ code, severity: 'error', path, message },
  ...(hint === undefined ? {} : { hint }),
});
