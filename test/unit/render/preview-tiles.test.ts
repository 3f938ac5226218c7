/** What a page adds to the words of a preview: tiles, a contents list, folds, commands to copy. */
import { describe, expect, test } from 'vitest';
import type { Preview } from '../../../src/simulate/preview.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { bodyOf, elements, flat, looking, named, textOf } from '../../pages.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { ADMITTED, PREVIEW, previewHtml, RUNNING } from '../../previews.ts';

describe('the tiles', () => {
  /** Each tile in one line; a bar in percent. */
  function tiles(preview: Preview): string[] {
    return looking(bodyOf(previewHtml(preview)), 'tile').map((tile) => {
      const bars = named(tile, 'meter').map(({ attributes: { value, max } }) => {
        return `${Math.round((100 * Number(value)) / Number(max))} %`;
      });
      const [, mood] = tile.attributes['class']?.split(' ') ?? [];
      return [mood, flat(textOf(tile)), ...bars].join(' | ');
    });
  }

  test('show what a reviewer decides by', () => {
    expect(tiles(ADMITTED)).toEqual([
      'plain | Space needed up to 64 MiB of 1 GiB free in /a | 6 %',
      'plain | Space needed up to 42 MiB in /b, free space unknown',
      'plain | Space for rollbacks up to 64 MiB of 1 GiB free in /a, to copy data back | 6 %',
      'plain | Copying takes about 21 s up to 42 MiB, at 2 MiB/s',
      'bad | Points of no return ✕1 cannot be undone',
      'plain | Preconditions 1 of 4 unchecked only the run can check them',
      'warn | Findings !1 warning',
    ]);
  });

  test('of a harmless plan with all that is known', () => {
    const harmless: Preview = {
      ...ADMITTED,
      source: { kind: 'facts', file: 'f' },
      findings: [],
      preconditions: ADMITTED.preconditions.slice(0, 2),
      totals: {
        ...{ ...RUNNING, pointsOfNoReturn: 0, rollback: [] },
        copies: [{ to: '/b' }],
        space: [
          { folder: '/b', needed: 95, free: 100 },
          { folder: '/c', needed: 101, free: 100 },
          { folder: '/d', free: 100 },
        ],
      },
    };
    expect(tiles(harmless)).toEqual([
      'warn | Space needed !up to 95 B of 100 B free in /b | 95 %',
      'bad | Space needed ✕up to 101 B of 100 B free in /c | 100 %',
      'plain | Space needed unknown of 100 B free in /d',
      'plain | Copies an unknown amount duration unknown: no speed limit',
      'good | Points of no return ✓none every phase can be undone until the run ends',
      'good | Preconditions ✓all checked',
      'good | Findings ✓none nothing prevents the run',
    ]);
  });

  test('warn of preconditions that facts leave open, and of a plan that stops', () => {
    const { plan } = planned(['blockcopy: { disk: vda, dest: /new/a, pivot: true }'], 'stop');
    const text = tiles(previewPlan(plan, hostForPlans(), { facts: 'f' })).join('\n');
    expect(text).toMatch(/^warn \| Preconditions !\d+ of \d+ unchecked the run checks them$/m);
    expect(text).toContain('bad | After a failure ✕the run stops the plan has on-failure: stop');
  });

  test('are left out for a refused plan: what comes after the first error is unknown', () => {
    expect(tiles(PREVIEW)).toEqual([]);
    expect(previewHtml(PREVIEW)).not.toContain(PREVIEW.totals.fingerprint);
  });
});

test('the contents list and the tiles lead to sections of the page', () => {
  const body = bodyOf(previewHtml(ADMITTED));
  const ids = new Set(elements(body).map(({ attributes }) => attributes['id']));
  const links = named(body, 'a').map(({ attributes }) => attributes['href']?.slice(1));
  expect(links.length).toBe(7 + 2 + 3);
  expect(links.filter((link) => !ids.has(link))).toEqual([]);
  expect(
    named(body, 'nav')
      .flatMap((nav) => named(nav, 'a'))
      .map(textOf),
  ).toEqual([
    ...['Hooks', 'Changes', 'Dangers', 'Steps', '1 overlay', '2 mirror'],
    ...['Notes on the commands', 'Failures and rollbacks', 'Preconditions'],
  ]);
  expect(named(bodyOf(previewHtml(PREVIEW)), 'nav')).toEqual([]);
});

test('commands of rollbacks and met preconditions are folded', () => {
  const folds = named(bodyOf(previewHtml(ADMITTED)), 'details').map((each) => flat(textOf(each)));
  expect(folds).toEqual([
    '1 command take it backvirsh blockcommit testvm vda --active --pivot',
    '2 preconditions overlay the guest is running overlay the guest agent is connected',
  ]);
});

test('a long argument can be broken after its commas, and is copied as it is', () => {
  const command = 'virsh x --diskspec vda,snapshot=external,file=/a/b';
  const [step] = ADMITTED.steps;
  const [phase] = step?.phases ?? [];
  if (!step || !phase) throw new Error('The preview has a step with a phase.');
  const phases = [{ ...phase, commands: [{ command, why: 'w' }] }];
  const body = bodyOf(previewHtml({ ...ADMITTED, hooks: [], steps: [{ ...step, phases }] }));
  const [code] = looking(body, 'command');
  if (!code) throw new Error('The command is not in the page.');
  expect(textOf(code)).toBe(command);
  expect(named(code, 'span').map(textOf)).toEqual([
    ...['virsh', 'x', '--diskspec', 'vda,snapshot=external,file=/a/b'],
    ...['vda,', 'snapshot=external,', 'file=/a/b'],
  ]);
});
