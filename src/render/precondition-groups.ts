/** The preconditions of a preview, grouped by what a reader has to do about them. */
import type { Preview, PreviewPrecondition } from '../simulate/preview.ts';
import { pluralText } from './amounts.ts';
import type { Block, Section } from './document.ts';
import { SECTION_TITLES } from './preview-tiles.ts';

/** One section, or none if there are no preconditions. Those that are met come last, folded. */
export function preconditionGroups(preview: Preview): Block[] {
  const { preconditions: all, source } = preview;
  if (all.length === 0) return [];
  const isLive = source.kind === 'live';
  const outcome = outcomeOfUnmet(preview);
  const unmet = all.filter((each) => each.unmet);
  const unchecked = all.filter((each) => each.checked === 'no');
  const met = all.filter((each) => !each.unmet && each.checked !== 'no');
  const groups = [
    group('Not met', 'a finding shows why', unmet),
    group(
      'Not checked',
      isLive
        ? `only the run can check them; if one is not met, the run ${outcome}`
        : `the facts lack them, or only the run can check them; if one is not met, the run is refused or ${outcome}`,
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

/** What happens to a run that finds a precondition unmet. */
function outcomeOfUnmet({ steps, totals }: Preview): string {
  const phases = steps.flatMap((step) => step.phases);
  if (phases.some(({ stopsAt }) => stopsAt !== undefined)) return 'stops at that phase';
  const keeps = phases.some(({ kept }) => kept !== undefined);
  return keeps || totals.pointsOfNoReturn > 0
    ? 'is rolled back as far as possible'
    : 'is rolled back';
}

function group(
  title: string,
  about: string,
  list: readonly PreviewPrecondition[],
): Section & { readonly count: number } {
  const items = list.map(({ step = 'plan hooks', what }) => ({ label: step, text: what }));
  return { is: 'section', title, about, blocks: [{ is: 'items', items }], count: list.length };
}
