import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Preview } from '../../../src/simulate/preview.ts';
import { ADMITTED, PREVIEW, poisonedPreview, previewMarkdown } from '../../previews.ts';

const LIMIT = 60_000;

/** The comment without its code: what Markdown and HTML interpret. */
function active(comment: string): string {
  return comment
    .replace(/^(`{3,})[a-z]*\n[\s\S]*?\n\1$/gm, 'CODE')
    .replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, 'CODE');
}

test('the essentials are visible, the rest is folded', async () => {
  await expect(previewMarkdown(ADMITTED)).toMatchFileSnapshot('preview.md');
});

test('totals, dangers and points of no return are not folded', () => {
  const open = previewMarkdown(ADMITTED).replace(/<details>[\s\S]*?<\/details>/g, '');
  for (const part of ['1 warning', 'BP140', 'the source is removed', 'freezes', '─ base.qcow2'])
    expect(open).toContain(part);
  expect(open).not.toContain('virsh');
  expect(
    previewMarkdown({ ...PREVIEW, findings: [] })
      .split('\n')
      .slice(4, 8),
  ).toEqual([
    '2 steps, **1 point of no return**, the guest stays paused',
    '',
    '- copies up to 42 MiB to /b/x y.qcow2',
    '- needs up to 64 MiB in /a (1 GiB free)',
  ]);
});

test('a refused plan has its errors and no steps', () => {
  const comment = previewMarkdown(PREVIEW);
  for (const part of ['**1 error**', 'BP110', 'Remove it', '### What to do'])
    expect(comment).toContain(part);
  expect(comment).not.toContain('<details>');
});

test('a long change of the definition is folded', () => {
  const definition = (lines: number) => ({
    ...ADMITTED,
    changes: {
      ...ADMITTED.changes,
      definition: Array.from({ length: lines }, () => ({ sign: '+', text: '<x/>' }) as const),
    },
  });
  expect(previewMarkdown(definition(20))).toContain('Changes to the definition:\n\n```diff');
  expect(previewMarkdown(definition(21))).toContain(
    '<details><summary>Changes to the definition (21 lines)</summary>\n\n```diff',
  );
});

test('a bot finds its comment by the first line, which depends on the plan alone', () => {
  const [first] = previewMarkdown(PREVIEW).split('\n');
  expect(first).toBe('<!-- blockplan:preview:move-testvm -->');
  const other = previewMarkdown({ ...PREVIEW, domain: 'x', findings: [], steps: [] });
  expect(other.split('\n')[0]).toBe(first);
  const [hostile] = previewMarkdown({ ...PREVIEW, plan: 'a --> <b>' }).split('\n');
  expect(hostile).toBe('<!-- blockplan:preview:a%20-%2D%3E%20%3Cb%3E -->');
});

describe('no text from a plan or a host becomes markup', () => {
  const OURS = /<\/?(?:details|summary|code)>|<br>|^<!-- \S+ -->$|^> (?=\*\*)/gm;

  test.each([
    'a`b``c```d````e',
    '```\n</details><script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '@octocat and #12 and GH-7 and octo/repo#3',
    '[text](javascript:alert(1)) ![i](https://x.test/a.png) https://x.test www.x.test',
    '| a | b |\n|---|---|',
    '# heading',
    '1. one',
    '- item',
    '    code',
    '**bold** _it_ ~~gone~~ $x$',
    '-->',
    '&lt;b&gt; &#64;x',
    '\u202egnp.exe',
    '`',
    ' ',
    '',
  ])('%j', (text) => expectInert(poisonedPreview(text)));

  test('for any text', () => {
    const pieces = fc.constantFrom(
      ...['`', '```', '<', '>', '&', '@a', '#1', '|', '\n', '\\', '[a](b)', '*', '_', '-->', 'x'],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map((all) => all.join('')),
    );
    fc.assert(fc.property(text, (poison) => expectInert(poisonedPreview(poison))));
  });

  function expectInert(preview: Preview): void {
    const comment = previewMarkdown(preview);
    const shown = active(comment);
    expect(comment.match(/^<details>/gm)).toHaveLength(5);
    expect(shown.match(/<\/details>/g)).toHaveLength(5);
    const rest = shown.replace(OURS, 'OURS ');
    expect(rest).not.toMatch(/[<>[\]|~$`\\]|:\/\/|www\./);
    expect(rest).not.toMatch(/@(?!&#8203;)\S|(?<!&)#\w|GH-\d/i);
    // Only our own words are between asterisks.
    expect(rest.replace(/\*\*[^*\n]*\*\*/g, '')).not.toMatch(/[*_]/);
    // Each line begins like one of ours.
    for (const line of rest.split('\n'))
      expect(line).not.toMatch(/^(?:\s+\S|#(?!#{1,2} )|=|\+|\d+[.)])/);
  }
});

describe('a comment fits', () => {
  const step = PREVIEW.steps[1]!;
  const many = (count: number, texts: string): Preview => ({
    ...PREVIEW,
    steps: Array.from({ length: count }, (_, at) => ({
      ...PREVIEW.steps[at % 2]!,
      id: `${at}-${texts}`,
      phases: [{ ...step.phases[0]!, summary: texts, commands: [{ command: texts, why: texts }] }],
    })),
    findings: Array.from({ length: count }, () => ({ ...PREVIEW.findings[1]!, message: texts })),
  });

  test.each([
    [50, 10],
    [50, 400],
    [50, 2_000],
    [1, 100_000],
    [300, 10],
  ])('with %i steps whose texts have %i characters', (count, length) => {
    for (const letter of ['x', '<', '`', '\u0301']) {
      const preview = many(count, letter.repeat(length));
      const comment = previewMarkdown(preview);
      expect(Buffer.byteLength(comment)).toBeLessThan(LIMIT);
      expect(comment).toContain('## `move-testvm` on `testvm`');
      expect(comment).toContain(`**${count} warning`);
      expect(comment).toBe(previewMarkdown(preview));
    }
  });

  test('in full if possible, and otherwise says what it leaves out', () => {
    expect(previewMarkdown(many(3, 'x'))).not.toContain('leaves out');
    const long = previewMarkdown(many(50, 'x'.repeat(300)));
    expect(long).toContain('This one leaves out the state diagram, the definitions');
    expect(long.match(/^<details>/gm)).toHaveLength(50);
    expect(previewMarkdown(many(600, 'x'))).toContain('everything after the first');
  });

  test('with names of any length in the title', () => {
    const long = 'y'.repeat(200_000);
    const comment = previewMarkdown({
      ...PREVIEW,
      plan: long,
      domain: long,
      description: long,
    });
    expect(Buffer.byteLength(comment)).toBeLessThan(LIMIT);
  });
});
