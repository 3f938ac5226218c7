/** The rollback of `redefineStep` removes a definition only if the journal has everything that is lost with it. */
import { expect, test } from 'vitest';
import { setDiskSource } from '../../src/model/domain-xml.ts';
import { type Domain, withDomain } from '../../src/model/host-state.ts';
import { redefineStep } from '../../src/steps/redefine.ts';
import { world } from '../worlds.ts';
import { bundle, kept, moment } from './redefine-domains.ts';
import { phaseDone, rollbackLines } from './shown.ts';

const { phase, before, after } = phaseDone(redefineStep, {}, kept, 'define');
const { definition = '' } = after.domain;
const UNDEFINE = 'virsh undefine --domain testvm  (make the domain transient again)';
const refused = (changed: string) => [
  `no rollback: ${changed} after the run restored the definition, and it would be lost with it -> virsh dumpxml testvm --inactive`,
];

test.each<readonly [string, Partial<Domain>, readonly string[]]>([
  ['is as the step left it', {}, [UNDEFINE]],
  ['is paused', { state: 'paused' }, [UNDEFINE]],
  ['lacks the autostart mark that was not restored yet', { autostart: false }, [UNDEFINE]],
  [
    'has its disk elsewhere, where libvirt has moved it',
    { definition: setDiskSource(definition, 'vda', { file: '/new/c', format: 'raw' }) },
    [UNDEFINE],
  ],
  ['was stopped: it would be removed as a whole', { state: 'shut off' }, []],
  [
    'was edited',
    { definition: definition.replace('1048576', '2097152') },
    refused('the definition of "testvm" was changed'),
  ],
  [
    'was edited in a disk',
    { definition: definition.replace("discard='unmap'", "discard='ignore'") },
    refused('the definition of "testvm" was changed'),
  ],
  ['has a new snapshot', { snapshots: ['new'] }, refused('snapshot new was created')],
  ['has a new checkpoint', { checkpoints: ['new'] }, refused('checkpoint new was created')],
])('of a domain that %s', (_title, change, lines) => {
  expect(rollbackLines(phase, before, withDomain(after, change))).toEqual(lines);
});

test('an autostart mark that the domain had is no change, and one that a person set is', () => {
  const saved = bundle({ autostart: false, snapshots: [moment('a')] });
  const unmarked = world({ domain: { persistent: false, kept: saved } });
  const done = phaseDone(redefineStep, {}, unmarked, 'define');
  const rollback = (change: Partial<Domain>) =>
    rollbackLines(done.phase, done.before, withDomain(done.after, change));
  expect(rollback({ snapshots: ['a'] })).toEqual([UNDEFINE]);
  expect(rollback({ autostart: true })).toEqual(refused('autostart of "testvm" was turned on'));
});

test('what it removes, and what it replaces, is only what was observed', () => {
  expect(phase.undo(before, after, before)).toMatchObject([
    { verb: 'undefine', over: { definition, autostart: true, up: true } },
  ]);
  expect(phase.effects(before, before)[0]).toMatchObject({
    over: { definition, layersOf: ['vda', 'vdb', 'sda'], transient: true },
  });
  const persistent = phaseDone(redefineStep, {}, world(), 'define');
  expect(persistent.phase.effects(persistent.before, persistent.start)[0]).toMatchObject({
    over: { definition: persistent.before.domain.definition },
  });
});
