/** Layers that a run did not make are told from its own, on the disks that it works on. */

import { expect, test } from 'vitest';
import { type HostState, withDisk } from '../../../src/model/host-state.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import { foreignLayers } from '../../../src/run/foreign.ts';
import { runStateIn } from '../../answered.ts';
import { planned } from '../../plans.ts';
import { BASE, DATA, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const THEIRS = '/theirs';
const host = world();
const sentence = (target: string) =>
  `${target} has a layer that this run did not make, ${THEIRS}: somebody else has made a snapshot of it or moved it`;

/** A host state in which somebody has put a layer on those disks. */
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
) => foreignLayers(runStateIn(before, planned(yaml), files), LOCAL, now);

const snapshot = (more: string) => `snapshot-create-as: { name: s, disk-only: true${more} }`;
const COMMIT = 'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }';
const ALL = topped('vda', 'vdb', 'sda');

test.each<readonly [string, string, readonly string[]]>([
  ['names', COMMIT, ['vda']],
  ['lists for a snapshot', snapshot(', diskspec: [{ disk: vdb, file: /o }]'), ['vdb']],
  ['takes a snapshot of, which are all', snapshot(''), ['vda', 'vdb']],
  [
    'takes a snapshot of beside one that it names',
    snapshot(", diskspec: [{ disk: vdb, snapshot: 'no' }, { disk: '*' }]"),
    ['vda', 'vdb'],
  ],
  ['has, where it names none', 'redefine: {}', []],
])('a plan is asked about the disks that its step %s', (_title, step, targets) => {
  expect(foreign([step], ALL)).toEqual(targets.map(sentence));
});

test('each step of a plan counts', () => {
  const more = 'blockcommit: { disk: vdb, shallow: true, active: true, pivot: true }';
  expect(foreign([COMMIT, more], ALL)).toEqual(['vda', 'vdb'].map(sentence));
});

test.each<readonly [string, HostState, readonly string[]]>([
  ['was there before', host, []],
  ['was there before, under another name', withNames('/link', SNAP2), []],
  ['the plan may touch', topped('vda'), [THEIRS]],
])('a layer is no foreign one that %s', (_title, now, files) => {
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

test('a layer below one that was there is foreign all the same', () => {
  const below = withDisk(host, 'vda', (each) => ({
    ...each,
    chain: disk('vda', [SNAP2, SNAP1, BASE, THEIRS]).chain,
  }));
  expect(foreign([COMMIT], below)).toEqual([sentence('vda')]);
});

test('an image that was there to be copied into may rest on others, but nothing may rest on it', () => {
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

test('a file that a conversion writes to is no image that a disk is copied into', () => {
  const convert = `convert: { source: /quiet, dest: ${DATA} }`;
  const below = withDisk(host, 'vdb', (each) => ({
    ...each,
    chain: disk('vdb', [DATA, THEIRS]).chain,
  }));
  const commit = 'blockcommit: { disk: vdb, shallow: true, active: true, pivot: true }';
  expect(foreign([convert, commit], below)).toEqual([sentence('vdb')]);
});
