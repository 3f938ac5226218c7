/** Where a guest may have written last, from its last observation and the effects since. */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { simulatedHostOf } from '../../../src/host/simulated-host.ts';
import { activeFile, type HostState, withDisk, withDomain } from '../../../src/model/host-state.ts';
import {
  ambiguousDisks,
  lastWrites,
  lastWritesBy,
  type RecentEffect,
  unknownLastWrites,
} from '../../../src/run/last-writes.ts';
import { apply } from '../../../src/simulate/host.ts';
import { virshEffect, wordsIn } from '../../effects.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { disk, SNAP2 } from '../../worlds.ts';

const COPY = '/new/copy.qcow2';
const OVERLAY = '/new/overlay.qcow2';
const host = hostForPlans();

const effectsOf = (yaml: string, phase: string, start = host) =>
  planned([yaml])
    .graph.nodes.filter((node) => node.phase.name === phase)
    .flatMap((node) => node.phase.effects(start, start));
const has = (word: string) => (effect: Effect) => wordsIn(effect).includes(word);

const MOVE = `blockcopy: { disk: vda, dest: ${COPY}, shallow: true, pivot: true }`;
const copying = effectsOf(MOVE, 'mirror');
const copy = copying.find(has('blockcopy'))!;
const mirrored = copying.reduce(apply, simulatedHostOf(host)).state;
const pivot = effectsOf(MOVE, 'pivot', mirrored).find(has('--pivot'))!;
const copied = copying.map((effect): RecentEffect => ({ effect, known: 'said' }));
const snapshot = effectsOf(
  `snapshot-create-as: { name: s, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: ${OVERLAY} }] }`,
  'snapshot',
).find(has('snapshot-create-as'))!;

const files = (since: readonly RecentEffect[], lastUp: readonly HostState[] = [host]) =>
  lastWrites({ lastUp, since }).map((state) => activeFile(state, 'vda'));

test.each<readonly [string, readonly RecentEffect[], readonly string[]]>([
  ['without effects since: where it was seen', [], [SNAP2]],
  ['a copy does not move it', [{ effect: copy, known: 'said' }], [SNAP2]],
  [
    'a pivot that libvirt has reported has moved it',
    [...copied, { effect: pivot, known: 'said' }],
    [COPY],
  ],
  [
    'a pivot that was begun may have moved it',
    [...copied, { effect: pivot, known: 'begun' }],
    [SNAP2, COPY],
  ],
  [
    'a snapshot that was begun may have moved it',
    [{ effect: snapshot, known: 'begun' }],
    [SNAP2, OVERLAY],
  ],
  [
    'a snapshot that libvirt has reported may have moved it',
    [{ effect: snapshot, known: 'said' }],
    [SNAP2, OVERLAY],
  ],
  ['a snapshot that was observed has moved it', [{ effect: snapshot, known: 'seen' }], [OVERLAY]],
])('%s', (_title, since, places) => {
  expect(files(since)).toEqual(places);
});

test('a copy that was begun may run: two host states, the more likely one last', () => {
  const states = lastWrites({ lastUp: [host], since: [{ effect: copy, known: 'begun' }] });
  expect(states.map(({ domain }) => domain.disks[0]?.job?.type)).toEqual([undefined, 'copy']);
});

test('an effect that moves nothing adds no host state', () => {
  const resume = virshEffect(['resume', '--domain', 'testvm']);
  expect(files([{ effect: resume, known: 'begun' }])).toEqual([SNAP2]);
});

test('an effect that was begun counts in each of the host states in which the guest was last seen', () => {
  const since: readonly RecentEffect[] = [{ effect: pivot, known: 'begun' }];
  expect(files(since, [host, mirrored])).toEqual([SNAP2, SNAP2, COPY]);
});

test('the last written file is known for disks that did not move', () => {
  const moved = withDisk(host, 'vda', (each) => ({ ...each, chain: disk('vda', [COPY]).chain }));
  const text = (named: string) =>
    `vda: it is unknown where the guest last wrote (${SNAP2} or ${COPY}); the definition names ${named}. Compare the files before you start the guest`;
  expect(unknownLastWrites([])).toEqual([]);
  expect(unknownLastWrites([host])).toEqual([]);
  expect(unknownLastWrites([host, host])).toEqual([]);
  const renamed = { ...moved, names: { [SNAP2]: 'i', [COPY]: 'i' } };
  expect(unknownLastWrites([host, renamed])).toEqual([]);
  expect(unknownLastWrites([host, moved, withDomain(host, { disks: [] })])).toEqual([]);
  expect(unknownLastWrites([host, moved])).toEqual([text(COPY)]);
  expect(unknownLastWrites([host, moved], host)).toEqual([text(SNAP2)]);
  expect(unknownLastWrites([host, moved], withDomain(host, { disks: [] }))).toEqual([text(COPY)]);
  expect(ambiguousDisks([host, moved])).toEqual([{ target: 'vda', files: [SNAP2, COPY] }]);
});

describe('the current definition', () => {
  const named = (file: string, on = host) =>
    withDisk(on, 'vda', (each) => ({
      ...each,
      chain: disk('vda', [file]).chain,
      persistentSource: file,
    }));
  const by = (states: readonly HostState[], now: HostState) =>
    lastWritesBy({ lastUp: states, since: [] }, now).map((each) => activeFile(each, 'vda'));
  const transient = (file: string) =>
    withDomain(named(file), {
      persistent: false,
      disks: [disk('vda', [file], { persistentSource: file })],
    });

  test.each<readonly [string, readonly HostState[], HostState, readonly string[]]>([
    ['rules out the states with another', [host, named(COPY)], named(COPY), [COPY]],
    ['rules out no state if it fits none', [host, named(COPY)], named(OVERLAY), [SNAP2, COPY]],
    [
      'says nothing about a transient domain',
      [transient(SNAP2), transient(COPY)],
      named(COPY),
      [SNAP2, COPY],
    ],
    [
      'counts by the file, not by its name',
      [named(SNAP2), named(COPY)],
      { ...named('/link'), names: { '/link': 'i', [COPY]: 'i' } },
      [COPY],
    ],
  ])('%s', (_title, states, now, places) => {
    expect(by(states, now)).toEqual(places);
  });
});

test('no effect moves a guest that is off, such as a definition with other files', () => {
  const off = withDomain(host, { state: 'shut off' });
  const content = (off.domain.definition ?? '').replace(SNAP2, COPY);
  const define = virshEffect(['define', '--file', { file: 'define.xml', content }]);
  for (const known of ['begun', 'said'] as const)
    expect(files([{ effect: define, known }], [off])).toEqual([SNAP2]);
});
