import { expect, test } from 'vitest';
import { type Domain, type HostState, withDisk, withDomain } from '../../src/model/host-state.ts';
import { problemsAfter, requirementsOf } from '../../src/steps/derived.ts';
import { undefineStep } from '../../src/steps/undefine.ts';
import { contentsIn } from '../effects.ts';
import { DATA, disk, world } from '../worlds.ts';
import { phaseDone, phaseLines, refusalLines, requirementLines, rollbackLines } from './shown.ts';
import { testStep } from './step-tester.ts';

const uefi = world({ domain: { nvram: true, tpm: true } });

test.each([
  ['plain', {}, world(), ''],
  ['one option', { 'keep-nvram': true }, world({ domain: { nvram: true } }), ' --keep-nvram'],
  [
    'every option',
    {
      'keep-nvram': true,
      'keep-tpm': true,
      'snapshots-metadata': true,
      'checkpoints-metadata': true,
    },
    uefi,
    ' --keep-nvram --keep-tpm --snapshots-metadata --checkpoints-metadata',
  ],
])('its commands and its rollback: %s', (_title, params, host, options) => {
  expect(phaseLines(undefineStep, params, host)).toEqual([
    'undefine: make the domain transient; its definition is saved in the journal',
    '  # save the definition bundle in the journal  (save the definition, autostart, and the snapshot and checkpoint metadata (with fsync))',
    `  virsh undefine --domain testvm${options}  (make the domain transient)`,
    '  rollback: define it again from the journal, with autostart and metadata',
    '    virsh define --file RUN/define.xml  (define the domain again from the journal)',
    '    virsh autostart --domain testvm  (enable autostart again)',
  ]);
});

test('its requirements', () => {
  expect(requirementLines(undefineStep, {}, world())).toEqual([
    'the guest is running, and has a definition [told state]',
    'the domain has no managed save image [told managed-save]',
    'the plan keeps the NVRAM file and the TPM state, if any [told nvram, tpm]',
  ]);
  expect(requirementsOf(undefineStep, {}, world()).files).toEqual([]);
  expect(undefineStep.products({}, world())).toEqual([]);
});

test.each<readonly [string, Partial<Domain>, readonly string[]]>([
  [
    'a transient domain',
    { persistent: false, nvram: true },
    [
      'BP110: "testvm" is already transient: it has no definition to save, and vanishes when the guest stops -> leave the undefine step out; if the definition was lost, define the domain again first',
    ],
  ],
  [
    'a domain that does not exist, and reports nothing else',
    { state: 'gone', persistent: false },
    ['BP101: qemu:///system has no domain "testvm" -> see: virsh -c qemu:///system list --all'],
  ],
  [
    'everything else at once',
    { managedSave: true, nvram: true, tpm: true },
    [
      'BP118: "testvm" has a managed save image, so libvirt refuses to undefine it -> remove it first: virsh managedsave-remove testvm',
      'BP115: "testvm" has an NVRAM file, so libvirt refuses to undefine it without "keep-nvram" -> add "keep-nvram: true"',
      'BP115: "testvm" has a TPM, whose state would be deleted with the definition -> add "keep-tpm: true"',
    ],
  ],
])('gives the reason for refusing %s', (_title, domain, lines) => {
  expect(refusalLines(undefineStep, {}, world({ domain }))).toEqual(lines);
});

test('a TPM state can be kept since libvirt 8.9', () => {
  const on = (libvirt: string) => ({ ...uefi, host: { ...uefi.host, libvirt } });
  const kept = { 'keep-nvram': true, 'keep-tpm': true };
  expect(refusalLines(undefineStep, kept, on('8.8.0'))).toEqual([
    'BP130 keep-tpm: "keep-tpm" requires libvirt 8.9.0, but the host has 8.8.0 -> leave "keep-tpm" out, or use a newer libvirt',
  ]);
  expect(refusalLines(undefineStep, kept, on('8.9.0'))).toEqual([]);
  expect(refusalLines(undefineStep, {}, { ...world(), host: on('8.8.0').host })).toEqual([]);
});

const done = phaseDone(undefineStep, {}, world({ domain: { snapshots: ['a'] } }), 'undefine');
const bundle = done.after.domain.kept!;

test.each<readonly [string, Partial<Domain>, readonly string[]]>([
  ['the domain no longer exists', { state: 'gone' }, ['"testvm" no longer exists']],
  ['it is still persistent', { persistent: true }, ['"testvm" is still persistent']],
  [
    'nothing was kept',
    { kept: undefined } as unknown as Partial<Domain>,
    [
      'the saved definition differs from the one that the domain had',
      'the saved metadata has other snapshots than the domain had',
    ],
  ],
  [
    'another definition was kept',
    { kept: { ...bundle, definition: '<domain/>' } },
    ['the saved definition differs from the one that the domain had'],
  ],
  [
    'a snapshot was deleted before its metadata was saved',
    { kept: { ...bundle, snapshots: [] } },
    ['the saved metadata has other snapshots than the domain had'],
  ],
  [
    'another snapshot was saved',
    { kept: { ...bundle, snapshots: [{ name: 'b', xml: '' }] } },
    ['the saved metadata has other snapshots than the domain had'],
  ],
  [
    'a checkpoint was created before it was saved',
    { kept: { ...bundle, checkpoints: [{ name: 'c', xml: '' }] } },
    ['the saved metadata has other checkpoints than the domain had'],
  ],
])('is not done if %s', (_title, change, problems) => {
  const { phase, before, after, start } = done;
  expect(problemsAfter(phase, before, withDomain(after, change), start)).toEqual(problems);
});

