/** The exact commands, requirements and findings of `redefineStep`, and its rollback. */
import { expect, test } from 'vitest';
import { type Domain, type HostState, withDomain } from '../../src/model/host-state.ts';
import { problemsAfter, requirementsOf } from '../../src/steps/derived.ts';
import { redefineStep } from '../../src/steps/redefine.ts';
import { BASE, DATA, disk, SNAP1, SNAP2, world } from '../worlds.ts';
import { bundle, kept, moment, moved } from './redefine-domains.ts';
import { phaseDone, phaseLines, refusalLines, requirementLines, rollbackLines } from './shown.ts';

const full = world({
  domain: {
    persistent: false,
    kept: bundle({
      autostart: false,
      snapshots: [moment('a'), moment('b')],
      currentSnapshot: 'b',
      checkpoints: [moment('c')],
    }),
    snapshots: ['a', 'b'],
    checkpoints: ['c'],
  },
});
const apart = world({ disks: [disk('vda', [SNAP2, SNAP1, BASE], { persistentSource: SNAP1 })] });

/** A domain whose snapshot and checkpoint metadata libvirt has lost. */
const forgotten = world({
  domain: {
    nvram: true,
    persistent: false,
    kept: bundle({
      snapshots: [moment('a'), moment('b')],
      currentSnapshot: 'b',
      checkpoints: [moment('c')],
    }),
  },
});
const onCopy = { disk: 'vda', source: '/new/copy.qcow2' };
const WAY_BACK = '  rollback: make the domain transient again, or restore the previous definition';

test.each<readonly [string, Record<string, string>, HostState, readonly string[]]>([
  [
    'after an undefine, with metadata that libvirt has lost',
    {},
    forgotten,
    [
      'define: restore the saved definition',
      '  virsh define --file RUN/define.xml  (make the domain persistent)',
      '  virsh autostart --domain testvm  (enable autostart again)',
      '  virsh snapshot-create --domain testvm --xmlfile RUN/snapshot.xml --redefine  (restore the metadata of snapshot a)',
      '  virsh snapshot-create --domain testvm --xmlfile RUN/snapshot.xml --redefine --current  (restore the metadata of snapshot b)',
      '  virsh checkpoint-create --domain testvm --xmlfile RUN/checkpoint.xml --redefine  (restore the metadata of checkpoint c)',
      WAY_BACK,
      '    virsh undefine --domain testvm --keep-nvram  (make the domain transient again)',
    ],
  ],
  [
    'after an undefine, on a copy',
    onCopy,
    moved,
    [
      'define: restore the saved definition, with vda on /new/copy.qcow2',
      '  virsh define --file RUN/define.xml  (make the domain persistent)',
      '  virsh autostart --domain testvm  (enable autostart again)',
      WAY_BACK,
      '    virsh undefine --domain testvm  (make the domain transient again)',
    ],
  ],
  [
    'of a domain that another process has defined meanwhile, without all that was saved',
    { disk: 'vda', source: SNAP2 },
    withDomain(apart, { kept: bundle({ snapshots: [moment('a')] }) }),
    [
      `define: restore the saved definition, with vda on ${SNAP2}`,
      '  virsh define --file RUN/define.xml  (make the domain persistent)',
      '  virsh snapshot-create --domain testvm --xmlfile RUN/snapshot.xml --redefine  (restore the metadata of snapshot a)',
      WAY_BACK,
      '    virsh define --file RUN/define.xml  (restore the definition)',
    ],
  ],
])('its commands and its rollback: %s', (_title, params, host, lines) => {
  expect(phaseLines(redefineStep, params, host)).toEqual(lines);
});

test('its requirements', () => {
  expect(requirementLines(redefineStep, {}, world())).toEqual([
    'the guest is running, and has a definition to restore [told state]',
    'the definition names the files that the guest uses [domain]',
  ]);
  expect(requirementLines(redefineStep, onCopy, moved)[1]).toBe(
    'the guest uses /new/copy.qcow2 for vda [domain]',
  );
  expect(requirementsOf(redefineStep, {}, world()).files).toEqual([]);
  expect(redefineStep.products({}, world())).toEqual([]);
});

const emptyDrive = world({ disks: [disk('vda', [SNAP2]), disk('vdb', [])] });
const noDisks = world({ disks: [] });
const secondTarget = world({
  disks: [disk('vda', [SNAP2], { persistentSource: SNAP1 }), disk('vdc', [], {})],
});
const twice = {
  ...secondTarget,
  domain: {
    ...secondTarget.domain,
    definition: secondTarget.domain.definition!.replace(
      "<target dev='vdc'",
      `<source file='${SNAP2}'/><target dev='vdc'`,
    ),
  },
};

