/** Before a run: what is observed, and what refuses it. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/errors.ts';
import {
  filesOfPlan,
  observeForPlans,
  preflight,
  refuseErrors,
} from '../../../src/run/preflight.ts';
import { DriverDouble } from '../../driver-double.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { stored, storedDisk, storeOf, withStore } from '../../stored.ts';
import { BASE, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const finding = (code: Finding['code'], severity: Finding['severity']): Finding => ({
  ...{ code, severity, message: `${code} says no` },
});
const [warning, error, other] = [
  finding('BP134', 'warning'),
  finding('BP108', 'error'),
  finding('BP109', 'error'),
] as const;
const admitted = (findings: readonly Finding[]) => ({ state: hostForPlans(), files: [], findings });

describe('preflight', () => {
  test.each([
    ['finds nothing', []],
    ['only warns', [warning, warning]],
  ])('lets a run begin if it %s', (_title, findings) => {
    expect(() => refuseErrors(admitted(findings))).not.toThrow();
  });

  test.each([
    ['an error', [error]],
    ['a warning and an error', [warning, error]],
    ['errors', [error, other, warning]],
  ])('refuses a run for %s, and reports everything that it found', (_title, findings) => {
    expect(() => refuseErrors(admitted(findings))).toThrow(
      expect.objectContaining({ end: 'preflight-refused', findings }),
    );
  });
});

const TWICE = [
  'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }',
  'blockcommit: { disk: vda, base: /new/../new/b, top: /new/c }',
];

describe('an observation of the host', () => {
  test('requests each path in the plan once, and then everything that the walk leads to', async () => {
    const driver = new DriverDouble(hostForPlans());
    const [observed, surveyed]: (readonly string[])[][] = [[], []];
    const observe = driver.observe.bind(driver);
    driver.observe = async (files) => {
      observed!.push(files);
      return observe(files);
    };
    const survey = driver.survey.bind(driver);
    driver.survey = async (seen, files) => {
      surveyed!.push(files);
      return survey(seen, files);
    };
    await observeForPlans([planned(TWICE).graph, planned(TWICE.slice(0, 1)).graph], driver);
    expect(observed).toEqual([['/new/c', '/new/../new/b']]);
    expect(surveyed).toHaveLength(1);
    expect(surveyed![0]).toContain('/new/c');
    expect(new Set(surveyed![0]).size).toBe(surveyed![0]!.length);
    expect(driver.asked).toEqual([]);
  });
});

test('a run may touch the files of its plan, and those of the chains that it starts from', async () => {
  const { plan, graph } = planned(TWICE.slice(0, 1));
  const admission = await preflight(plan, graph, new DriverDouble(hostForPlans()));
  expect([...admission.files].sort()).toEqual([BASE, SNAP1, SNAP2, '/new/c'].sort());
  expect(admission.state.files['/new/c']).toBeNull();
  expect(filesOfPlan(graph, admission.state)).toEqual(admission.files);
});

test('the findings of preflight have positions in the plan', async () => {
  const { plan, graph } = planned(['blockcopy: { disk: vdz, dest: /new/c, pivot: true }']);
  const { findings } = await preflight(plan, graph, new DriverDouble(hostForPlans()));
  expect(findings[0]).toMatchObject({ severity: 'error', position: { line: 6 } });
});

test('reads the stores of a plan first: only they show which files a restore reads and makes', async () => {
  const store = storeOf([
    stored('monday'),
    stored('tuesday', [storedDisk('vda', { mode: 'incremental', below: 'monday' })]),
  ]);
  const disks = [disk('vda', [SNAP2])];
  const off = world({ disks, domain: { state: 'shut off', agent: false } });
  const driver = new DriverDouble(withStore(off, '/backup', store));
  const { plan, graph } = planned(['restore: { store: /backup, backup: latest, dest: /new }']);
  const { state, files, findings } = await preflight(plan, graph, driver);
  expect(findings).toEqual([]);
  expect(state.stores).toEqual({ '/backup': store });
  const named = [
    '/backup/tuesday/vda.qcow2',
    '/backup/monday/vda.qcow2',
    '/new/testvm-tuesday-vda.qcow2',
  ];
  expect(files).toEqual(expect.arrayContaining(named));
  expect(Object.keys(state.files)).toEqual(expect.arrayContaining(named));
});
