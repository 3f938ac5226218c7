import { BlockplanError } from '../errors.ts';

/**
 * Performs a command, or its beginning. With `--format json`, a refusal is printed as JSON as well; the findings go to standard error
 * anyway.
 * @returns what it returns
 * @throws what it throws
 */
export async function withJsonRefusal<T>(
  format: 'text' | 'json',
  perform: () => Promise<T>,
): Promise<T> {
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
