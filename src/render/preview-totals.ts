/** The summary of a preview: what a reviewer asks first. */

import type { Preview, Totals } from '../simulate/preview.ts';
import { sizeText } from '../size-text.ts';
import { knownSize, pluralText, rangeOfSizes } from './amounts.ts';
import { copyDuration } from './copy-duration.ts';
import type { TextPart } from './document.ts';

/** The parts in order, without separators. */
export function previewTotals(preview: Preview): TextPart[] {
  const { totals, findings } = preview;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  // A plan that is refused has no totals: the steps after the first error are unknown.
  if (errors > 0) return [{ text: pluralText(errors, 'error'), mood: 'bad' }];
  const warnings = findings.length - errors;
  return [
    { text: pluralText(totals.steps, 'step') },
    ...(totals.changes === 0 ? [{ text: 'nothing to do' }] : []),
    ...(warnings === 0 ? [] : [{ text: pluralText(warnings, 'warning'), mood: 'warn' } as const]),
    ...safety(preview),
    {
      text: guestText(totals),
      ...(totals.pauses === 0 || totals.paused ? {} : { mood: 'warn' as const }),
    },
    ...unchecked(preview),
    ...[...amounts(totals), ...duration(totals)].map((text) => ({ text, detail: true as const })),
    ...(totals.fingerprint === undefined
      ? []
      : [{ text: 'fingerprint', code: totals.fingerprint, detail: true } as const]),
  ];
}

/** What a failure leads to: a plan with `on-failure: stop` rolls nothing back by itself. */
function safety({ totals: { pointsOfNoReturn: points }, steps }: Preview): TextPart[] {
  const phases = steps.flatMap((step) => step.phases);
  const stops = phases.some(({ stopsAt }) => stopsAt !== undefined);
  const kept = phases.flatMap((phase) => phase.kept ?? []);
  const all: TextPart[] = [
    ...(stops ? [{ text: 'a failure stops the run where it is', mood: 'bad' } as const] : []),
    ...(points > 0
      ? [
          {
            text: pluralText(points, 'point of no return', 'points of no return'),
            mood: 'bad',
          } as const,
        ]
      : []),
  ];
  if (kept.length > 0)
    return [...all, { text: `a rollback keeps ${kept.join(' and ')} once complete` }];
  return all.length === 0 ? [{ text: 'every phase can be rolled back until the run ends' }] : all;
}

/** What the run means for the guest. */
function guestText({ pauses, paused, off }: Totals): string {
  if (off) return 'the guest stays off';
  if (paused) return 'the guest stays paused';
  return pauses > 0
    ? `the guest is paused in ${pluralText(pauses, 'phase')}`
    : 'the guest keeps running';
}

/** Facts can lack what a live host shows. What even a live host does not show is the same for every preview. */
function unchecked({ source, preconditions: all }: Preview): TextPart[] {
  const left = all.filter(({ checked }) => checked === 'no').length;
  if (source.kind === 'live' || left === 0) return [];
  return [{ text: `${left} of ${pluralText(all.length, 'precondition')} not checked` }];
}

function amounts({ copies, space, rollback }: Totals): string[] {
  const copied = copies.map(({ to, bytes, least, stored, because }) => ({
    ...{ bytes, least, stored },
    where: `to ${to}${because === undefined ? '' : `: ${because}`}`,
  }));
  return [
    ...boundsOf('copies', copied),
    ...boundsOf('needs', space.map(inFolder)),
    ...boundsOf('a rollback needs', rollback.map(inFolder)).map(
      (text) => `${text}, to copy data back`,
    ),
  ];
}

function inFolder({ folder, needed: bytes, least, free }: Totals['space'][number]) {
  const room = free === undefined ? 'free space unknown' : `${sizeText(free)} free`;
  return { bytes, least, where: `in ${folder} (${room})` };
}

interface Bound {
  readonly bytes: number | undefined;
  readonly least?: number | undefined;
  readonly stored?: number | undefined;
  readonly where: string;
}

function boundsOf(verb: string, amounts: readonly Bound[]): string[] {
  return amounts.map(({ bytes, least, stored, where }) => {
    if (bytes === undefined) return `${verb} an unknown amount ${where}`;
    const amount = stored === undefined ? rangeOfSizes(bytes, least) : knownSize(bytes, stored);
    return `${verb} ${amount} ${where}`;
  });
}

function duration({ copies }: Totals): string[] {
  const found = copyDuration(copies);
  if (!found) return [];
  const where = found.to.length < copies.length ? ` to ${found.to.join(' and ')}` : '';
  const why = found.because === undefined ? '' : `: ${found.because}`;
  return [`copying${where} takes ${found.time} at ${found.rate}${why}`];
}
