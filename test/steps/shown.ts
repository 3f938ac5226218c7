/** The visible parts of a step as text: its findings, requirements, phases with their commands, and rollbacks. */
import type { Effect } from '../../src/commands/effect.ts';
import { commandText } from '../../src/commands/effect-text.ts';
import type { Finding } from '../../src/errors.ts';
import { simulatedHostOf } from '../../src/host/simulated-host.ts';
import type { HostState } from '../../src/model/host-state.ts';
import { apply } from '../../src/simulate/host.ts';
import { observedState } from '../../src/simulate/observed-host.ts';
import { type AnyStep, NoRollback, type Phase } from '../../src/steps/define.ts';
import { requirementsOf } from '../../src/steps/derived.ts';
import type { Product } from '../../src/steps/sizes.ts';
import { frozen, looked } from '../worlds.ts';
import { requirementLine } from './required.ts';

type Params = Readonly<Record<string, unknown>>;

/** Each finding as `BP106 dest: message -> hint`. */
export function findingLines(findings: readonly Finding[]): string[] {
  return findings.map(
    ({ code, severity, path = [], message, hint }) =>
      `${[code, path.join('.')].join(' ').trim()}${severity === 'error' ? '' : ` (${severity})`}: ${message}${hint === undefined ? '' : ` -> ${hint}`}`,
  );
}

/** The findings of its requirements in a host state that was observed with the step's files. */
export function refusalLines(step: AnyStep, params: Params, state: HostState): string[] {
  return findingLines(requirementsOf(step, params, seen(step, params, state)).findings);
}

/** Each requirement as `clause [the facts that its check needs]`. */
export function requirementLines(step: AnyStep, params: Params, state: HostState): string[] {
  return requirementsOf(step, params, seen(step, params, state)).requirements.map(requirementLine);
}

/** A phase with the host states around it. */
export interface Done {
  readonly phase: Phase;
  readonly start: HostState;
  readonly before: HostState;
  readonly after: HostState;
}

/** The step's phases, done on a simulated host. */
function doneOn(step: AnyStep, params: Params, state: HostState): Done[] {
  const start = frozen(seen(step, params, state));
  const files = [
    ...requirementsOf(step, params, start).files,
    ...start.domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file)),
  ];
  let host = simulatedHostOf(start);
  let before = start;
  return step.phases(params).map((phase) => {
    for (const effect of phase.effects(before, start)) host = apply(frozen(host), effect);
    const { kept } = host.state.domain;
    const now = observedState(host, files);
    const after = frozen(kept ? { ...now, domain: { ...now.domain, kept } } : now);
    const done = { phase, start, before, after };
    before = after;
    return done;
  });
}

/** The phase of that name, done on a simulated host. */
export function phaseDone(step: AnyStep, params: Params, state: HostState, name: string): Done {
  const found = doneOn(step, params, state).find(({ phase }) => phase.name === name);
  if (!found) throw new Error(`no phase is named ${name}`);
  return found;
}

/** Every phase with its commands, and the rollback once it is done. */
export function phaseLines(step: AnyStep, params: Params, state: HostState): string[] {
  return doneOn(step, params, state).flatMap(({ phase, start, before, after }) => {
    const lost = phase.pointOfNoReturn?.(before, start);
    return [
      `${phase.name}: ${phase.summary}`,
      ...(phase.pauses === undefined ? [] : [`  pauses the guest: ${phase.pauses}`]),
      ...phase.effects(before, start).map((effect) => `  ${effectLine(effect)}`),
      ...(lost === undefined ? [] : [`  point of no return: ${lost}`]),
      `  rollback: ${phase.rollback}`,
      ...rollbackLines(phase, before, after, start).map((line) => `    ${line}`),
      ...(phase.rollbackRoom?.(before, start) ?? []).map(
        ({ file, least, most }) => `    room in ${file}: ${least} to ${most}`,
      ),
    ];
  });
}

/** The effects of the phase's rollback in that host state, or why it is impossible. */
export function rollbackLines(
  phase: Phase,
  before: HostState,
  now: HostState,
  start = before,
): string[] {
  try {
    return phase.undo(before, now, start).map(effectLine);
  } catch (error) {
    if (!(error instanceof NoRollback)) throw error;
    return [
      `no rollback: ${error.message}${error.next.length > 0 ? ` -> ${error.next.join('; ')}` : ''}`,
    ];
  }
}

/** The details of an effect beside its command and its reason. */
const DETAILS = ['timeoutMs', 'optional', 'doubt', 'writesInto', 'loses', 'bytes', 'made'] as const;

/** An effect as `command  (why; detail; …)`. */
export function effectLine(effect: Effect): string {
  const told: Readonly<Record<string, unknown>> = { ...effect };
  const details = DETAILS.filter((key) => told[key] !== undefined).map(
    (key) => `${key} ${[told[key]].flat().join(', ')}`,
  );
  return `${commandText(effect)}  (${[effect.why, ...details].join('; ')})`;
}

function seen(step: AnyStep, params: Params, state: HostState): HostState {
  return looked(state, requirementsOf(step, params, state).files);
}

/** The products that need space, and the first one, without the layers to measure. */
export function amountsOf(step: AnyStep, params: Params, state: HostState): Product[] {
  return step
    .products(params, state)
    .map(({ measured: _layers, ...amounts }) => amounts)
    .filter(({ copied, room }, at) => at === 0 || copied > 0 || room > 0);
}
