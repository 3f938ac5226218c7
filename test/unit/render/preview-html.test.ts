import { createHash } from 'node:crypto';
import type { XmlElement } from '@rgrove/parse-xml';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SCRIPT } from '../../../src/render/html-script.ts';
import type { Preview } from '../../../src/simulate/preview.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { bodyOf, elements, flat, looking, named, textOf } from '../../pages.ts';
import { hostFor, hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import {
  ADMITTED,
  drawingsOf,
  drawnChains,
  PREVIEW,
  poisonedPreview,
  previewHtml,
  RUNNING,
} from '../../previews.ts';
import { BASE, SNAP1, SNAP2 } from '../../worlds.ts';

/** Every text of a preview that must be in the page. */
function saidBy(preview: Preview): string[] {
  const { totals } = preview;
  const found = preview.findings.flatMap(({ code, message, hint = '' }) => [code, message, hint]);
  const always = [preview.plan, preview.domain, preview.description ?? '', ...found];
  if (preview.findings.some(({ severity }) => severity === 'error')) return always;
  const { chains, files, definition: lines } = preview.changes;
  return [
    ...always,
    totals.fingerprint ?? '',
    ...totals.space.map(({ folder }) => folder),
    ...chains.flatMap(({ target, before, after }) => [
      target,
      ...[...before, ...after].map(({ file }) => file),
    ]),
    ...files.flatMap(({ file, change, to = '' }) => [file, change, to]),
    ...lines.map(({ text }) => text),
    ...preview.steps.flatMap(({ id, kind, summary, phases, definition }) => [
      ...[id, kind, summary.replaceAll('`', '')],
      ...definition.map(({ text }) => text),
      ...phases.flatMap(({ name, commands, undoCommands, pauses = '', pointOfNoReturn = '' }) => [
        ...[name, pauses, pointOfNoReturn],
        ...[...commands, ...undoCommands].flatMap(({ command, why }) => [command, why]),
      ]),
    ]),
    ...preview.preconditions.map(({ what }) => what),
  ];
}

const CASES: [what: string, preview: Preview][] = [
  ['a preview with everything in it', ADMITTED],
  ['the same with an error', PREVIEW],
  ...SHIPPED.map((file): [string, Preview] => [
    file,
    previewPlan(shipped(file).plan, hostFor(file)),
  ]),
];

describe.each(CASES)('%s', (_, preview) => {
  const page = previewHtml(preview);
  const body = bodyOf(page);

  test('the same preview gives the same bytes', () => {
    expect(previewHtml(structuredClone(preview))).toBe(page);
  });

  test('the page fetches nothing, and runs only its own script', () => {
    const rest = page.replace(`<script>${SCRIPT}</script>`, '');
    expect(rest).not.toMatch(
      /<script|<link|<img|<iframe|\bsrc=|\bhref=(?!"#part-)|url\(|@import|\bon\w+=/i,
    );
    const script = createHash('sha256').update(SCRIPT).digest('base64');
    expect(page).toContain(`; script-src 'sha256-${script}';`);
    expect(page.match(/http[^"<]*/g)?.filter((each) => each !== 'http-equiv=')).toEqual(
      named(body, 'svg').map(() => 'http://www.w3.org/2000/svg'),
    );
    const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(`default-src 'none'; style-src 'sha256-${hash}';`);
    expect(elements(body).filter(({ attributes }) => attributes['style'])).toEqual([]);
  });

  test('every text of the preview is in the page', () => {
    const text = flat(textOf(body));
    expect(saidBy(preview).filter((each) => !text.includes(flat(each)))).toEqual([]);
  });

  test('headings go down one level at a time', () => {
    const levels = elements(body).flatMap(({ name }) => /^h([1-6])$/.exec(name)?.[1] ?? []);
    expect(levels[0]).toBe('1');
    expect(levels.filter((level, at) => at > 0 && +level > Number(levels[at - 1]) + 1)).toEqual([]);
    const order = named(body, 'h2').map((h2) => textOf(h2.children[0] ?? h2).trim());
    expect(order).toEqual(
      preview === PREVIEW
        ? ['Errors', 'What to do']
        : [
            ...(preview.hooks ? ['Hooks'] : []),
            ...['Changes', 'Dangers', 'Steps', 'Notes on the commands'],
            ...['Failures and rollbacks', 'Preconditions'],
          ],
    );
  });

  test('every drawing has a title and a description', () => {
    const ids = elements(body).flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(ids.length).toBe(new Set(ids).size);
    const drawings = named(body, 'svg');
    expect(drawings.length).toBe(drawingsOf(preview));
    for (const { attributes } of drawings) {
      expect(attributes['role']).toBe('img');
      const about = attributes['aria-labelledby']?.split(' ') ?? [];
      expect(about.filter((id) => !ids.includes(id))).toEqual([]);
    }
    const words = named(body, 'desc').map(textOf);
    for (const { before, after } of drawnChains(preview)) {
      const sentence = (files: typeof before) =>
        files.map(({ file }) => file).join(', which is backed by ');
      expect(words).toContain(`The guest uses ${sentence(before)}.`);
      expect(words).toContain(`The guest uses ${sentence(after)}.`);
    }
  });

  test('each state and each transition is drawn', () => {
    if (preview === PREVIEW) return expect(looking(body, 'machine')).toEqual([]);
    const { states } = preview.machine;
    const machine = looking(body, 'machine').find(({ name }) => name === 'svg');
    if (!machine) throw new Error('The machine is not drawn.');
    expect(looking(machine, 'state').length).toBe(states.length);
    const ways = states.flatMap(({ transitions }) => transitions).filter(({ on }) => on !== 'LOST');
    // One more leads to the first state.
    expect(looking(machine, 'arrow').length).toBe(ways.length + 1);
  });
});

describe('chains', () => {
  /** Each layer of one side: its file name, whether it stays, and its height above the bottom. */
  function layers(page: string, side: string): string[] {
    const svg = looking(bodyOf(page), side).find(({ name }) => name === 'svg');
    if (!svg) throw new Error(`No drawing of the chain ${side}.`);
    const ground = Number(svg.attributes['height']);
    const names = looking(svg, 'name').map(textOf);
    return looking(svg, 'layer').map(({ attributes }, at) => {
      const fate = attributes['class']?.split(' ')[1];
      return `${names[at]} ${fate} ${Math.round(ground - Number(attributes['y']))}`;
    });
  }

  const page = (
    before: readonly string[],
    after: readonly string[],
    removed: readonly string[] = [],
  ): string => {
    const layer = (file: string) => ({
      ...{ file, format: 'qcow2' },
      ...(removed.includes(file) ? { removed: true as const } : {}),
    });
    const chains = [{ target: 'vda', before: before.map(layer), after: after.map(layer) }];
    return previewHtml({ ...ADMITTED, changes: { ...ADMITTED.changes, chains }, steps: [] });
  };

  test('a file that stays has the same height on both sides', () => {
    const commit = page([SNAP2, SNAP1, BASE], [SNAP2, BASE]);
    expect(layers(commit, 'before')).toEqual([
      'testvm.snap2 same 264',
      'testvm.snap1 gone 167',
      'base.qcow2 same 69',
    ]);
    expect(layers(commit, 'after')).toEqual(['testvm.snap2 same 264', 'base.qcow2 same 69']);
  });

  test('a new file is next to the one that it replaces', () => {
    const move = page([SNAP2, SNAP1], ['/new/copy', SNAP1]);
    expect(layers(move, 'before')).toEqual(['testvm.snap2 gone 167', 'testvm.snap1 same 69']);
    expect(layers(move, 'after')).toEqual(['copy new 167', 'testvm.snap1 same 69']);
    const flat = page([SNAP2, SNAP1, BASE], ['/new/copy']);
    expect(layers(flat, 'after')).toEqual(['copy new 69']);
  });

  test('each file is marked as kept, new or removed', () => {
    const marks = (side: string, removed: readonly string[]) => {
      const body = bodyOf(page([SNAP2, SNAP1, BASE], ['/new/copy', '/new/over', BASE], removed));
      const svg = looking(body, side).find(({ name }) => name === 'svg');
      return (
        svg &&
        looking(svg, 'word')
          .map(textOf)
          .filter((text) => text.includes(' · '))
      );
    };
    expect(marks('before', [SNAP1])).toEqual([
      'qcow2 · leaves the chain, file kept',
      'qcow2 · leaves the chain, file removed',
      'qcow2 · kept',
    ]);
    expect(marks('after', ['/new/over'])).toEqual([
      'qcow2 · new',
      'qcow2 · new, removed later',
      'qcow2 · kept',
    ]);
  });

  test('a chain that ends as it was is drawn once', () => {
    const body = bodyOf(page([SNAP1, BASE], [SNAP1, BASE]));
    expect(looking(body, 'when').map(textOf)).toEqual(['the same before and after']);
    expect(named(body, 'svg').length).toBe(2);
  });

  test('a long path is drawn in full', () => {
    const long = `/a/${'folder-'.repeat(20)}/${'x'.repeat(255)}`;
    const svg = looking(bodyOf(page([BASE], [long, BASE])), 'after').find(
      ({ name }) => name === 'svg',
    );
    const texts = (look: string) => (svg ? looking(svg, look).map(textOf).join('') : '');
    expect(texts('name')).toBe(`${'x'.repeat(255)}base.qcow2`);
    expect(texts('word')).toContain(`/a/${'folder-'.repeat(20)}/`);
  });

  test('an empty drive is described although nothing is drawn', () => {
    expect(bodyOf(page([], [BASE]))).toBeDefined();
    expect(page([], [BASE])).toContain('No file.');
  });
});

test('the first line answers what a reviewer asks first', () => {
  const verdict = (change: Partial<Preview>) =>
    looking(bodyOf(previewHtml({ ...PREVIEW, ...change })), 'verdict').map((each) =>
      textOf(named(each, 'p')[0] ?? each),
    );
  const totals = { ...RUNNING, pointsOfNoReturn: 0, pauses: 0 };
  expect(verdict({})).toEqual(['Refused: 1 error.']);
  expect(verdict({ findings: [] })).toEqual([
    '2 steps, 1 point of no return, the guest stays paused.',
  ]);
  expect(verdict({ findings: ADMITTED.findings, totals })).toEqual([
    '2 steps, 1 warning, every phase can be rolled back until the run ends, the guest keeps running.',
  ]);
  expect(verdict({ findings: [], totals })).toEqual([
    '2 steps, every phase can be rolled back until the run ends, the guest keeps running.',
  ]);
  expect(verdict({ findings: [], totals: { ...totals, changes: 0 } })).toEqual([
    '2 steps, nothing to do, every phase can be rolled back until the run ends, the guest keeps running.',
  ]);
});

test('hooks are above all, and findings and dangers are above the steps', () => {
  const [hooks, , group] = named(bodyOf(previewHtml(ADMITTED)), 'section').filter(
    ({ attributes }) => attributes['aria-labelledby'],
  );
  const dangers = group?.children.map((each) => flat(textOf(each))).filter(Boolean);
  expect(hooks && flat(textOf(hooks))).toContain('/usr/bin/quiesce --all');
  expect(dangers).toEqual([
    'Dangers',
    'warning BP140 The agent is silent.',
    'The guest is paused in overlay/snapshot: the agent freezes its file systems',
    'Point of no return in mirror/mirror: the source is removed',
  ]);
});

test('a refused plan shows the errors and what to do, and nothing else', () => {
  const main = named(bodyOf(previewHtml(PREVIEW)), 'main').flatMap(({ children }) => children);
  expect(main.map((each) => flat(textOf(each))).filter(Boolean)).toEqual([
    'Errors error BP110 move.yaml:9:29 There is a file already. blockcopy: { disk: vda, dest: "/b/x y.qcow2", pivot: true } Hint: Remove it. warning BP140 The agent is silent.',
    'What to do Follow the hints above. As long as a preview shows errors, blockplan run refuses the plan and changes nothing.',
  ]);
});

test('a plan that stops on failure announces no rollback', () => {
  const { plan } = planned(['blockcopy: { disk: vda, dest: /new/a, pivot: true }'], 'stop');
  const text = flat(textOf(bodyOf(previewHtml(previewPlan(plan, hostForPlans())))));
  expect(text).toContain('because the plan has on-failure: stop');
  expect(text).not.toContain('rolled back');
});

test('no text from outside becomes markup', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '<script>alert(1)</script>',
      `"' onload='alert(1)`,
      '</title></style></svg>',
      ']]>&#60;b&gt;',
    ),
  );
  const kinds = (body: XmlElement): string[] => [
    ...new Set(elements(body).map(({ name }) => name)),
  ];
  const usual = kinds(bodyOf(previewHtml(ADMITTED))).sort();
  const attributes = new Set(
    elements(bodyOf(previewHtml(ADMITTED))).flatMap((each) => Object.keys(each.attributes)),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const body = bodyOf(previewHtml(poisonedPreview(text)));
      expect(kinds(body).filter((each) => !usual.includes(each))).toEqual([]);
      const others = elements(body).flatMap((each) => Object.keys(each.attributes));
      expect(others.filter((each) => !attributes.has(each))).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
