import { parseXml } from '@rgrove/parse-xml';
import { describe, expect, test } from 'vitest';
import type { Screen } from '../../pictures/recording.ts';
import { svgOf } from '../../pictures/svg.ts';

const screen = (time: number, ...texts: string[]): Screen => ({
  time,
  lines: texts.map((text) => [{ text, column: 0, bold: false, dim: false }]),
});

describe('a picture of a terminal', () => {
  test('is XML whatever the terminal shows', () => {
    const shown = '<a href="x">&amp; \'</a>';
    const { text } = parseXml(svgOf('a "title" & more', [screen(0, shown)])).root ?? { text: '' };
    expect(text).toContain(shown);
  });

  test('shows a single screen without an animation', () => {
    expect(svgOf('x', [screen(0, 'one')])).not.toContain('animation');
  });

  test('shows each screen of a film until the next one', () => {
    const film = svgOf('x', [screen(0, 'a'), screen(1, 'b'), screen(2, 'b'), screen(4, 'c')]);
    const shown = [...film.matchAll(/@keyframes k\d+\{(.*?)\}\}/g)].map(([, rule]) => rule);
    expect(shown).toEqual([
      '0%{visibility:visible}10%{visibility:hidden',
      '0%{visibility:hidden}10%{visibility:visible}40%{visibility:hidden',
      '0%{visibility:hidden}40%{visibility:visible',
    ]);
  });

  test('leaves out screens that nobody could read', () => {
    const film = svgOf('x', [screen(0, 'a'), screen(1, 'torn'), screen(1.01, 'b')]);
    expect(film).not.toContain('torn');
    expect(film.match(/<g /g)).toHaveLength(2);
  });
});
