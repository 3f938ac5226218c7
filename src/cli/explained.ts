/** Says of a plan that is refused what the runs of this machine have to do with it. */
import { type Code, codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import type { HostState } from '../model/host-state.ts';
import type { Plan } from '../plan/plan.ts';
import { ownState } from './run-folders.ts';

/** The findings about files that an earlier run may have made or left behind. */
const FILE_CODES: readonly Code[] = [codes.fileExistence, codes.overlayNeedsLayer];

/**
 * The findings of a preflight as a run would report them. An unfinished run on the guest replaces them all: they may be about
 * what it has left. A block job of an active run, an overlay that an earlier run has left behind, and a file that an earlier
 * run of the plan or a forgotten run has made, are reported as that.
 * @param findings with the paths of the plan
 * @param host as observed on this machine, with the guest's UUID
 * @param own the ID of the run that asks, which may hold the guest's lock already
 */
export async function explained(
  findings: readonly Finding[],
  plan: Plan,
  host: HostState,
  own?: string,
): Promise<readonly Finding[]> {
  const state = ownState();
  try {
    const unfinished = await unfinishedRun(host);
    if (unfinished) return [unfinished];
    const awaited = await withActiveRun(state, findings, host, own);
    // Journals are read only if a file is in the way.
    if (!awaited.some(({ code }) => FILE_CODES.includes(code))) return awaited;
    const { withDonePlan, withForgottenRuns, withLeftOverlays } = await import('./earlier-runs.ts');
    const { localHost } = await import('../host-io/local-host.ts');
    const left = await withLeftOverlays(state, awaited, host, localHost);
    if (!left.some(({ code }) => code === codes.fileExistence)) return left;
    const done = await withDonePlan(state, left, plan, host);
    // A finding that is explained already has another text.
    return done === left ? await withForgottenRuns(state, done, plan, host) : done;
  } catch (error) {
    if (isUnreadable(error)) return findings;
    throw error;
  }
}

/**
 * The finding about an unfinished run on the guest, with which a run would be refused.
 * @param host as for {@link explained}
 */
export async function unfinishedRun({ domain }: HostState): Promise<Finding | undefined> {
  if (domain.uuid === '') return undefined;
  const { unfinishedRunOn } = await import('./unfinished-run.ts');
  try {
    return await unfinishedRunOn(ownState(), domain.uuid, domain.name);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** A user who may not read the journals can still preview a plan. */
function isUnreadable(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return error instanceof BlockplanError || code === 'EACCES' || code === 'EPERM';
}

async function withActiveRun(
  state: string,
  findings: readonly Finding[],
  { domain }: HostState,
  own: string | undefined,
): Promise<readonly Finding[]> {
  if (!findings.some(({ code }) => code === codes.blockJobActive)) return findings;
  const { activeRunOn } = await import('./unfinished-run.ts');
  const active = await activeRunOn(state, domain.uuid);
  if (!active || active.run === own) return findings;
  const hint = `run ${active.run} is working on the guest; wait until it has ended: ${blockplanCommand('attach', active.run)}`;
  return findings.map((finding) =>
    finding.code === codes.blockJobActive ? { ...finding, hint } : finding,
  );
}
