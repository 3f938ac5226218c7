/** A definition that libvirt derived from the kept one is distinguished from one that a person made. */

import { describe, expect, test } from 'vitest';
import { setDiskSource } from '../../../src/model/domain-xml.ts';
import { type HostState, withDomain } from '../../../src/model/host-state.ts';
import { LOCAL } from '../../../src/model/hosts.ts';
import { isDerivedDefinition, makeTransientAgain } from '../../../src/run/transient-again.ts';
import { answered, asks, courseKnowing, seeing } from '../../answered.ts';
import { wordsIn } from '../../effects.ts';
import { hostForPlans } from '../../plans.ts';
import { world } from '../../worlds.ts';

const kept = hostForPlans().domain.definition!;
const source = /<source file='[^']*'\/>/;

test.each([
  ['the same', kept, true],
  [
    "with libvirt's own notes on the layers",
    kept.replace(source, '$&\n      <backingStore/>'),
    true,
  ],
  [
    'with a disk on another file',
    setDiskSource(kept, 'vda', { file: '/x', format: 'qcow2' }),
    false,
  ],
  ['with a disk by another name', kept.replace("<target dev='vda'", "<target dev='vdx'"), false],
  ['with its disk as a block device', kept.replace(source, "<source dev='/x'/>"), false],
  ['with a disk without a file', kept.replace(source, ''), false],
  ['with one more disk', kept.replace(/<disk [\s\S]*?<\/disk>/, '$&$&'), false],
  ['without a disk', kept.replace(/<disk [\s\S]*?<\/disk>/, ''), false],
  ['edited outside of the disks', kept.replace('</domain>', '<title/></domain>'), false],
])('%s', (_title, definition, made) => {
  expect(isDerivedDefinition(definition, kept)).toBe(made);
});

test.each([
  ['none has a file', '', '', true],
  ['the wanted one has no file', "<source file='/x'/>", '', false],
])('of drives without a medium: %s', (_title, own, wanted, made) => {
  expect(isDerivedDefinition(withSource(own), withSource(wanted))).toBe(made);
});

test('each of several disks counts', () => {
  const two = world().domain.definition!;
  const moved = setDiskSource(two, 'vdb', { file: '/x', format: 'raw' });
  expect(isDerivedDefinition(two, two)).toBe(true);
  expect(isDerivedDefinition(moved, two)).toBe(false);
});

function withSource(text: string): string {
  return kept.replace(source, text);
}

describe('a domain that the run has made transient, and that is persistent when it is observed again', () => {
  const bundle = { definition: kept, autostart: false, snapshots: [], checkpoints: [] };
  const back = withDomain(hostForPlans(), { autostart: false });
  const { definition: _none, ...transient } = back.domain;
  const expected: HostState = { ...back, domain: { ...transient, persistent: false } };
  const gone = withDomain(expected, {});
  const edited = kept.replace('</domain>', '<title/></domain>');
  const moved = setDiskSource(kept, 'vda', { file: '/x', format: 'qcow2' });

  function again(
    now: HostState,
    change: { expected?: HostState; autostart?: boolean; kept?: null } = {},
  ) {
    const own = { ...bundle, autostart: change.autostart ?? bundle.autostart };
    const run = courseKnowing(hostForPlans(), { kept: change.kept === null ? undefined : own });
    return answered(makeTransientAgain(run, LOCAL, change.expected ?? expected, now), seeing(gone));
  }

  test('is made transient again, outside of all phases', () => {
    const { asked, value } = again(back);
    expect(asks(asked)).toEqual(['tell', 'intent', 'perform', 'outcome', 'observe']);
    expect(asked[2]).toMatchObject({ step: 'run', phase: 'come-back', direction: 'do' });
    const effects = asked.flatMap((each) => (each.ask === 'perform' ? [each.effect] : []));
    expect(effects.map(wordsIn)).toEqual([['undefine', '--domain', 'testvm']]);
    expect(value.domain.persistent).toBe(false);
  });

  test.each<readonly [string, HostState, Parameters<typeof again>[1]]>([
    ['paused', withDomain(back, { state: 'paused' }), {}],
    ['with disks where libvirt has moved them', withDomain(back, { definition: moved }), {}],
    ['marked as it was', withDomain(back, { autostart: true }), { autostart: true }],
    ['no longer marked', back, { autostart: true }],
  ])('also %s', (_title, now, change) => {
    expect(asks(again(now, change).asked)).toContain('perform');
  });

  test.each<readonly [string, HostState, Parameters<typeof again>[1]]>([
    ['that is off', withDomain(back, { state: 'shut off' }), {}],
    ['that a person has edited', withDomain(back, { definition: edited }), {}],
    ['that a person has marked', withDomain(back, { autostart: true }), {}],
    [
      'with a disk that a person has edited',
      withDomain(back, { definition: moved.replace("discard='unmap'", "discard='ignore'") }),
      {},
    ],
    ['whose definition is unknown', withDomain(gone, { persistent: true }), {}],
    ['that was persistent before', back, { expected: back }],
    ['of which nothing was kept', back, { kept: null }],
    ['that is still transient', gone, {}],
  ])('is left alone: one %s', (_title, now, change) => {
    const { asked, value } = again(now, change);
    expect(asked).toEqual([]);
    expect(value).toBe(now);
  });
});
