/** Space for copies: what is certainly needed is an error, what can be needed is a warning. */

import { describe, expect, test } from 'vitest';
import { blockcopy } from '../../../src/commands/blockcopy.ts';
import type { SurveyTerms } from '../../../src/commands/driver.ts';
import { simulatedHostOf } from '../../../src/host/simulated-host.ts';
import { fullQcow2 } from '../../../src/model/copy-space.ts';
import type { HostState, ImageFile } from '../../../src/model/host-state.ts';
import { documentText } from '../../../src/render/document-text.ts';
import { previewDocument } from '../../../src/render/preview-document.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { has, Runs } from '../../killed-runs.ts';
import { planned } from '../../plans.ts';
import { commands } from '../../troubled-runs.ts';
import { BASE, disk, looked, SNAP1, SNAP2, world } from '../../worlds.ts';
import {
  CAPACITY,
  codes,
  convert,
  extentsOf,
  flat,
  folder,
  found,
  HIDDEN,
  hostOf,
  MEASURED,
  MIDDLE,
  MiB,
  RAW,
  STORED,
  shallow,
  sized,
} from './copied-guest.ts';

const TABLES = fullQcow2(CAPACITY) - CAPACITY;

describe('a copy into a folder with that space', () => {
  test.each<[string, string, Record<string, ImageFile>, number, number]>([
    ['flat, not measured', flat, {}, 4096, STORED],
    ['flat, compressed', flat, MEASURED, STORED, 2128 * MiB + TABLES],
    ['flat, hidden', flat, { [SNAP2]: sized(HIDDEN) }, 50 * MiB, 50 * MiB + TABLES],
    ['shallow', shallow, MEASURED, 40 * MiB, 40 * MiB + TABLES],
    ['convert', convert(), {}, 4096, 80 * MiB],
    ['convert to raw', convert(RAW), {}, 0, 80 * MiB],
    ['convert, compressed', convert(RAW), MEASURED, 0, 2088 * MiB],
    ['convert that compresses', convert(', compress: true'), {}, 4096, 80 * MiB],
    ['convert without holes', convert(`${RAW}, sparse-size: 0`), {}, 0, CAPACITY],
    [
      'convert with preallocation',
      convert(`${RAW}, options: preallocation=falloc`),
      {},
      0,
      CAPACITY,
    ],
  ])('%s', (_what, step, files, least, most) => {
    const at = (free: number) => codes([step], hostOf(files, free));
    if (least > 0) expect(at(least - 1)).toEqual(['error BP108']);
    if (least < most) {
      expect(at(least)).toEqual(['warning BP134']);
      expect(at(most - 1)).toEqual(['warning BP134']);
    }
    expect(at(most)).toEqual([]);
  });

  test('says both numbers and why', () => {
    const [finding] = found([flat], hostOf(MEASURED, 1024 * MiB));
    expect(finding?.message).toBe(
      '/new/c will probably need 2.08 GiB, but /new has 1 GiB free: compressed clusters are written uncompressed',
    );
    expect(found([convert()], hostOf({}, MiB))[0]?.message).toBe(
      '/new/c can need up to 80 MiB, but /new has 1 MiB free: the minimum is unknown',
    );
  });

  test('gives no reason where the tables alone do not fit', () => {
    const [finding] = found([flat], hostOf({ [SNAP2]: sized(HIDDEN) }, 50 * MiB));
    expect(finding?.message).toMatch(/^\/new\/c will probably need .*, but \/new has 50 MiB free$/);
  });

  test('says which disks of the guest are on the same file system', () => {
    const start = hostOf({}, MiB);
    const beside = { ...start, folders: { ...start.folders, '/export/vmimages': folder(MiB) } };
    const both = '; the guest writes to vda on the same file system, and is paused if it fills up';
    expect(found([convert()], beside)[0]?.message).toContain(both);
    expect(found([convert()], hostOf({}, MiB))[0]?.message).not.toContain('same file system');
  });

  test('several copies count together, and are reported once', () => {
    const two = ['a', 'b'].map(
      (name) => `{ id: ${name}, ${flat.replace('/new/c', `/new/${name}`)} }`,
    );
    expect(codes(two, hostOf(MEASURED, 2 * STORED - 1))).toEqual(['error BP133']);
    expect(codes(two, hostOf(MEASURED, 2 * STORED))).toEqual(['warning BP134']);
    const [finding] = found(two, hostOf(MEASURED, 3 * 1024 * MiB));
    expect(finding?.message).toMatch(/^\/new\/a, \/new\/b will probably need 4.16 GiB, /);
  });

  test('a block device takes none', () => {
    const place = { kind: 'block device', length: 2 * CAPACITY, header: null, heldBy: [] } as const;
    const files = { ...MEASURED, '/new/c': { size: 0, place } };
    const step = 'blockcopy: { disk: vda, dest: /new/c, blockdev: true, finish: true }';
    expect(codes([step], hostOf(files, 0))).toEqual([]);
  });
});