const DEFINE = 'virsh define --file RUN/define.xml  (define the domain again from the journal)';
const MARK = 'virsh autostart --domain testvm  (enable autostart again)';
const RECORD =
  'virsh snapshot-create --domain testvm --xmlfile RUN/snapshot.xml --redefine  (restore the metadata of snapshot a)';
const { definition } = bundle;
const named = (file: string) => definition.replace('/export/vmimages/testvm.snap2', file);

test.each<readonly [string, Partial<Domain>, readonly string[]]>([
  ['nothing was kept', { kept: undefined } as unknown as Partial<Domain>, []],
  ['it is transient', {}, [DEFINE, MARK]],
  ['it was lost with its guest', { state: 'gone', snapshots: [] }, [DEFINE, MARK, RECORD]],
  ['only autostart is missing', { persistent: true, definition }, [MARK]],
  [
    'a rollback was interrupted before the metadata of a snapshot',
    { persistent: true, definition, autostart: true, snapshots: [] },
    [RECORD],
  ],
  ['nothing is missing', { persistent: true, definition, autostart: true }, []],
  [
    'libvirt has defined it by itself, with other disks',
    { persistent: true, definition: named('/other') },
    [DEFINE, MARK],
  ],
  [
    'a person has changed the definition since',
    { persistent: true, definition: definition.replace('<vcpu', '<title>New</title><vcpu') },
    [],
  ],
  [
    'a person has changed a disk since',
    { persistent: true, definition: definition.replace("discard='unmap'", "discard='ignore'") },
    [],
  ],
])('its rollback when %s', (_title, change, lines) => {
  const { phase, before, after } = done;
  expect(rollbackLines(phase, before, withDomain(after, change))).toEqual(lines);
});

test('its rollback defines the domain on the files that its disks are on, over nothing that a person made', () => {
  const { phase, before, after, start } = done;
  const moved = withDisk(after, 'vdb', (each) => ({
    ...each,
    chain: disk('vdb', ['/new/d']).chain,
  }));
  const [define] = phase.undo(before, moved, start);
  expect(define && contentsIn(define)).toEqual([
    definition
      .replace(DATA, '/new/d')
      .replace("type='raw' discard='unmap'", "type='qcow2' discard='unmap'"),
  ]);
  expect(define).toMatchObject({
    over: { definition, layersOf: ['vda', 'vdb', 'sda'], transient: true },
  });
});

test('it removes only what it has saved, of a guest that is up', () => {
  const { phase, before, start } = done;
  const over = { definition, autostart: true, up: true };
  expect(phase.effects(before, start)[1]).toMatchObject({ verb: 'undefine', over });
});

test('a guest that was migrated away is not defined here again', () => {
  const before = world({ domain: { autostart: true } });
  const [phase] = undefineStep.phases({});
  const kept = {
    definition: before.domain.definition ?? '',
    autostart: true,
    snapshots: [],
    checkpoints: [],
  };
  const gone = withDomain(before, { state: 'gone', persistent: false, kept, disks: [] });
  expect(phase?.undo(before, gone, before)).not.toEqual([]);
  const moved = withDomain(gone, { movedAway: true });
  expect(rollbackLines(phase!, before, moved)).toEqual([
    'no rollback: "testvm" was migrated to another host: defining it here again would put a second domain on the same disks -> virsh list --all',
  ]);
});

test('a guest that may run on another host is defined without autostart', () => {
  const before = world({ domain: { autostart: true } });
  const [phase] = undefineStep.phases({});
  const { definition = '' } = before.domain;
  const kept = { definition, autostart: true, snapshots: [], checkpoints: [] };
  const gone = withDomain(before, { state: 'gone', persistent: false, autostart: false, kept });
  const { definition: _none, ...bare } = gone.domain;
  const unseen = { ...gone, domain: { ...bare, stopUnseen: true as const } };
  const verbs = (now: HostState) =>
    phase?.undo(before, now, before).map((each) => 'verb' in each && each.verb);
  expect(verbs({ ...gone, domain: bare })).toEqual(['define', 'autostart']);
  expect(verbs(unseen)).toEqual(['define']);
  const off = withDomain(unseen, { state: 'shut off', persistent: true, definition });
  expect(verbs(off)).toEqual([]);
});

testStep(undefineStep, {
  valid: [
    ['a plain domain', {}, world()],
    ['without autostart', {}, world({ domain: { autostart: false } })],
    ['with UEFI and a TPM', { 'keep-nvram': true, 'keep-tpm': true }, uefi],
    [
      'with snapshots and checkpoints',
      { 'snapshots-metadata': true, 'checkpoints-metadata': true },
      world({ domain: { snapshots: ['a', 'b'], checkpoints: ['c'] } }),
    ],
  ],
  invalid: [],
  worlds: [
    ['no such domain', {}, world({ disks: [], domain: { state: 'gone' } }), ['BP101']],
    ['the guest is off', {}, world({ domain: { state: 'shut off' } }), ['BP102']],
    ['transient already', {}, world({ domain: { persistent: false } }), ['BP110']],
    ['a managed save', {}, world({ domain: { managedSave: true } }), ['BP118']],
    ['an NVRAM file', {}, world({ domain: { nvram: true } }), ['BP115']],
    ['NVRAM and TPM', {}, uefi, ['BP115', 'BP115']],
  ],
  scenes: [world(), uefi],
  admitted: 50,
});
