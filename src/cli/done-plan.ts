/** Says of a plan that is refused whether it is done already. */
import { codes } from '../codes.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { ownState } from './run-folders.ts';

/**
 * The findings of a preflight, in which one about a file that an earlier run of the same plan has made says so.
 * @param host as observed
 */
export async function explained(
  findings: readonly Finding[],
  plan: Plan,
  host: HostState,
): Promise<readonly Finding[]> {
  // Journals are read only if a file is in the way.
  if (!findings.some(({ code }) => code === codes.fileExistence)) return findings;
  const { withDonePlan } = await import('./earlier-runs.ts');
  try {
    return await withDonePlan(ownState(), findings, plan, host);
  } catch (error) {
    // A user who may not read the journals can still preview a plan.
    if (error instanceof BlockplanError) return findings;
    throw error;
  }
}
