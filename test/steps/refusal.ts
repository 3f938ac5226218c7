/** A refusal as a requirement gives it: an error at a parameter, with a hint where there is one. */
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
