import { expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { readPlan } from '../../../src/plan/read.ts';
import { steps } from '../../../src/steps/registry.ts';

const CHARACTERS = [
  ...[
    '\u00a0',
    '\u00ad',
    '\u034f',
    '\u061c',
    '\u115f',
    '\u1160',
    '\u17b4',
    '\u180b',
    '\u180e',
    '\u2000',
    '\u200b',
  ],
  ...[
    '\u200c',
    '\u200d',
    '\u200e',
    '\u2028',
    '\u202e',
    '\u202f',
    '\u2060',
    '\u2066',
    '\u2800',
    '\u3000',
    '\u3164',
  ],
  ...[
    '\ufe00',
    '\ufe0f',
    '\ufeff',
    '\uffa0',
    '\ufff9',
    '\u{1d173}',
    '\u{e0001}',
    '\u{e0041}',
    '\u{e0100}',
  ],
];

test.each(CHARACTERS.map((each) => [`U+${each.codePointAt(0)?.toString(16)}`, each]))(
  'a plan with %s is refused as BP003, in a value and by --set',
  (_, character) => {
    const plan = (dest: string) =>
      `plan: blockplan/v1\nname: p\ndomain: web1\nvars: { to: /e/n }\nsteps:\n  - blockcopy: { disk: vda, dest: "${dest}", finish: true }\n`;
    const codeOf = (source: string, set = {}) => {
      try {
        readPlan({ file: 'p.yaml', source, set, steps });
        return undefined;
      } catch (error) {
        if (!(error instanceof BlockplanError)) throw error;
        return error.findings[0]?.code;
      }
    };
    expect(codeOf(plan(`/e/a${character}b`))).toBe('BP003');
    expect(codeOf(plan('${vars.to}'), { to: `/e/a${character}b` })).toBe('BP003');
    expect(codeOf(plan('${vars.to}'))).toBeUndefined();
  },
);
