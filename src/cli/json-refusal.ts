import { BlockplanError } from '../errors.ts';

/**
 * Performs a command. With `--format json`, a refusal is printed as JSON as well; the findings go to standard error
 * anyway.
 * @returns the exit code
 * @throws what the command throws
 */
export async function withJsonRefusal(
  format: 'text' | 'json',
  perform: () => Promise<number>,
): Promise<number> {
  try {
    return await perform();
  } catch (error) {
    if (format === 'json' && error instanceof BlockplanError) {
      const { refusalJson } = await import('../render/refusal.ts');
      const { redactFindings } = await import('../model/redact-value.ts');
      process.stdout.write(refusalJson(error.end, redactFindings(error.findings)));
    }
    throw error;
  }
}
