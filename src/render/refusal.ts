/** A refused command for programs. */
import type { Finding } from '../errors.ts';
import { type End, EXIT_CODES } from '../outcomes.ts';
import { jsonText } from './json.ts';

/**
 * In the shape of `refusal` in the schemas of the commands.
 * @param findings without the guest's secrets
 */
export function refusalJson(end: End, findings: readonly Finding[]): string {
  const refusal = { format: 'blockplan-refusal/v1', end, exitCode: EXIT_CODES[end], findings };
  return `${jsonText(refusal, 2)}\n`;
}