test.each<readonly [string, Record<string, string>, HostState, readonly string[]]>([
  [
    'a domain without a definition',
    {},
    world({ domain: { persistent: false } }),
    [
      'BP110: "testvm" is transient, and this plan has not saved its definition -> add an undefine step before this one, or define the domain first',
    ],
  ],
  [
    'a stale definition',
    {},
    apart,
    [
      `BP114: the definition names ${SNAP1} for vda, but the guest uses ${SNAP2} -> add "disk: vda" and "source: ${SNAP2}"`,
    ],
  ],
  [
    'a stale definition in the journal',
    {},
    moved,
    [
      `BP114: the definition names ${SNAP2} for vda, but the guest uses /new/copy.qcow2 -> add "disk: vda" and "source: /new/copy.qcow2"`,
    ],
  ],
  [
    'a file that the guest does not run on',
    { disk: 'vda', source: BASE },
    kept,
    [
      `BP114 source: the guest uses ${SNAP2} for that disk, so a definition that names ${BASE} would start it from other data -> write "source: ${SNAP2}"`,
    ],
  ],
  [
    'an unknown disk',
    { disk: 'vdz', source: BASE },
    kept,
    [
      'BP103 disk: the domain "testvm" has no disk "vdz"; it has: vda, vdb, sda -> see: virsh domblklist testvm',
    ],
  ],
  [
    'an unknown disk, of a guest without disks',
    { disk: 'vda', source: BASE },
    noDisks,
    [
      'BP103 disk: the domain "testvm" has no disk "vda"; it has: none -> see: virsh domblklist testvm',
    ],
  ],
  [
    'a disk that the definition lacks',
    { disk: 'vda', source: SNAP2 },
    withDomain(world(), { definition: noDisks.domain.definition! }),
    [
      'BP103 disk: the definition of "testvm" has no disk "vda" -> add it to the definition first: virsh edit testvm',
    ],
  ],
  [
    'a disk that the definition names no source for',
    { disk: 'vdb', source: DATA },
    withDomain(world(), { definition: emptyDrive.domain.definition! }),
    [
      'BP103 disk: the definition of "testvm" names no source for "vdb" -> add it to the definition first: virsh edit testvm',
    ],
  ],
  [
    'a file for a drive without a medium',
    { disk: 'vdb', source: DATA },
    emptyDrive,
    [
      `BP114 source: the guest uses no file for that disk, so a definition that names ${DATA} would start it from other data -> leave "disk" and "source" out`,
    ],
  ],
  [
    'nothing about a medium that was inserted since',
    {},
    withDomain(world(), { definition: emptyDrive.domain.definition! }),
    [],
  ],
  [
    'nothing about a medium that was removed since',
    {},
    withDomain(emptyDrive, { definition: world().domain.definition! }),
    [],
  ],
  [
    'a file that the definition names for another disk',
    { disk: 'vda', source: SNAP2 },
    twice,
    [
      `BP100 source: the definition already names ${SNAP2} for vdc: two disks would write to the same file -> give the disk the same target in the definition as in the running guest: virsh edit testvm`,
    ],
  ],
])('gives the reason for refusing %s', (_title, params, host, lines) => {
  expect(refusalLines(redefineStep, params, host)).toEqual(lines);
});

test.each<readonly [string, HostState, (domain: Domain) => Partial<Domain>, readonly string[]]>([
  ['it is still transient', full, () => ({ persistent: false }), ['"testvm" is not persistent']],
  [
    'the definition is another one',
    full,
    ({ definition }) => ({ definition: `${definition} ` }),
    ['the definition differs from the one that was given to libvirt'],
  ],
  ['autostart differs', full, () => ({ autostart: true }), ['autostart has changed']],
  [
    'metadata is missing',
    full,
    () => ({ snapshots: ['a'], checkpoints: [] }),
    ['the metadata of snapshot b is missing', 'the metadata of checkpoint c is missing'],
  ],
  [
    'autostart is off again of a domain that another process has defined meanwhile',
    withDomain(world(), { kept: bundle() }),
    () => ({ autostart: false }),
    ['autostart has changed'],
  ],
  [
    'nothing is missing of one, and autostart was turned on',
    withDomain(world(), { kept: bundle({ autostart: false, snapshots: [moment('a')] }) }),
    () => ({}),
    [],
  ],
])('is not done if %s', (_title, host, change, problems) => {
  const { phase, before, after, start } = phaseDone(redefineStep, {}, host, 'define');
  expect(problemsAfter(phase, before, withDomain(after, change(after.domain)), start)).toEqual(
    problems,
  );
});

test('its rollback does nothing for a domain that is transient or gone', () => {
  const { phase, before, after } = phaseDone(redefineStep, {}, full, 'define');
  expect(rollbackLines(phase, before, withDomain(after, { persistent: false }))).toEqual([]);
  expect(rollbackLines(phase, before, withDomain(after, { state: 'gone' }))).toEqual([]);
});
