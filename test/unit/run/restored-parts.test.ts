/** What was restored along with a definition, in the words of the report. */
import { expect, test } from 'vitest';
import { setDiskSource } from '../../../src/model/domain-xml.ts';
import { type Bundle, withDomain } from '../../../src/model/host-state.ts';
import type { LostDefinition } from '../../../src/run/lost-definition.ts';
import { movedDisks, restoredMetadata, wrongWith } from '../../../src/run/restored-parts.ts';
import { DATA, SNAP2, world } from '../../worlds.ts';

const host = world();
const definition = host.domain.definition ?? '';
const lost = (kept: Partial<Bundle> = {}): LostDefinition => ({
  found: {
    kept: { definition, autostart: false, snapshots: [], checkpoints: [], ...kept },
    ...{ file: '/b', proven: true },
  },
  ...{ name: 'testvm', uuid: host.domain.uuid, lastUp: [], runStatus: 'unknown', ways: [] },
  ...{ owed: true, movedAway: false, records: 0 },
});

const onto = (target: string, file: string, block?: true) =>
  setDiskSource(definition, target, { file, format: 'qcow2', ...(block ? { block } : {}) });

test.each<readonly [string, string, readonly string[]]>([
  ['none if it is unchanged', definition, []],
  [
    'the one that is on another file',
    onto('vda', '/new/c'),
    [`vda: the definition names /new/c now; it named ${SNAP2}`],
  ],
  [
    'one that is a block device now',
    onto('vdb', DATA, true),
    [`vdb: the definition names the block device ${DATA} now; it named ${DATA}`],
  ],
  ['none that no longer has a file', definition.replace(/<source file='[^']*snap2'\/>/, ''), []],
  ['none that is new', definition.replace("dev='vda'", "dev='vdx'"), []],
])('the disks that a definition moves: %s', (_title, given, told) => {
  expect(movedDisks(lost(), given)).toEqual(told);
});

const moment = (name: string) => ({ name, xml: '<x/>' });

test.each([
  ['nothing', {}, {}, []],
  [
    'all of it',
    { autostart: true, snapshots: [moment('s')], checkpoints: [moment('c')] },
    { autostart: true, snapshots: ['s'], checkpoints: ['c'] },
    ['also restored: autostart, snapshot s, checkpoint c'],
  ],
  [
    'the part of it that exists',
    { autostart: true, snapshots: [moment('s'), moment('t')], checkpoints: [moment('c')] },
    { autostart: false, snapshots: ['t'], checkpoints: [] },
    ['also restored: snapshot t'],
  ],
  [
    'no mark that it did not have',
    { autostart: false },
    { autostart: true, snapshots: ['s'], checkpoints: ['c'] },
    [],
  ],
] as const)('what was restored with it: %s', (_title, kept, now, told) => {
  expect(restoredMetadata(lost(kept), withDomain(host, now))).toEqual(told);
});

const all = { autostart: true, snapshots: [moment('s')], checkpoints: [moment('c')] };
const DOUBT = 'it is unknown where the guest last wrote';

test.each([
  ['nothing', all, { autostart: true, snapshots: ['s'], checkpoints: ['c'] }, [], []],
  ['nothing that it did not have', {}, { autostart: false, snapshots: ['t'] }, [], []],
  [
    'the definition',
    {},
    { definition: definition.replace('</domain>', '<title/></domain>') },
    [],
    ['the definition of "testvm" differs from the one that libvirt was given'],
  ],
  [
    'the autostart mark',
    { autostart: true },
    { autostart: false },
    [],
    ['autostart was not enabled again'],
  ],
  [
    'no mark that a doubt leaves to a person',
    { autostart: true },
    { autostart: false },
    [DOUBT],
    [],
  ],
  [
    'the metadata',
    all,
    { autostart: true, snapshots: ['t'], checkpoints: [] },
    [],
    [
      'the metadata of snapshot s was not restored',
      'the metadata of checkpoint c was not restored',
    ],
  ],
] as const)('what was not restored: %s', (_title, kept, now, doubts, told) => {
  expect(wrongWith(lost(kept), { definition, doubts }, withDomain(host, now))).toEqual(told);
});
