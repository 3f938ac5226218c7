/** Words that every form of the preview uses: the line of totals, and how preconditions are marked. */
import type { Preview, PreviewPrecondition, Totals } from '../simulate/preview.ts';
import { bytesText } from './amounts.ts';

/** A part of the line. The text is as it came: whoever shows it makes it harmless. */
export interface TotalPart {
  readonly text: string;
  /** What a reader must not miss. */
  readonly mood?: 'danger' | 'pause';
  /** Set for what somebody copies: it is not broken into lines. */
  readonly whole?: true;
}

/** The parts in their order, without what stands between them. */
export function previewTotals(preview: Preview): TotalPart[] {
  const { totals, findings } = preview;
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  // What cannot be run has no totals: the steps after the first obstacle are not even known.
  if (errors > 0) return [{ text: counted(errors, 'error'), mood: 'danger' }];
  const warnings = findings.length - errors;
  return [
    { text: counted(totals.steps, 'step') },
    ...(totals.changes === 0 ? [{ text: 'nothing to do' }] : []),
    ...(warnings === 0 ? [] : [{ text: counted(warnings, 'warning'), mood: 'pause' } as const]),
    ...(stops(preview)
      ? [{ text: 'a failure stops the run where it is', mood: 'danger' } as const]
      : []),
    ...(totals.pointsOfNoReturn === 0
      ? stops(preview)
        ? []
        : [{ text: 'every phase has a way back' }]
      : [
          {
            text: counted(totals.pointsOfNoReturn, 'point of no return', 'points of no return'),
            mood: 'danger',
          } as const,
        ]),
    { text: guestText(totals), ...(totals.pauses === 0 ? {} : { mood: 'pause' as const }) },
    ...amounts(totals).map((text) => ({ text })),
    ...(totals.fingerprint === undefined
      ? []
      : [{ text: `fingerprint ${totals.fingerprint}`, whole: true } as const]),
  ];
}

/** Whether the plan says `on-failure: stop`: then nothing is rolled back by itself. */
export function stops({ steps }: Preview): boolean {
  return steps.some(({ phases }) => phases.some(({ stopsAt }) => stopsAt !== undefined));
}

/** What becomes of the guest's CPUs meanwhile. */
export function guestText({ pauses, paused }: Totals): string {
  if (pauses > 0) return `the guest stands still in ${counted(pauses, 'phase')}`;
  return paused ? 'the guest stays paused' : 'the guest keeps running';
}

function amounts({ copies, space, rollback }: Totals): string[] {
  const copied = copies.map(({ to, bytes }) => ({ bytes, where: `to ${to}` }));
  return [
    ...boundsOf('copies', copied),
    ...boundsOf('needs', space.map(inFolder)),
    ...boundsOf('rollback needs', rollback.map(inFolder)),
  ];
}

function inFolder({ folder, needed: bytes, free }: Totals['space'][number]) {
  const room = free === undefined ? 'how much is free is not known' : `${bytesText(free)} free`;
  return { bytes, where: `in ${folder} (${room})` };
}

/** What is known in one clause, and what is not in another. */
function boundsOf(
  verb: string,
  amounts: readonly { readonly bytes: number | undefined; readonly where: string }[],
): string[] {
  const known = amounts.flatMap(({ bytes, where }) =>
    bytes === undefined ? [] : [`${bytesText(bytes)} ${where}`],
  );
  const unknown = amounts.flatMap(({ bytes, where }) => (bytes === undefined ? [where] : []));
  return [
    ...(known.length === 0 ? [] : [`${verb} up to ${known.join(' and ')}`]),
    ...(unknown.length === 0 ? [] : [`${verb} an unknown amount ${unknown.join(' and ')}`]),
  ];
}

/** `1 step`, `2 steps`. */
export function counted(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : plural}`;
}

/** How a precondition is marked. */
export const CHECKED: Readonly<Record<PreviewPrecondition['checked'], string>> = {
  live: 'checked live',
  facts: 'from facts',
  no: 'cannot be checked here',
};
