import { expect, test } from 'vitest';
import { type Domain, withDomain } from '../../src/model/host-state.ts';
import { problemsAfter, requirementsOf } from '../../src/steps/derived.ts';
import { undefineStep } from '../../src/steps/undefine.ts';
import { world } from '../worlds.ts';
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
    'undefine: make the domain transient, with its definition kept in the journal',
    '  # save the definition bundle in the journal  (save the definition, autostart, snapshot and checkpoint metadata, fsynced)',
    `  virsh undefine --domain testvm${options}  (make the domain transient)`,
    '  rollback: define it again from the journal, with autostart and metadata',
    '    virsh define --file RUN/define.xml  (define the domain again from the journal)',
    '    virsh autostart --domain testvm  (mark it for autostart again)',
  ]);
});

test('what it requires', () => {
  expect(requirementLines(undefineStep, {}, world())).toEqual([
    'the guest runs, and has a definition [told state]',
    'it has no managed save image [told managed-save]',
    'it is said what becomes of an NVRAM file and a TPM state [told nvram, tpm]',
  ]);
  expect(requirementsOf(undefineStep, {}, world()).files).toEqual([]);
  expect(undefineStep.products({}, world())).toEqual([]);
});

test.each<readonly [string, Partial<Domain>, readonly string[]]>([
  [
    'a transient domain',
    { persistent: false, nvram: true },
    [
      'BP110: "testvm" is transient already: it has no definition to keep, and it would be lost when the guest stops -> leave the undefine step out; if a definition was lost, define it again first',
    ],
  ],
  [
    'a domain that is not there, and nothing else of it',
    { state: 'gone', persistent: false },
    ['BP101: qemu:///system knows no domain "testvm" -> see: virsh -c qemu:///system list --all'],
  ],
  [
    'everything else that stands in the way, at once',
    { managedSave: true, nvram: true, tpm: true },
    [
      'BP118: "testvm" has a managed save image, which libvirt does not undefine -> remove it first: virsh managedsave-remove testvm',
      'BP115: "testvm" has an NVRAM file, which libvirt does not undefine without being told what becomes of it -> add "keep-nvram: true"',
      'BP115: "testvm" has a TPM, whose state would go with the definition -> add "keep-tpm: true"',
    ],
  ],
])('says why it refuses %s', (_title, domain, lines) => {
  expect(refusalLines(undefineStep, {}, world({ domain }))).toEqual(lines);
});

test('a TPM state can be kept since libvirt 8.9', () => {
  const on = (libvirt: string) => ({ ...uefi, host: { ...uefi.host, libvirt } });
  const kept = { 'keep-nvram': true, 'keep-tpm': true };
  expect(refusalLines(undefineStep, kept, on('8.8.0'))).toEqual([
    'BP130 keep-tpm: libvirt 8.8.0 does not have "keep-tpm", which came with 8.9.0 -> leave "keep-tpm" out, or use a newer libvirt',
  ]);
  expect(refusalLines(undefineStep, kept, on('8.9.0'))).toEqual([]);
  expect(refusalLines(undefineStep, {}, { ...world(), host: on('8.8.0').host })).toEqual([]);
});

const done = phaseDone(undefineStep, {}, world({ domain: { snapshots: ['a'] } }), 'undefine');
const bundle = done.after.domain.kept!;

test.each<readonly [string, Partial<Domain>, readonly string[]]>([
  ['it has vanished', { state: 'gone' }, ['"testvm" has vanished']],
  ['it is still persistent', { persistent: true }, ['"testvm" is still persistent']],
  [
    'nothing was kept',
    { kept: undefined } as unknown as Partial<Domain>,
    ['the kept definition is not the one that the domain had'],
  ],
  [
    'another definition was kept',
    { kept: { ...bundle, definition: '<domain/>' } },
    ['the kept definition is not the one that the domain had'],
  ],
])('is not done where %s', (_title, change, problems) => {
  const { phase, before, after, start } = done;
  expect(problemsAfter(phase, before, withDomain(after, change), start)).toEqual(problems);
});

const DEFINE = 'virsh define --file RUN/define.xml  (define the domain again from the journal)';
const MARK = 'virsh autostart --domain testvm  (mark it for autostart again)';
const RECORD =
  'virsh snapshot-create --domain testvm --xmlfile RUN/snapshot.xml --redefine  (restore the metadata of snapshot a)';
const { definition } = bundle;
const named = (file: string) => definition.replace('/export/vmimages/testvm.snap2', file);

test.each<readonly [string, Partial<Domain>, readonly string[]]>([
  ['nothing was kept', { kept: undefined } as unknown as Partial<Domain>, []],
  ['it is transient', {}, [DEFINE, MARK]],
  ['it was lost with its guest', { state: 'gone', snapshots: [] }, [DEFINE, MARK, RECORD]],
  ['only the mark is missing', { persistent: true, definition }, [MARK]],
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
    'a person has defined it since, in another way',
    { persistent: true, definition: definition.replace('<vcpu', '<title>New</title><vcpu') },
    [],
  ],
])('its rollback where %s', (_title, change, lines) => {
  const { phase, before, after } = done;
  expect(rollbackLines(phase, before, withDomain(after, change))).toEqual(lines);
});

test('a guest that was migrated away is not defined here a second time', () => {
  const before = world({ domain: { autostart: true } });
  const [phase] = undefineStep.phases({});
  const kept = { definition: 'xml', autostart: true, snapshots: [], checkpoints: [] };
  const gone = withDomain(before, { state: 'gone', persistent: false, kept, disks: [] });
  expect(phase?.undo(before, gone, before)).not.toEqual([]);
  const moved = withDomain(gone, { movedAway: true });
  expect(rollbackLines(phase!, before, moved)).toEqual([
    'no rollback: "testvm" was migrated to another host: defined here again, it would be a second one on the same disks -> virsh list --all',
  ]);
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
