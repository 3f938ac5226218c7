/** Space for merges: a layer takes the data of others, which can be more than their files take. */
import { describe, expect, test } from 'vitest';
import type { ImageFile } from '../../../src/model/host-state.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';
import { BASE, disk, looked, SNAP1, SNAP2, world } from '../../worlds.ts';
import {
  CAPACITY,
  flat,
  folder,
  found,
  hostOf,
  MEASURED,
  MiB,
  sized,
  TOP,
} from './copied-guest.ts';

describe('a merge', () => {
  const commit = `blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE} }`;
  const active = 'blockcommit: { disk: vda, shallow: true, pivot: true }';
  const pull = `blockpull: { disk: vda, base: ${BASE} }`;
  const roomsOf = (step: string, files: Record<string, ImageFile>, base = 'qcow2') => {
    const { plan, graph } = planned([step]);
    const format = (file: string) => (file === BASE ? base : 'qcow2');
    const chain = [SNAP2, SNAP1, BASE].map((file) => ({ file, format: format(file) }));
    const start = world({ disks: [disk('vda', [], { chain })], others: [], files });
    const [node] = graph.nodes;
    return node!.planned.step.products(plan.steps[0]!.params, start)[0];
  };

  test('writes discarded areas as data, unless it commits the active layer', () => {
    expect(roomsOf(commit, MEASURED)).toMatchObject({ copied: 540 * MiB, room: 540 * MiB });
    expect(roomsOf(active, MEASURED)).toMatchObject({ copied: 40 * MiB, room: 40 * MiB });
    expect(roomsOf(pull, MEASURED)).toMatchObject({ copied: 40 * MiB, room: 40 * MiB });
    expect(roomsOf(commit, {})).toMatchObject({ copied: 40 * MiB, room: 40 * MiB });
  });

  test('writes empty areas too, but a pull leaves zeroes out', () => {
    const empty = { ...TOP, layers: TOP.layers.map((layer) => ({ ...layer, empty: 99 * MiB })) };
    const files = {
      [SNAP2]: sized(empty),
      [SNAP1]: sized({ ...empty, layers: empty.layers.slice(1) }),
    };
    expect(roomsOf(commit, files)).toMatchObject({ room: 639 * MiB });
    expect(roomsOf(active, files)).toMatchObject({
      room: 139 * MiB,
      because: 'areas that are allocated but empty are written too',
    });
    expect(roomsOf(pull, files)).toMatchObject({ room: 40 * MiB });
  });

  test('makes no layer larger than full', () => {
    const full = { ...MEASURED, [BASE]: { size: CAPACITY - MiB } };
    expect(roomsOf(commit, full, 'raw')?.room).toBe(MiB);
    // The tables of a qcow2 image depend on its clusters, and its internal snapshots take space too.
    expect(roomsOf(commit, full)?.room).toBe(540 * MiB);
  });

  test('is never refused for it, and says why', () => {
    const start = hostOf(MEASURED, 0);
    const tight = { ...start, folders: { '/export/vmimages': folder(100 * MiB) } };
    const [finding, ...more] = found([commit], tight);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: 'BP134', severity: 'warning' });
    expect(finding?.message).toContain('(discarded areas are written as zeroes)');
  });

  test('makes what the tables of its chain said outdated', () => {
    const steps = [`{ id: a, ${commit} }`, `{ id: b, ${flat} }`];
    const { graph } = planned(steps);
    const start = hostOf(MEASURED, 100 * 1024 * MiB);
    const { after } = walk(graph, looked(start, walk(graph, start).files)).phases.at(-1)!;
    expect(after.files['/new/c']?.size).toBe(80 * MiB);
  });
});
