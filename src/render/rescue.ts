/** What `blockplan rescue` did for one domain, in words. */
import type { Finding } from '../errors.ts';
import { printable } from '../printable.ts';
import { type Paint, palette } from './color.ts';
import { jsonText } from './json.ts';
import { sentenceLines, situationLines } from './situation.ts';

/** One domain's definition, and the outcome. */
export interface RescueReport {
  readonly outcome: 'restored' | 'left alone' | 'in doubt' | 'stranded';
  /** Absent if a run kept nothing. */
  readonly domain?: string;
  /** The run that kept it, if known. */
  readonly run?: string;
  readonly state: readonly string[];
  readonly next: readonly string[];
}

/**
 * The report, outcome first.
 * @param columns the width at which sentences wrap; commands never do, so that they can be copied
 */
export function renderRescue(
  { outcome, domain, run, state, next }: RescueReport,
  color: boolean,
  columns = Number.POSITIVE_INFINITY,
): string {
  const word = palette(color).bold(paintOf(outcome, color)(outcome));
  const of = [
    ...(domain === undefined ? [] : [printable(domain)]),
    ...(run === undefined
      ? []
      : [domain === undefined ? `run ${printable(run)}` : `(run ${printable(run)})`]),
  ].join(' ');
  const { bold } = palette(color);
  const lines = [
    `${word}: ${of}`,
    ...(next.length === 0
      ? sentenceLines(state, columns).map((line) => `  ${line}`)
      : situationLines({ happened: [], state, advice: [], commands: next }, bold, columns)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Green if a definition was restored, red if it needs attention. */
function paintOf(outcome: RescueReport['outcome'], color: boolean): Paint {
  const paint = palette(color);
  if (outcome === 'restored') return paint.green;
  return outcome === 'left alone' ? paint.dim : paint.red;
}

/** A run whose definition could not be inspected, or must not be restored. */
export interface RescueRefusal {
  readonly outcome: 'refused';
  readonly run: string;
  readonly findings: readonly Finding[];
}

/**
 * In the shape of `schemas/rescue.schema.json`.
 * @param results without the guest's secrets
 */
export function rescueJson(results: readonly (RescueReport | RescueRefusal)[]): string {
  const definitions = results.map((result) => {
    if (result.outcome === 'refused') return result;
    // Field by field: a report may come with fields that are not for users.
    const { outcome, domain, run, state, next } = result;
    return { outcome, domain, run, state, next };
  });
  return `${jsonText({ format: 'blockplan-rescue/v1', definitions }, 2)}\n`;
}
