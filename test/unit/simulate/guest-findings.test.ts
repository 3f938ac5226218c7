/** Findings about the guest as a whole point at the plan's `domain`, those about a step at the step. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/graph/graph.ts';
import type { DomainState } from '../../../src/model/host-state.ts';
import { readPlan } from '../../../src/plan/read.ts';
import { withPositions } from '../../../src/plan/text.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { steps } from '../../../src/steps/registry.ts';
import { world } from '../../worlds.ts';

/** The findings of a plan with that step, each with the line that it points at. */
function found(kind: string, params: unknown, state: DomainState) {
  const source = `plan: blockplan/v1
name: p
domain: testvm
steps:
  - ${kind}: ${JSON.stringify(params)}
`;
  const plan = readPlan({ file: 'p.yaml', source, steps });
  const { findings } = walk(compile(plan), world({ domain: { state } }));
  return withPositions(plan.text, findings).map(({ code, position }) => [code, position?.source]);
}

const examples = steps.flatMap(({ kind, examples }) =>
  examples.map(({ title, params }) => [kind, title, params] as const),
);

/** The kinds that need a guest that is off. */
const needsOff = (kind: string) => kind === 'restore';

describe.each(examples.filter(([kind]) => needsOff(kind)))('%s: %s', (kind, _title, params) => {
  test.each([
    ['gone', 'BP101'],
    ['crashed', 'BP162'],
    ['running', 'BP162'],
  ] as const)('on a guest that is %s', (state, code) => {
    expect(found(kind, params, state)).toEqual([[code, 'domain: testvm']]);
  });
});

/** What works on a backup store or on a record of libvirt, whatever the guest does. */
const needsNoGuest = (kind: string, params: object) =>
  ['backup-verify', 'backup-prune'].includes(kind) || 'metadata' in params;

describe.each(examples.filter(([kind, , params]) => needsNoGuest(kind, params)))(
  '%s: %s',
  (kind, _title, params) => {
    test.each(['shut off', 'crashed', 'running'] as const)('on a guest that is %s', (state) => {
      const lines = found(kind, params, state).map(([, line]) => line);
      expect(lines).not.toContain('domain: testvm');
    });

    test('on a guest that does not exist', () => {
      expect(found(kind, params, 'gone')).toEqual([['BP101', 'domain: testvm']]);
    });
  },
);

const needsOn = (kind: string, params: object) => !needsOff(kind) && !needsNoGuest(kind, params);

describe.each(examples.filter(([kind, , params]) => needsOn(kind, params)))(
  '%s: %s',
  (kind, _title, params) => {
    test.each([
      ['gone', 'BP101'],
      ['shut off', 'BP102'],
      ['crashed', 'BP102'],
    ] as const)('on a guest that is %s', (state, code) => {
      expect(found(kind, params, state)).toEqual([[code, 'domain: testvm']]);
    });

    test('on a guest that runs', () => {
      const places = found(kind, params, 'running').map(([, line]) => line);
      expect(places.filter((line) => !line?.startsWith(`  - ${kind}: `))).toEqual([]);
    });
  },
);
