/** Tables of defects: each is reported with these codes, and with what would repair it. */
import { expect, test } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import { printable } from '../../../src/printable.ts';
import { HOSTILE_NAMES, typed } from '../../typed.ts';
import { type Change, codesOf, patient } from './patients.ts';

/** The codes in order, the defect, and the end of a command or a part of a plan that repairs it. */
export type Diagnosed = readonly [codes: string, change: Change, remedy: string];

/** The guest's name cannot change what a command does. */
function isTypedSafely(change: Change): void {
  for (const name of HOSTILE_NAMES) {
    const domain = { ...change.scene?.domain, name };
    const { findings } = diagnose(patient({ ...change, scene: { ...change.scene, domain } }));
    for (const line of findings.flatMap((each) => each.commands)) {
      expect(printable(line)).toBe(line);
      for (const word of typed(line)
        .flat()
        .filter((each) => each.includes('PWNED')))
        expect([name, `${name.replaceAll(/[^\w.-]/g, '_')}.xml`]).toContain(word);
    }
  }
}

export function areDiagnosed(cases: Readonly<Record<string, Diagnosed>>): void {
  test.each(Object.entries(cases))('%s', (_, [codes, change, remedy]) => {
    const found = patient(change);
    expect(codesOf(found)).toEqual(codes.split(' '));
    const { findings } = diagnose(found);
    const commands = findings.flatMap((each) => each.commands);
    const plans = findings.flatMap(({ plan }) => (plan ? [plan.text] : []));
    const offered =
      commands.some((line) => line.endsWith(remedy)) || plans.some((text) => text.includes(remedy));
    expect(offered, [...commands, ...plans].join('\n')).toBe(true);
    for (const { message, why, hint, obstacle } of findings) {
      expect([message, why, hint].every((text) => text !== '' && !/undefined|NaN/.test(text))).toBe(
        true,
      );
      expect(obstacle).toBeUndefined();
    }
    isTypedSafely(change);
  });
}
