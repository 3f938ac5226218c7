/** A sample of `npm run prove:all`, the same in each run, and cases that were once violated. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allCases, type Case, nameOf, outcomeOf, PLANS, refusals } from '../../prove/cases.ts';

const SEED = 8;

/** Sample sizes with single faults and with pairs of faults, which take about fifty times as long. */
const SINGLES = 80;
const PAIRS = 4;

function sample(cases: readonly Case[], count: number): Case[] {
  return fc.sample(fc.constantFrom(...cases), { seed: SEED, numRuns: count });
}

const cases = allCases();
const proven = cases.filter((each) => refusals(each).length === 0);

test('every plan is proven in some cases and refused in others', () => {
  const refused = cases.filter((each) => refusals(each).length > 0);
  for (const list of [proven, refused])
    expect(new Set(list.map(({ plan }) => plan))).toEqual(new Set(Object.keys(PLANS)));
});

test.each(sample(cases, SINGLES).map((each) => [nameOf(each), each] as const))(
  'with single faults: %s',
  (_name, each) => {
    const { refused, violations } = outcomeOf(each, 1);
    expect({ refused, violations }).toEqual({ refused: refusals(each), violations: [] });
  },
);

test.each(sample(proven, PAIRS).map((each) => [nameOf(each), each] as const))(
  'with pairs of faults: %s',
  (_name, each) => expect(outcomeOf(each, 2)).toMatchObject({ refused: [], violations: [] }),
);

describe('a definition that libvirt reports as defined but does not define', () => {
  const guest = { state: 'running', storage: 'qcow2', shared: false, agent: false } as const;
  const rest = { ...guest, lifetime: 'persistent', onFailure: 'rollback' } as const;
  test.each([
    ['plans/live-storage-migration-classic.yaml', 2],
    ['the classic way, flat', 3],
  ])('%s, without autostart', (plan, depth) => {
    expect(outcomeOf({ ...rest, plan, depth }, 2)).toMatchObject({ refused: [], violations: [] });
  });
});
