/** Commits that another disk is in the way of: one that writes to the same file, or one that only the definition has. */
import { expect, test } from 'vitest';
import { blockcommitStep } from '../../src/steps/blockcommit.ts';
import { BASE, DATA, definitionXml, disk, SNAP1, SNAP2, world } from '../worlds.ts';
import { refusalLines } from './shown.ts';

const params = { disk: 'vda', shallow: true, active: true, pivot: true };
const twice = world({ disks: [disk('vda', [DATA]), disk('vdb', [DATA])] });

test('the missing layer is reported beside the second writer', () => {
  const lines = refusalLines(blockcommitStep, params, twice).join('\n');
  expect(lines).toContain('BP155 disk');
  expect(lines).toContain('BP113 shallow');
});

test('a phase has no point of no return without the layers, as in a preview of a refused plan', () => {
  for (const phase of blockcommitStep.phases(params))
    expect(phase.pointOfNoReturn?.(twice, twice)).toBeUndefined();
});

/** The definition has another disk, for the next start, on the base of vda. */
const nextStart = world({
  others: [],
  disks: [disk('vda', [SNAP2, SNAP1, BASE])],
  domain: {
    definition: definitionXml(
      'testvm',
      world().domain.uuid,
      Object.entries({ vda: SNAP2, vdc: BASE }).map(([target, file]) => ({
        ...{ target, device: 'disk', type: 'file', file, format: 'qcow2', readonly: false },
      })),
    ),
  },
});

test.each([
  ['a layer', { disk: 'vda', top: SNAP1, base: BASE }, ['BP109 base']],
  [
    'the whole chain, which moves the disk,',
    { disk: 'vda', base: BASE, active: true, pivot: true },
    ['BP109 base', 'BP100 disk'],
  ],
])('%s is not merged into a file that only the definition has', (_what, how, expected) => {
  const lines = refusalLines(blockcommitStep, how, nextStart);
  expect(lines.map((line) => expected.find((each) => line.includes(each)))).toEqual(expected);
});
