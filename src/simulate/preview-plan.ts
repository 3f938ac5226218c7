/** Creates the preview of a plan: walks it over a host state, and lists each phase with its commands and its rollback. */
import { isDeepStrictEqual } from 'node:util';
import type { Finding } from '../errors.ts';
import { compile } from '../graph/graph.ts';
import type { Hook } from '../hook.ts';
import { hookCommandText } from '../model/hook-command.ts';
import type { HostState } from '../model/host-state.ts';
import { redactFindings, redactValue } from '../model/redact-value.ts';
import type { Plan } from '../plan/plan.ts';
import { withPositions } from '../plan/text.ts';
import type { Preview, PreviewHook, PreviewStep, Totals } from './preview.ts';
import { previewAmounts } from './preview-amounts.ts';
import { previewChanges, removedFiles } from './preview-changes.ts';
import { previewMachine } from './preview-machine.ts';
import { previewPreconditions } from './preview-preconditions.ts';
import { isPointOfNoReturn, previewStep } from './preview-step.ts';
import { type Walk, walk } from './walk.ts';
import type { WalkedPhase } from './walked-phase.ts';

/** Input of a preview besides the plan and the host state. */
export interface PreviewContext {
  /** The file of facts that the host state was read from; absent if the host itself was observed. */
  readonly facts?: string;
  readonly fingerprint?: string;
  /** What is wrong with the programs of its hooks on the machine that would run them. */
  readonly hookFindings?: readonly Finding[];
}

/** Previews a plan on a host state that was observed or read from facts; pure. */
export function previewPlan(plan: Plan, state: HostState, context: PreviewContext = {}): Preview {
  const graph = compile(plan);
  const told = walk(graph, state);
  // Files that the plan itself creates count as absent at first, even if their paths are unknown: rollbacks remove them.
  const walked = { ...told, phases: walk(graph, without(state, madeUnseen(told, state))).phases };
  const removed = removedFiles(walked.phases);
  const { hookFindings = [] } = context;
  const found = [
    ...plan.warnings,
    ...withPositions(plan.text, [...hookFindings, ...walked.findings]),
  ];
  const steps = plan.steps.flatMap((planned): PreviewStep[] => {
    const phases = walked.phases.filter(({ node }) => node.planned === planned);
    return phases.length === 0 ? [] : [previewStep(plan, planned, phases, removed)];
  });
  const findings = (['error', 'warning'] as const).flatMap((severity) =>
    found.filter((finding) => finding.severity === severity),
  );
  const preview = redactValue<Preview>({
    format: 'blockplan-preview/v1',
    plan: plan.name,
    ...(plan.description === undefined ? {} : { description: plan.description }),
    domain: plan.domain,
    source:
      context.facts === undefined
        ? { kind: 'live', uri: state.host.uri }
        : { kind: 'facts', file: context.facts },
    ...(plan.hooks.length === 0 ? {} : { hooks: plan.hooks.map(previewHook) }),
    totals: {
      ...totalsOf(plan, graph.nodes.length, steps, walked),
      ...previewAmounts(walked.phases, state),
      ...(context.fingerprint === undefined ? {} : { fingerprint: context.fingerprint }),
    },
    findings,
    changes: previewChanges(walked.phases, removed),
    steps,
    preconditions: previewPreconditions(told.steps, plan.hooks, context),
    machine: previewMachine(graph, steps),
  });
  return { ...preview, findings: redactFindings(findings) };
}

function previewHook(hook: Hook): PreviewHook {
  const { point, timeout, repeat } = hook;
  const command = hookCommandText(hook);
  return { point, command, timeout, ...(repeat ? { repeat } : {}) };
}

/** The files that a run would create at paths that the host state does not include. */
function madeUnseen({ phases }: Walk, state: HostState): string[] {
  return phases.flatMap(({ after }) =>
    Object.keys(after.files).filter(
      (file) => after.files[file]?.made && state.files[file] === undefined,
    ),
  );
}

function without(state: HostState, files: readonly string[]): HostState {
  const absent = Object.fromEntries(files.map((file) => [file, null]));
  return { ...state, files: { ...state.files, ...absent } };
}

function totalsOf(
  plan: Plan,
  phases: number,
  steps: readonly PreviewStep[],
  walked: Walk,
): Omit<Totals, 'copies' | 'space' | 'rollback'> {
  const shown = steps.flatMap((step) => step.phases);
  const state = walked.phases[0]?.before.domain.state;
  return {
    steps: plan.steps.length,
    phases,
    changes: walked.phases.filter(changes).length,
    pointsOfNoReturn: shown.filter(isPointOfNoReturn).length,
    pauses: shown.filter((phase) => phase.pauses !== undefined).length,
    ...(state === 'paused' ? { paused: true } : {}),
    ...(state === 'shut off' ? { off: true } : {}),
  };
}

function changes({ before, after }: WalkedPhase): boolean {
  return !isDeepStrictEqual(before, after);
}
