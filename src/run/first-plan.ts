/** The first plan of a guest: read, and checked on its host, with names of new files that do not exist yet. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { compile } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';
import type { NameAttempt } from '../plan/initial-plan.ts';
import { draftPlan, type PlanDraft } from '../plan/read.ts';
import { withPositions } from '../plan/text.ts';
import { walk } from '../simulate/walk.ts';
import { steps } from '../steps/registry.ts';

/** Observes the guest of these plans, and all files that they use. */
export type ObserveDrafts = (drafts: readonly PlanDraft[]) => Promise<HostState>;

/** How many names are tried for files that must not exist. */
const MOST_ATTEMPTS = 9;

export interface FirstPlan {
  readonly text: string;
  /** What a preview of it would report, with positions in its text. */
  readonly findings: readonly Finding[];
}

/**
 * Writes a plan until none of its new files exists, and changes nothing on the host.
 *
 * @param textOf the plan's text, with those names of its new files
 * @param on the plan's file, which positions name, and the run's ID for `PlanDraft.resolve`
 * @returns the plan, also if it would be refused for other reasons, or if all names are taken
 * @throws BlockplanError `input-refused` if the text is no plan, and as `observe`
 */
export async function firstPlan(
  textOf: (attempt: NameAttempt) => string,
  observe: ObserveDrafts,
  on: { readonly file: string; readonly run: string },
): Promise<FirstPlan> {
  for (let attempt: NameAttempt = { copy: 1, overlay: 1 }; ; ) {
    const text = textOf(attempt);
    const draft = draftPlan({ file: on.file, source: text, steps });
    const state = await observe([draft]);
    const plan = draft.resolve(state, on.run);
    const findings = [...plan.warnings, ...walk(compile(plan), state).findings];
    const next = nextAttempt(attempt, findings);
    // The name of a backup has no more than the time.
    const isLast = Math.max(next.copy, next.overlay) > MOST_ATTEMPTS || textOf(next) === text;
    if (isLast) return { text, findings: withPositions(draft.text, findings) };
    attempt = next;
  }
}

/** The next name of each new file whose name is taken. */
function nextAttempt({ copy, overlay }: NameAttempt, findings: readonly Finding[]): NameAttempt {
  const isTaken = (key: string) =>
    findings.some(({ code, path = [] }) => code === codes.fileExistence && path.includes(key));
  return {
    copy: isTaken('dest') ? copy + 1 : copy,
    overlay: isTaken('diskspec') ? overlay + 1 : overlay,
  };
}
