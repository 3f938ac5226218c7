/** The differences from what was reviewed, as text. */
import type { Drift } from '../facts/drift.ts';
import { printable } from '../printable.ts';
import { palette } from './color.ts';

/** Shows each part as reviewed and as it is now, or only as it is now if the reviewed state is unknown. */
export function renderDrift(drifts: readonly Drift[], color: boolean): string {
  return drifts
    .filter(({ lines }) => lines.length > 0)
    .map((drift) => driftText(drift, color))
    .join('\n');
}

function driftText({ part, lines }: Drift, color: boolean): string {
  const paint = palette(color);
  const compared = lines.some(({ sign }) => sign !== ' ');
  const painted = { '+': paint.green, '-': paint.red, ' ': (text: string) => text };
  const heading = compared ? `${part}, as reviewed (-) and now (+):` : `${part} now:`;
  const shown = lines.map(({ sign, text }) => {
    const line = `${compared ? `${sign} ` : '  '}${printable(text)}`;
    return `  ${painted[sign](line.trimEnd())}\n`;
  });
  return `${paint.bold(heading)}\n${shown.join('')}`;
}
