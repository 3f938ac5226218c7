/** A commit of a disk that another disk also writes to and that has no layer below: both errors are reported. */
import { expect, test } from 'vitest';
import { blockcommitStep } from '../../src/steps/blockcommit.ts';
import { DATA, disk, world } from '../worlds.ts';
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
