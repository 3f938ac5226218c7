/** What is not as it was reviewed, for people. */
import type { Drift } from '../facts/drift.ts';
import { printable } from '../printable.ts';
import { palette } from './color.ts';

/** For each part what it was and is, or what it is now where nothing tells what it was. */
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
  const heading = compared ? `${part}, from what was reviewed to what is so:` : `${part} now:`;
  const shown = lines.map(({ sign, text }) => {
    const line = `${compared ? `${sign} ` : '  '}${printable(text)}`;
    return `  ${painted[sign](line.trimEnd())}\n`;
  });
  return `${paint.bold(heading)}\n${shown.join('')}`;
}
