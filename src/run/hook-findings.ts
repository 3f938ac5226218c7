/** Checks the hooks of a plan before a run. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { hookName } from '../hook.ts';
import type { Plan } from '../plan/plan.ts';

/** Checks the programs of a plan's hooks on this machine, which runs them; each program is reported once. */
export async function findHookProblems({ hooks }: Pick<Plan, 'hooks'>): Promise<Finding[]> {
  if (hooks.length === 0) return [];
  const { programProblem } = await import('../programs/program.ts');
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const { command, path, ...hook } of hooks) {
    const [program] = command;
    const problem = seen.has(program) ? undefined : await programProblem(program);
    seen.add(program);
    if (problem !== undefined)
      findings.push({
        code: codes.hookProgramUnusable,
        severity: 'error',
        message: `the program of the ${hookName(hook)}, ${program}, ${problem}`,
        hint: 'correct the path, or install the program on the machine that blockplan runs on and make it executable',
        path: [...path, 'command', 0],
      });
  }
  return findings;
}
