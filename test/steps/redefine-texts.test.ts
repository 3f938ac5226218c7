/** What `redefineStep` runs, requires and refuses, word for word, and its rollback. */
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

/** What libvirt has forgotten of its metadata. */
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
const WAY_BACK =
  '  rollback: make the domain transient again, or put the definition of before back';

test.each<readonly [string, Record<string, string>, HostState, readonly string[]]>([
  [
    'after an undefine, with metadata that libvirt has forgotten',
    {},
    forgotten,
    [
      'define: put the saved definition back',
      '  virsh define --file RUN/define.xml  (make the domain persistent)',
      '  virsh autostart --domain testvm  (mark it for autostart again)',
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
      'define: put the saved definition back, with vda on /new/copy.qcow2',
      '  virsh define --file RUN/define.xml  (make the domain persistent)',
      '  virsh autostart --domain testvm  (mark it for autostart again)',
      WAY_BACK,
      '    virsh undefine --domain testvm  (make the domain transient again)',
    ],
  ],
  [
    'of a persistent domain, which keeps its mark and metadata',
    { disk: 'vda', source: SNAP2 },
    withDomain(apart, { kept: bundle({ snapshots: [moment('a')] }) }),
    [
      `define: put the saved definition back, with vda on ${SNAP2}`,
      '  virsh define --file RUN/define.xml  (make the domain persistent)',
      WAY_BACK,
      '    virsh define --file RUN/define.xml  (put the definition back as it was)',
    ],
  ],
])('its commands and its rollback: %s', (_title, params, host, lines) => {
  expect(phaseLines(redefineStep, params, host)).toEqual(lines);
});

test('what it requires', () => {
  expect(requirementLines(redefineStep, {}, world())).toEqual([
    'the guest runs, and there is a definition to put back [told state]',
    'the definition names the files that the guest runs on [domain]',
  ]);
  expect(requirementLines(redefineStep, onCopy, moved)[1]).toBe(
    'the guest runs on /new/copy.qcow2 (vda) [domain]',
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
      'BP110: "testvm" is transient, and this plan has kept no definition of it -> put an undefine step before this one, or define the domain first',
    ],
  ],
  [
    'a stale definition',
    {},
    apart,
    [
      `BP114: the definition names ${SNAP1} for vda, but the guest runs on ${SNAP2} -> add "disk: vda" and "source: ${SNAP2}"`,
    ],
  ],
  [
    'a stale definition in the journal',
    {},
    moved,
    [
      `BP114: the definition names ${SNAP2} for vda, but the guest runs on /new/copy.qcow2 -> add "disk: vda" and "source: /new/copy.qcow2"`,
    ],
  ],
  [
    'a file that the guest does not run on',
    { disk: 'vda', source: BASE },
    kept,
    [
      `BP114 source: the guest runs on ${SNAP2} there, so a definition that names ${BASE} would start it from other data -> write "source: ${SNAP2}"`,
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
      'BP103 disk: the definition of "testvm" has no disk "vda" -> add it to the definition first, with virsh edit',
    ],
  ],
  [
    'a disk that the definition names no source for',
    { disk: 'vdb', source: DATA },
    withDomain(world(), { definition: emptyDrive.domain.definition! }),
    [
      'BP103 disk: the definition of "testvm" names no source for "vdb" -> add it to the definition first, with virsh edit',
    ],
  ],
  [
    'a file for a drive without a medium',
    { disk: 'vdb', source: DATA },
    emptyDrive,
    [
      `BP114 source: the guest runs on nothing there, so a definition that names ${DATA} would start it from other data -> leave "disk" and "source" out`,
    ],
  ],
  [
    'nothing of a medium that was put in since',
    {},
    withDomain(world(), { definition: emptyDrive.domain.definition! }),
    [],
  ],
  [
    'nothing of a medium that was taken out since',
    {},
    withDomain(emptyDrive, { definition: world().domain.definition! }),
    [],
  ],
  [
    'a file that the definition names for another disk',
    { disk: 'vda', source: SNAP2 },
    twice,
    [
      `BP100 source: the definition names ${SNAP2} for vdc already: two disks would write to one file -> give the disk one target in both: virsh edit testvm`,
    ],
  ],
])('says why it refuses %s', (_title, params, host, lines) => {
  expect(refusalLines(redefineStep, params, host)).toEqual(lines);
});

test.each<readonly [string, HostState, (domain: Domain) => Partial<Domain>, readonly string[]]>([
  ['it is still transient', full, () => ({ persistent: false }), ['"testvm" is not persistent']],
  [
    'another definition is there',
    full,
    ({ definition }) => ({ definition: `${definition} ` }),
    ['the definition is not, byte for byte, the one that was given to libvirt'],
  ],
  [
    'the mark for autostart differs',
    full,
    () => ({ autostart: true }),
    ['the autostart mark is not as it was'],
  ],
  [
    'metadata is missing',
    full,
    () => ({ snapshots: ['a'], checkpoints: [] }),
    ['the metadata of snapshot b is not there', 'the metadata of checkpoint c is not there'],
  ],
  [
    'nothing is missing of a domain that was persistent all along',
    withDomain(world(), { kept: bundle({ autostart: false, snapshots: [moment('a')] }) }),
    () => ({}),
    [],
  ],
])('is not done where %s', (_title, host, change, problems) => {
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
