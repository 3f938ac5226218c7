/** The tiles of a preview: the numbers that a reviewer decides by. */
import type { Preview, Totals } from '../simulate/preview.ts';
import { sizeText } from '../size-text.ts';
import { pluralText, rangeOfSizes } from './amounts.ts';
import { copyDuration } from './copy-duration.ts';
import type { Tile } from './document.ts';

/** The sections that tiles lead to. */
export const SECTION_TITLES = {
  dangers: 'Dangers',
  preconditions: 'Preconditions',
} as const;

/** From this share of the free space on, a tile warns. */
const ALMOST_FULL = 0.9;

export function previewTiles(preview: Preview): Tile[] {
  const { totals, findings } = preview;
  // A plan that is refused has no totals: the steps after the first error are unknown.
  if (findings.some(({ severity }) => severity === 'error')) return [];
  return [
    ...totals.space.map((each) => spaceTile('Space needed', each)),
    ...totals.rollback.map((each) => spaceTile('Space for rollbacks', each, ', to copy data back')),
    ...copyTiles(totals),
    ...failureTiles(preview),
    ...preconditionTiles(preview),
    findingsTile(preview),
  ];
}

function spaceTile(
  label: string,
  { folder, needed, least, free }: Totals['space'][number],
  purpose = '',
): Tile {
  const known = needed !== undefined && free !== undefined;
  const share = known ? needed / free : 0;
  const mood = known && (least ?? needed) > free ? 'bad' : 'warn';
  return {
    label,
    value: needed === undefined ? 'unknown' : rangeOfSizes(needed, least),
    note:
      free === undefined
        ? `in ${folder}, free space unknown${purpose}`
        : `of ${sizeText(free)} free in ${folder}${purpose}`,
    ...(share > ALMOST_FULL ? { mood } : {}),
    ...(known ? { bar: { part: needed, whole: free } } : {}),
  };
}

function copyTiles({ copies }: Totals): Tile[] {
  if (copies.length === 0) return [];
  const isKnown = copies.every(({ bytes }) => bytes !== undefined);
  const sum = copies.reduce((all, { bytes = 0 }) => all + bytes, 0);
  const least = copies.every((copy) => copy.least === undefined)
    ? undefined
    : copies.reduce((all, { bytes = 0, least: from = bytes }) => all + from, 0);
  const amount = isKnown ? rangeOfSizes(sum, least) : 'an unknown amount';
  const found = copyDuration(copies);
  if (!found) {
    const isLimited = copies.some(({ rate }) => rate !== undefined);
    const note = isLimited ? 'duration unknown' : 'duration unknown: no speed limit';
    return [{ label: 'Copies', value: amount, note }];
  }
  const left = copies.length - found.to.length;
  const rest = left === 0 ? '' : `, and ${pluralText(left, 'copy', 'copies')} of unknown duration`;
  const why = found.because === undefined ? '' : `; ${found.because}`;
  const note = `${amount}, at ${found.rate}${rest}${why}`;
  return [{ label: 'Copying takes', value: found.time, note }];
}

function failureTiles({ totals: { pointsOfNoReturn: points }, steps }: Preview): Tile[] {
  const section = SECTION_TITLES.dangers;
  const phases = steps.flatMap((step) => step.phases);
  const stops = phases.some(({ stopsAt }) => stopsAt !== undefined);
  const kept = phases.flatMap((phase) => phase.kept ?? []);
  const note = 'the plan has on-failure: stop';
  return [
    ...(stops
      ? [{ label: 'After a failure', value: 'the run stops', note, mood: 'bad' } as const]
      : []),
    {
      label: 'Points of no return',
      ...(points === 0
        ? {
            ...{ value: 'none', mood: 'good' },
            note: `every phase can be undone until ${kept.length > 0 ? 'a result is kept' : 'the run ends'}`,
          }
        : { value: String(points), note: 'cannot be undone', mood: 'bad', section }),
    },
    ...(kept.length === 0
      ? []
      : [
          {
            label: 'Kept by a rollback',
            value: String(kept.length),
            note: kept.join(', '),
            section,
          },
        ]),
  ];
}

/** What even a live host does not show is unchecked in every preview, so only facts make it worth a warning. */
function preconditionTiles({ preconditions: all, source }: Preview): Tile[] {
  if (all.length === 0) return [];
  const left = all.filter(({ checked }) => checked === 'no').length;
  const label = 'Preconditions';
  const section = SECTION_TITLES.preconditions;
  if (left === 0) return [{ label, value: 'all checked', mood: 'good', section }];
  const value = `${left} of ${all.length} unchecked`;
  return source.kind === 'live'
    ? [{ label, value, note: 'only the run can check them', section }]
    : [{ label, value, note: 'the run checks them', mood: 'warn', section }];
}

function findingsTile({ findings }: Preview): Tile {
  const label = 'Findings';
  const section = SECTION_TITLES.dangers;
  return findings.length === 0
    ? { label, value: 'none', note: 'nothing prevents the run', mood: 'good' }
    : { label, value: pluralText(findings.length, 'warning'), mood: 'warn', section };
}
