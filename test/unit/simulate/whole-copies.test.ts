/** Which files of a plan hold all that a disk held when the plan began. */
import { expect, test } from 'vitest';
import type { Graph } from '../../../src/graph/graph.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { wholeCopies } from '../../../src/simulate/whole-copies.ts';
import { planned, shipped } from '../../plans.ts';
import { BASE, DATA, disk, frozen, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

const host: HostState = world({
  disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdb', [DATA])],
  folders: { '/backup': { writable: true, free: 2 ** 40 } },
  others: [],
});

/** Of the files that the plan creates, those that are whole after that many of its phases. */
function wholeAfter({ graph }: { graph: Graph }, count = Number.POSITIVE_INFINITY): string[] {
  const state = frozen(looked(host, walk(graph, host).files));
  const { phases, findings } = walk(graph, state);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  // The simulated host knows of no writes to a drive.
  const whole = wholeCopies(state, phases.slice(0, count), ['vda', 'vdb', 'sda']);
  return [...whole].filter((file) => !state.files[file]).sort();
}

test('a mirror that ends, whole or on the files below it', () => {
  const mirror = (more: string) =>
    planned([`blockcopy: { disk: vda, dest: /new/c.qcow2, finish: true${more} }`]);
  expect(wholeAfter(mirror(''))).toEqual(['/new/c.qcow2']);
  expect(wholeAfter(mirror(', shallow: true'))).toEqual(['/new/c.qcow2']);
});

test('the copy of a backup through an overlay', () => {
  const { graph } = shipped('live-backup.yaml');
  expect(wholeAfter({ graph })).toEqual(['/new/b']);
});

test('a copy of a lower layer is not', () => {
  expect(wholeAfter(planned([`convert: { source: ${BASE}, dest: /new/c.qcow2 }`]))).toEqual([]);
});

test('the images of a backup, once they are complete', () => {
  const backup = planned(['backup-begin: { store: /backup, name: monday }']);
  const images = (folder: string) => ['vda', 'vdb'].map((each) => `${folder}/${each}.qcow2`);
  expect(wholeAfter(backup, 0)).toEqual([]);
  expect(wholeAfter(backup, 2)).toEqual(images('/backup/monday.partial'));
  expect(wholeAfter(backup)).toEqual(images('/backup/monday'));
});
