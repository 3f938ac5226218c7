import type { Code } from '../codes.ts';
import { BlockplanError } from '../errors.ts';

/** A refusal before anything was done, with one finding. */
export function preflightRefusal(code: Code, message: string, hint: string): BlockplanError {
  return new BlockplanError('preflight-refused', [{ code, severity: 'error', message, hint }]);
}
