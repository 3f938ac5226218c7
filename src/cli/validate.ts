/** `blockplan validate`: checks plans and reports all errors, without a host. */
import { BlockplanError, type Finding } from '../errors.ts';
import { EXIT_CODES } from '../outcomes.ts';
import { draftFrom } from './read.ts';

export interface ValidateCommandOptions {
  readonly set: readonly string[];
  readonly format: 'text' | 'json' | 'github';
}

/** @returns the exit code */
export async function validateCommand(
  files: readonly string[],
  { set, format }: ValidateCommandOptions,
): Promise<number> {
  const plans: { readonly file: string; readonly findings: readonly Finding[] }[] = [];
  for (const file of files) plans.push({ file, findings: await findingsOf(file, set) });
  const findings = plans.flatMap((plan) => plan.findings);
  const refused = findings.some(({ severity }) => severity === 'error');
  if (format === 'text') {
    if (findings.length > 0) (await import('./print-findings.ts')).printFindings(findings);
    if (!refused)
      process.stdout.write(files.length === 1 ? 'valid\n' : `${files.length} plans are valid\n`);
  } else {
    const { annotations, validationJson } = await import('../render/validation.ts');
    const { redactFindings } = await import('../model/redact-value.ts');
    const shown = plans.map((plan) => ({ ...plan, findings: redactFindings(plan.findings) }));
    process.stdout.write(format === 'github' ? annotations(shown) : validationJson(shown));
  }
  return refused ? EXIT_CODES['input-refused'] : 0;
}

async function findingsOf(file: string, set: readonly string[]): Promise<readonly Finding[]> {
  try {
    return (await draftFrom(file, set)).warnings;
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return error.findings;
  }
}
