/** What stands in the way of a step since preflight. */
import { codes } from '../codes.ts';
import type { PhaseNode } from '../graph/graph.ts';
import type { HostState } from '../model/host-state.ts';
import { requirementsOf } from '../steps/derived.ts';
import { askHostState, emit, type RunPart } from './requests.ts';

/** Checks a step's requirements again before it begins: the host may have changed since preflight. */
export function* obstaclesTo(
  { planned, host: on }: PhaseNode,
  before: HostState,
): RunPart<string[]> {
  const { step, params } = planned;
  const { files, measured, searched, stores } = requirementsOf(step, params, before);
  // A step before may have added a backup.
  const terms = { state: before, files, measured, searched, stores };
  const { findings } = requirementsOf(
    step,
    params,
    yield* askHostState({ ask: 'survey', on, ...terms }),
  );
  // Preflight has shown the other warnings; a search may only be incomplete now.
  for (const { code, severity, message } of findings)
    if (code === codes.overlayNeedsLayer && severity === 'warning')
      yield* emit({ event: 'notice', message });
  return findings
    .filter((finding) => finding.severity === 'error')
    .map((finding) => finding.message);
}
