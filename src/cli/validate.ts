/** `blockplan validate`: reads plans and says what is wrong with them; looks at nothing else. */
import { BlockplanError, type Finding } from '../errors.ts';
import { EXIT_CODES } from '../outcomes.ts';
import { planFrom } from './read.ts';

export async function validateCommand(
  files: readonly string[],
  options: { readonly set: readonly string[] },
): Promise<number> {
  const findings: Finding[] = [];
  for (const file of files) {
    try {
      const plan = await planFrom(file, options.set);
      findings.push(...plan.warnings);
    } catch (error) {
      if (!(error instanceof BlockplanError)) throw error;
      findings.push(...error.findings);
    }
  }
  if (findings.length > 0) (await import('./print-findings.ts')).printFindings(findings);
  if (findings.some((finding) => finding.severity === 'error')) return EXIT_CODES['input-refused'];
  process.stdout.write(files.length === 1 ? 'valid\n' : `${files.length} plans are valid\n`);
  return 0;
}
