/** `blockplan validate`: checks plans and reports all errors, without a host. */
import { BlockplanError, type Finding } from '../errors.ts';
import { EXIT_CODES } from '../outcomes.ts';
import { printable } from '../printable.ts';
import { printNow } from './print-now.ts';
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
  const refused = findings.some(isError);
  if (format === 'text') {
    if (findings.length > 0) (await import('./print-findings.ts')).printFindings(findings);
    const valid = plans.filter((plan) => !plan.findings.some(isError));
    if (valid.length > 0) {
      const lines = valid.map(({ file }) => `${nameOf(file)} is valid\n`);
      printNow(`${lines.join('')}the host was not checked; preview checks it\n`);
    }
  } else {
    const { annotations, validationJson } = await import('../render/validation.ts');
    const { redactFindings } = await import('../model/redact-value.ts');
    const shown = plans.map((plan) => ({ ...plan, findings: redactFindings(plan.findings) }));
    process.stdout.write(format === 'github' ? annotations(shown) : validationJson(shown));
  }
  return refused ? EXIT_CODES['input-refused'] : 0;
}

function isError({ severity }: Finding): boolean {
  return severity === 'error';
}

/** The file as in the positions of findings. */
function nameOf(file: string): string {
  return file === '-' ? '<stdin>' : printable(file);
}

async function findingsOf(file: string, set: readonly string[]): Promise<readonly Finding[]> {
  try {
    return (await draftFrom(file, set)).warnings;
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return error.findings;
  }
}
