/** The preconditions of a preview, grouped by what a reader has to do about them. */
import type { Preview, PreviewPrecondition } from '../simulate/preview.ts';
import { pluralText } from './amounts.ts';
import type { Block, Section } from './document.ts';
import { SECTION_TITLES } from './preview-tiles.ts';

/** One section, or none if there are no preconditions. Those that are met come last, folded. */
export function preconditionGroups({ preconditions: all, source }: Preview): Block[] {
  if (all.length === 0) return [];
  const isLive = source.kind === 'live';
  const unmet = all.filter((each) => each.unmet);
  const unchecked = all.filter((each) => each.checked === 'no');
  const met = all.filter((each) => !each.unmet && each.checked !== 'no');
  const groups = [
    group('Not met', 'a finding says why', unmet),
    group(
      'Not checked',
      isLive
        ? 'only the run can check them'
        : 'the facts lack them, or only the run can check them',
      unchecked,
    ),
    {
      ...group(
        'Met',
        isLive ? `as seen on ${source.uri}` : `from the facts in ${source.file}`,
        met,
      ),
      fold: pluralText(met.length, 'precondition'),
    },
  ].filter(({ count }) => count > 0);
  return [
    {
      ...{ is: 'section', title: SECTION_TITLES.preconditions, partOf: 'the preconditions' },
      about: groups.map(({ title, count }) => `${count} ${title.toLowerCase()}`).join(', '),
      blocks: groups.map(({ count: _, ...section }) => section),
    },
  ];
}

function group(
  title: string,
  about: string,
  list: readonly PreviewPrecondition[],
): Section & { readonly count: number } {
  const items = list.map(({ step, what }) => ({ label: step, text: what }));
  return { is: 'section', title, about, blocks: [{ is: 'items', items }], count: list.length };
}
