import fc from 'fast-check';
import { expect, test } from 'vitest';
import { xmlLines } from '../../../src/model/xml-lines.ts';
import { definitionDiff } from '../../../src/simulate/preview-definition.ts';

const shown = (before: string | undefined, after: string | undefined) =>
  definitionDiff(before, after).map(({ sign, text }) => sign + text);

const list = (...names: string[]) => `<a>${names.map((name) => `<${name}/>`).join('')}</a>`;

test('quotes, white space and comments do not count as changes', () => {
  const before = `<a b='1'  c="x"><d>\n</d><e> text </e></a>`;
  expect(shown(before, `<a\nb="1" c='x'><!-- one --><d/>\n  <e>text</e></a>`)).toEqual([]);
});

test('added and removed lines are shown in their places', () => {
  expect(shown(list('b', 'c', 'd'), list('b', 'x', 'd', 'e'))).toEqual([
    ...[' <a>', '   <b/>', '-  <c/>', '+  <x/>', '   <d/>', '+  <e/>', ' </a>'],
  ]);
});

test('lines far from a change are omitted, with a mark between two changes', () => {
  const names = [...'bcdefghijklmn'];
  expect(shown(list('x', ...names, 'y'), list(...names))).toEqual([
    ...[' <a>', '-  <x/>', '   <b/>', '   <c/>', '   <d/>', ' …'],
    ...['   <l/>', '   <m/>', '   <n/>', '-  <y/>', ' </a>'],
  ]);
});

test('a definition that is added or removed is shown completely', () => {
  expect(shown(undefined, '<a><b/></a>')).toEqual(['+<a>', '+  <b/>', '+</a>']);
  expect(shown('<a/>', undefined)).toEqual(['-<a/>']);
});

test('both texts can be read from a difference', () => {
  const names = fc.array(fc.constantFrom('b', 'c', 'd', 'e'), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(names, names, (before, after) => {
      const [old, fresh] = [list(...before), list(...after)];
      const lines = definitionDiff(old, fresh);
      const pick = (...signs: string[]) => lines.filter(({ sign }) => signs.includes(sign));
      const text = (...signs: string[]) =>
        pick(...signs)
          .map((line) => line.text)
          .join('\n');
      expect(pick('+').length - pick('-').length).toBe(after.length - before.length);
      // Without a gap each side is a contiguous part of its text.
      if (text(' ').includes('…')) return;
      expect(xmlLines(old).join('\n')).toContain(text(' ', '-'));
      expect(xmlLines(fresh).join('\n')).toContain(text(' ', '+'));
    }),
  );
});
