/** Repair plans: written as text, read like any plan, and walked over the host state that they were made for. */
import { BlockplanError, type Finding } from '../errors.ts';
import { compile } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';
import { emitYaml } from '../plan/emit.ts';
import { readPlan } from '../plan/read.ts';
import { walk } from '../simulate/walk.ts';
import { steps } from '../steps/registry.ts';
import type { Repair } from './patient.ts';

/** A plan as a file, with the warnings of its preview, or why a run of it would be refused in the current state. */
export type RepairPlan =
  | { readonly file: string; readonly text: string; readonly warnings: readonly string[] }
  | { readonly obstacle: string };

export function repairPlanOf(state: HostState, repair: Repair): RepairPlan {
  const name = wordOf(repair.name);
  const file = `${state.domain.name.replaceAll(/[^\w.-]/g, '_')}-${name}.yaml`;
  const text = emitYaml(
    {
      plan: 'blockplan/v1',
      name,
      description: literal(repair.title),
      domain: literal(state.domain.name),
      steps: repair.steps.map((step) => ({
        ...(literal(step) as object),
        id: wordOf(`${step['id']}`),
      })),
      'on-failure': 'rollback',
    },
    ['Written by "blockplan doctor" for its findings; preview the plan before you run it.'],
  );
  try {
    const plan = readPlan({ file, source: text, steps });
    const { findings } = walk(compile(plan), state);
    const errors = findings.filter(({ severity }) => severity === 'error');
    return errors.length === 0
      ? { file, text, warnings: textsOf(findings) }
      : { obstacle: textsOf(errors).join('; ') };
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return { obstacle: textsOf(error.findings).join('; ') };
  }
}

function textsOf(findings: readonly Finding[]): string[] {
  return findings.map(({ code, message }) => `${message} (${code})`);
}

/** The text with only the characters that a plan's name may have. */
function wordOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
}

/** The value escaped for a plan, so that nothing in it is read as a reference. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('${', () => '$${');
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, literal(part)]));
}
