/** Layers that a run did not create are distinguished from its own, on the disks that it works on. */

import { expect, test } from 'vitest';
import { type HostState, withDisk } from '../../../src/model/host-state.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import { foreignChanges } from '../../../src/run/foreign.ts';
import { runStateIn } from '../../answered.ts';
import { planned } from '../../plans.ts';
import { BASE, DATA, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const THEIRS = '/theirs';
const host = world();
const sentence = (target: string) =>
  `${target} has a layer that this run did not create, ${THEIRS}: another user or tool created a snapshot of the disk or moved it`;

/** A host state with another user's layer on those disks. */
const topped = (...targets: string[]): HostState =>
  targets.reduce(
    (each, target) =>
      withDisk(each, target, ({ chain, ...rest }) => ({
        ...rest,
        chain: [...disk(target, [THEIRS]).chain, ...chain],
      })),
    host,
  );

const foreign = (
  yaml: readonly string[],
  now: HostState,
  before = host,
  files: readonly string[] = [],
) => foreignChanges(runStateIn(before, planned(yaml), files), LOCAL, now);

const snapshot = (more: string) => `snapshot-create-as: { name: s, disk-only: true${more} }`;
const COMMIT = 'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }';
const ALL = topped('vda', 'vdb', 'sda');

test.each<readonly [string, string, readonly string[]]>([
  ['names', COMMIT, ['vda']],
  ['lists for a snapshot', snapshot(', diskspec: [{ disk: vdb, file: /o }]'), ['vdb']],
  ['takes a snapshot of (all of them)', snapshot(''), ['vda', 'vdb']],
  [
    'takes a snapshot of besides a named one',
    snapshot(", diskspec: [{ disk: vdb, snapshot: 'no' }, { disk: '*' }]"),
    ['vda', 'vdb'],
  ],
  ['names (none)', 'redefine: {}', []],
])('a run checks the disks that a step %s', (_title, step, targets) => {
  expect(foreign([step], ALL)).toEqual(targets.map(sentence));
});

test('each step of a plan counts', () => {
  const more = 'blockcommit: { disk: vdb, shallow: true, active: true, pivot: true }';
  expect(foreign([COMMIT, more], ALL)).toEqual(['vda', 'vdb'].map(sentence));
});

test.each<readonly [string, HostState, readonly string[]]>([
  ['existed before', host, []],
  ['existed before under another name', withNames('/link', SNAP2), []],
  ['the plan may touch', topped('vda'), [THEIRS]],
])('a layer is not foreign that %s', (_title, now, files) => {
  expect(foreign([COMMIT], now, host, files)).toEqual([]);
});

/** The host with vda on another name of a file. */
function withNames(name: string, file: string): HostState {
  return withDisk(
    { ...host, names: { [name]: 'i', [file]: 'i' } },
    'vda',
    ({ chain, ...rest }) => ({
      ...rest,
      chain: [...disk('vda', [name]).chain, ...chain.slice(1)],
    }),
  );
}

test('a layer below an existing one is foreign too', () => {
  const below = withDisk(host, 'vda', (each) => ({
    ...each,
    chain: disk('vda', [SNAP2, SNAP1, BASE, THEIRS]).chain,
  }));
  expect(foreign([COMMIT], below)).toEqual([sentence('vda')]);
});

test('an existing destination of a copy may have backing files, but a layer above it is foreign', () => {
  const filled = '/new/filled';
  const copy = `blockcopy: { disk: vda, dest: ${filled}, format: qcow2, reuse-external: true, pivot: true }`;
  const there = { ...host, files: { ...host.files, [filled]: { size: 1, format: 'qcow2' } } };
  const on = (...files: string[]) =>
    withDisk(there, 'vda', (each) => ({ ...each, chain: disk('vda', files).chain }));
  expect(foreign([copy], on(filled, THEIRS), there, [filled])).toEqual([]);
  expect(foreign([copy], on(THEIRS, filled), there, [filled])).toEqual([sentence('vda')]);
  const absent = { ...there, files: { ...there.files, [filled]: null } };
  expect(foreign([copy], on(filled, THEIRS), absent, [filled])).toEqual([sentence('vda')]);
});

test('a file that a conversion writes to is not the destination of a copy', () => {
  const convert = `convert: { source: /quiet, dest: ${DATA} }`;
  const below = withDisk(host, 'vdb', (each) => ({
    ...each,
    chain: disk('vdb', [DATA, THEIRS]).chain,
  }));
  const commit = 'blockcommit: { disk: vdb, shallow: true, active: true, pivot: true }';
  expect(foreign([convert, commit], below)).toEqual([sentence('vdb')]);
});
