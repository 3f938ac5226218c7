import { describe, expect, test } from 'vitest';
import { causeOf, FAULTS, type Fault } from '../../../src/prove/faults.ts';
import { type FaultResult, type Proof, provePlan } from '../../../src/prove/prove.ts';
import { renderProof } from '../../../src/render/proof.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostFor, SHIPPED, shipped } from '../../plans.ts';
import { looked } from '../../worlds.ts';

const PROVEN: Proof = {
  format: 'blockplan-proof/v1',
  plan: 'move',
  domain: 'web1',
  phases: 3,
  assumptions: [],
  singles: { succeeded: 46, stranded: 11 },
  pairs: { succeeded: 1300, stranded: 1210 },
  lost: [],
  violations: [],
  unknowable: [],
  faults: [],
};

function result(fault: Fault, more: Partial<FaultResult> = {}): FaultResult {
  return {
    ...{
      fault,
      what: FAULTS[fault],
      cause: causeOf(fault),
      end: 'stranded',
      place: 'mirror:pivot',
      cases: 1,
    },
    ...{ said: ['the guest is shut off'], ways: ['rollback'], seed: `x@1:${fault}` },
    ...more,
  };
}

const text = (proof: Partial<Proof>, verbose = false) =>
  renderProof({ ...PROVEN, ...proof }, verbose, false);

/** The lines below "Remaining risks", without the last one. */
const remaining = (proof: Partial<Proof>) =>
  text(proof)
    .trimEnd()
    .split('\n')
    .slice(text(proof).split('\n').indexOf('Remaining risks') + 1, -1);

test('a proof without anything that remains is its verdict and its counts', () => {
  expect(
    text({ faults: [result('refused', { end: 'rolled-back', ways: [] })] }),
  ).toMatchInlineSnapshot(`
    "proven: move on web1, 3 phases
      with at most one fault:   57 cases: 46 succeeded, 11 stranded
      with at most two faults:  2,510 cases: 1,300 succeeded, 1,210 stranded
      under these faults the guest's data is safe; where the run ends as stranded, action is required
    "
  `);
});

test('what remains is grouped by cause, end and how the run can be continued', () => {
  const faults = [
    result('crash-before', { cases: 3 }),
    result('crash-after', { cases: 4, place: 'mirror:mirror' }),
    result('crash-after', { ways: ['resume', 'rollback'] }),
    result('gone-before', { end: 'uncertain', cases: 2, place: 'a:a' }),
    result('gone-after', { end: 'uncertain', cases: 2, place: 'b:b' }),
    result('gone-after', { end: 'uncertain', cases: 2, place: 'c:c' }),
    result('power-after', { again: 'resume', ways: [], place: 'end' }),
    result('refused', { end: 'rolled-back', cases: 99 }),
  ];
  expect(text({ faults })).toMatchInlineSnapshot(`
    "proven: move on web1, 3 phases
      with at most one fault:   57 cases: 46 succeeded, 11 stranded
      with at most two faults:  2,510 cases: 1,300 succeeded, 1,210 stranded
      under these faults the guest's data is safe; where the run ends as stranded, action is required

    Remaining risks
      7 cases: QEMU crashes during mirror/pivot and mirror/mirror → stranded, rollback possible
      6 cases: the connection to libvirt is lost for good during any phase → uncertain, rollback possible
      1 case: QEMU crashes during mirror/pivot → stranded, resume or rollback possible
      1 case: the host loses power after the last phase, then the run is resumed → stranded, to be resolved by hand
      all causes and reports: --verbose
    "
  `);
});

test('a violation comes first, with its seed', () => {
  const violation = { what: 'a write is lost', cases: 2, said: ['all well'], seed: 'a:b@1:hollow' };
  const faults = [result('crash-before', { cases: 3 })];
  const unknowable = [{ what: 'a write is missing', cases: 8, said: [], seed: 'x' }];
  expect(text({ faults, violations: [violation], unknowable })).toMatchInlineSnapshot(`
    "violated: move on web1, 3 phases
      with at most one fault:   57 cases: 46 succeeded, 11 stranded
      with at most two faults:  2,510 cases: 1,300 succeeded, 1,210 stranded

    Remaining risks
      2 cases: a write is lost → violated, --replay a:b@1:hollow
      3 cases: QEMU crashes during mirror/pivot → stranded, rollback possible
      8 cases: the journal could not be written, or libvirt no longer answers → unavoidable: a write is missing
      all causes and reports: --verbose
    "
  `);
  expect(text({ pairs: { stranded: 2, uncertain: 1 }, unknowable })).toContain(
    "under these faults, except the unavoidable ones below, the guest's data is safe; where the run ends as stranded or uncertain, action is required",
  );
  expect(text({ singles: { succeeded: 1 }, pairs: { 'rolled-back': 1 } })).toContain(
    "  under these faults the guest's data is safe\n",
  );
  expect(text({ violations: [violation] }, true)).toContain('the run reports: all well');
});

test('a phase is written as in all other output', () => {
  const faults = [result('refused', { place: 'undo:mirror:pivot' })];
  expect(text({ faults })).toContain('during undo mirror/pivot → stranded');
  expect(text({ faults }, true)).toContain('- stranded during undo mirror/pivot: the guest is');
  const places = ['before', 'end'].map((place) => result('refused', { place }));
  expect(text({ faults: places }, true)).toContain('- stranded before the first phase: the guest');
  expect(text({ faults: places }, true)).toContain('- stranded after the last phase: the guest');
});

test('there are at most ten groups, and the others are counted', () => {
  const names = Object.keys(FAULTS) as Fault[];
  const faults = names.flatMap((fault) => [
    result(fault),
    result(fault, { end: 'uncertain' }),
    result(fault, { again: 'resume' }),
  ]);
  expect(remaining({ faults })).toHaveLength(10);
  expect(text({ faults })).toContain('  and 41 more groups; all causes and reports: --verbose\n');
  for (const fault of names) expect(text({ faults }, true)).toContain(FAULTS[fault]);
});

describe.each(SHIPPED)('%s', (file) => {
  const { graph } = shipped(file);
  const { files } = walk(graph, hostFor(file));
  const host = looked(hostFor(file), files);
  const proof = provePlan(graph, host, [...new Set([...files, ...Object.keys(host.files)])]);

  test('has a short proof, whose groups have all cases of the full one', () => {
    const lines = remaining(proof).filter((line) => !line.includes('unavoidable'));
    expect(remaining(proof).length).toBeLessThanOrEqual(10);
    const told = lines.reduce((sum, line) => sum + Number(/^ {2}([\d,]+) case/.exec(line)?.[1]), 0);
    const { stranded = 0, uncertain = 0 } = proof.singles;
    expect(told).toBe(stranded + uncertain);
    expect(renderProof(proof, true, false).length).toBeGreaterThan(text(proof).length);
  });

  test('says for each single fault how the run can be continued', () => {
    for (const { end, ways } of proof.faults) {
      if (end === 'stranded' || end === 'uncertain') expect(ways).toContain('rollback');
      else expect(ways).toEqual([]);
    }
  });
});
