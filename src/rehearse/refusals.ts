/** Checks before a rehearsal: the plan fits the host state, a lab can have such a guest, and a lab can run here. */
import { type Code, codes } from '../codes.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { compile } from '../graph/graph.ts';
import { isPrivileged, missingPackages } from '../lab/requirements.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { withPositions } from '../plan/text.ts';
import { walk } from '../simulate/walk.ts';
import { unbuildable } from './guest-shape.ts';

/** @throws BlockplanError `preflight-refused` if the lab cannot run on this machine */
export async function refuseWithoutLab(): Promise<void> {
  const missing = await missingPackages();
  if (!isPrivileged())
    throw refused(
      codes.rehearsalNeedsRoot,
      'a rehearsal starts a private libvirt host in its own namespaces, which requires root',
      'run it as root; your own libvirt is not touched',
    );
  if (missing.length > 0)
    throw refused(
      codes.packagesMissing,
      `Debian packages that a rehearsal requires are missing: ${missing.join(', ')}`,
      `install them: apt-get install --no-install-recommends ${missing.join(' ')}`,
    );
}

/** @throws BlockplanError `preflight-refused`, with all findings, if a run would be refused or no lab can have the guest */
export function refuseUnfit(plan: Plan, state: HostState): void {
  const walked = walk(compile(plan), state).findings;
  const findings = walked.some(isError) ? walked : [...walked, ...unbuildable(plan, state)];
  const [first, ...rest] = withPositions(plan.text, findings);
  if (first && findings.some(isError))
    throw new BlockplanError('preflight-refused', [first, ...rest]);
}

/** The error for a failure of the lab itself, which says nothing about the plan. */
export function labFailed(error: unknown): BlockplanError {
  const { message } = error as Error;
  return refused(
    codes.labFailed,
    `the private libvirt host failed, so the rehearsal has no result: ${message}`,
    'fix the cause in the message, then rehearse the plan again',
    error,
  );
}

function isError(finding: Finding): boolean {
  return finding.severity === 'error';
}

function refused(code: Code, message: string, hint: string, cause?: unknown): BlockplanError {
  return new BlockplanError('preflight-refused', [{ code, severity: 'error', message, hint }], {
    cause,
  });
}