test('a backup takes the data of each disk, without areas that are empty', () => {
  const { plan, graph } = planned(['backup-begin: { store: /new, name: b }']);
  const extents = {
    virtualSize: CAPACITY,
    layers: [{ data: 99 * MiB, empty: 500 * MiB, zeroes: 0 }],
  };
  const start = hostOf({ [SNAP2]: sized(extents) }, 0);
  const [product] = graph.nodes[0]!.planned.step.products(plan.steps[0]!.params, start);
  expect(product).toMatchObject({ least: 99 * MiB, room: 99 * MiB + TABLES });
  expect(product?.measured?.map((chain) => chain.map(({ file }) => file))).toEqual([
    [SNAP2, SNAP1, BASE],
  ]);
});

describe('a source on a block device', () => {
  const LV = '/dev/vg/lv';
  const onDevice = (file: ImageFile, free: number) => {
    const chain = [{ file: LV, format: 'raw', block: true as const }];
    const disks = [disk('vda', [], { chain, persistentSource: LV })];
    return world({ disks, others: [], files: { [LV]: file }, folders: { '/new': folder(free) } });
  };
  const step = 'blockcopy: { disk: vda, dest: /new/c, finish: true }';

  test('is never refused, since nothing is certain, but warned about', () => {
    for (const file of [{ size: 0 }, { size: 0, extents: extentsOf([CAPACITY]) }]) {
      expect(codes([step], onDevice(file, 0))).toEqual(['warning BP134']);
      expect(codes([step], onDevice(file, CAPACITY))).toEqual([]);
    }
  });
});

test('what is copied into a reused file has the bounds of the copy, but not less than it had', () => {
  const disks = [disk('vda', [SNAP2, SNAP1, BASE])];
  const copied = (former: ImageFile) =>
    blockcopy.apply(simulatedHostOf(world({ disks, files: { '/new/c': former } })), {
      ...{ domain: 'testvm', path: 'vda', dest: '/new/c', format: 'qcow2' },
      ...{ 'reuse-external': true, 'transient-job': true },
    }).state.files['/new/c'];
  expect(copied({ size: 5, least: 3 })).toMatchObject({ size: STORED, least: 4096 });
  expect(copied({ size: 2 * STORED })).toMatchObject({ size: 2 * STORED, least: 2 * STORED });
});

describe('a plan of several steps', () => {
  test('copies as much of a moved disk as was moved', () => {
    const moved = flat.replace('finish', 'pivot');
    const again = 'blockcopy: { disk: vda, dest: /new/d, finish: true }';
    const { graph } = planned([`{ id: a, ${moved} }`, `{ id: b, ${again} }`]);
    const start = hostOf(MEASURED, 100 * 1024 * MiB);
    const { after } = walk(graph, looked(start, walk(graph, start).files)).phases.at(-1)!;
    expect(after.files['/new/d']?.size).toBe(2128 * MiB + TABLES);
  });

  test('measures the layer below its own overlay', () => {
    const overlay =
      'snapshot-create-as: { name: s, disk-only: true, diskspec: [{ disk: vda, file: /new/o }] }';
    const { graph } = planned([
      overlay,
      `convert: { source: ${SNAP2}, dest: /new/c }`,
      flat.replace('/c', '/d'),
    ]);
    const { measured } = walk(graph, hostOf({}, CAPACITY));
    expect(measured.map((chain) => chain[0]?.file)).toEqual([SNAP2, '/new/o']);
  });

  test('refuses no step in the middle that preflight has accepted', async () => {
    const start = hostOf(MEASURED, 300 * MiB);
    const runs = new Runs(start);
    const steps = [
      '{ id: first, blockcopy: { disk: vda, dest: /new/a, shallow: true, finish: true } }',
      `{ id: second, ${flat} }`,
    ];
    const finish = await runs.whole(planned(steps));
    expect(finish.end).toBe('succeeded');
    expect(commands(runs).filter(has('blockcopy'))).toHaveLength(2);
  });

  test('refuses no step in the middle because its source could not be measured then', async () => {
    const runs = new Runs(hostOf({ [SNAP2]: sized(HIDDEN) }, 60 * MiB));
    const survey = runs.driver.survey.bind(runs.driver);
    let surveys = 0;
    runs.driver.survey = async (state: HostState, files: readonly string[]) => {
      const found = await survey(state, files);
      if (++surveys === 1) return found;
      const { extents: _late, ...top } = found.files[SNAP2]!;
      return { ...found, files: { ...found.files, [SNAP2]: top } };
    };
    const first = `{ id: a, convert: { source: ${BASE}, dest: /export/vmimages/first } }`;
    const finish = await runs.whole(planned([first, `{ id: b, ${flat} }`]));
    expect(finish.end).toBe('succeeded');
    expect(surveys).toBeGreaterThan(1);
  });

  test('measures again before a step begins', async () => {
    const runs = new Runs(hostOf(MEASURED, CAPACITY));
    const asked: (readonly string[])[] = [];
    const survey = runs.driver.survey.bind(runs.driver);
    runs.driver.survey = (
      state: HostState,
      files: readonly string[],
      { measured = [] }: SurveyTerms = {},
    ) => {
      asked.push(measured.map((chain) => chain[0]?.file ?? ''));
      return survey(state, files);
    };
    await runs.whole(planned([`{ id: a, ${shallow} }`, `{ id: b, ${flat.replace('/c', '/d')} }`]));
    expect(asked).toEqual([[SNAP2, SNAP2], [SNAP2]]);
  });
});

describe('nothing is refused that was accepted when the space of the files counted', () => {
  const files = [{}, MEASURED, { [SNAP2]: sized(HIDDEN), [SNAP1]: sized(MIDDLE) }];
  const steps: [string, number][] = [
    [flat, STORED],
    [shallow, 40 * MiB],
    ...['', RAW, ', compress: true', ', sparse-size: 0', ', options: preallocation=full'].map(
      (more): [string, number] => [convert(more), 80 * MiB],
    ),
  ];
  test.each(steps)('%s', (step, formerly) => {
    for (const each of files)
      for (const free of [0, 1, 40 * MiB, formerly - 1, formerly, 2048 * MiB]) {
        const errors = codes([step], hostOf(each, free)).filter((code) => code.startsWith('error'));
        if (free >= formerly) expect(errors).toEqual([]);
        expect(errors.length).toBeLessThanOrEqual(1);
      }
  });
});

describe('a preview', () => {
  const shown = (step: string, files: Record<string, ImageFile>) => {
    const { plan, graph } = planned([step]);
    const start = hostOf(files, 50 * 1024 * MiB);
    const preview = previewPlan(plan, looked(start, walk(graph, start).files));
    return { text: documentText(previewDocument(preview), false, 200), totals: preview.totals };
  };

  test('shows both amounts and the reason where they differ', () => {
    const { text } = shown(flat, MEASURED);
    expect(text).toContain(
      'copies about 2.08 GiB (120 MiB as stored) to /new/c: compressed clusters are written uncompressed',
    );
    expect(text).toContain('needs up to 2.08 GiB in /new (50 GiB free)');
    expect(shown(convert(RAW), MEASURED).text).toContain('copies up to 2.04 GiB to /new/c: ');
  });

  test('shows one amount otherwise', () => {
    expect(shown(flat, {}).text).toContain('copies up to 120 MiB to /new/c');
    expect(shown(convert(), {}).text).toContain('copies up to 80 MiB to /new/c');
    expect(shown(convert(), {}).totals.copies).toEqual([{ to: '/new/c', bytes: 80 * MiB }]);
    expect(shown(convert(`${RAW}, sparse-size: 0`), {}).text).toContain(
      'copies about 10 GiB to /new/c: with "sparse-size: 0", areas without data are written too',
    );
  });
});
