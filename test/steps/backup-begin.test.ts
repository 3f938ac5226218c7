import { describe, expect, test } from 'vitest';
import { codes } from '../../src/codes.ts';
import { type HostState, withDisk } from '../../src/model/host-state.ts';
import { backupBeginStep } from '../../src/steps/backup-begin.ts';
import { stored, storeOf, withStore } from '../stored.ts';
import { BASE, disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import {
  amountsOf,
  phaseDone,
  phaseLines,
  refusalLines,
  requirementLines,
  rollbackLines,
} from './shown.ts';
import { testStep } from './step-tester.ts';

const MiB = 1024 ** 2;
const STORE = '/backup/testvm';
const all = { store: STORE, name: 'monday' };
const one = { ...all, disks: ['vda'] };

const roomy = { folders: { [STORE]: { writable: true, free: 10_000 * MiB } } };
const on = (change: Parameters<typeof world>[0] = {}) => world({ ...roomy, ...change });

const MUTE = { domain: { agent: false } };

const foreign = storeOf([
  stored('sunday', [], { point: { ...stored('x').point!, domain: 'web2', uuid: 'other' } }),
]);
const unread = {
  ...({ code: codes.storeUnreadable, severity: 'error' } as const),
  message: 'the backup store cannot be read',
};

/** A backup or a draft whose number is unknown. */
const unknown = (name: string, severity: 'error' | 'warning') => ({
  ...{ name, size: 1, disks: [] },
  findings: [{ code: codes.backupManifestInvalid, severity, message: `${name}: no manifest` }],
});

testStep(backupBeginStep, {
  valid: [
    ['all disks', all, on()],
    ['one disk', one, on()],
    ['of a paused guest', one, on({ domain: { state: 'paused' } })],
    ['of a transient domain', one, on({ domain: { persistent: false } })],
    ['of a frozen guest', { ...one, quiesce: 'required', 'thaw-after': 10 }, on()],
    ['of a frozen guest if possible', { ...one, quiesce: 'preferred' }, on()],
    ['of a guest that is not frozen', { ...one, quiesce: 'no' }, on(MUTE)],
    ['with a time limit', { ...one, timeout: 60 }, on()],
    ['into a store of the guest', one, withStore(on(), STORE, storeOf([stored('sunday')]))],
    ['into a store that does not exist', one, withStore(on(), STORE, null)],
    ['layers that others share', one, on({ others: [neighbour('other', [BASE], [])] })],
  ],
  invalid: [
    ['a relative store', { ...all, store: 'backup' }, ['BP050 store']],
    ['a store with ..', { ...all, store: '/backup/../x' }, ['BP050 store']],
    ['a limit of no freeze', { ...one, quiesce: 'no', 'thaw-after': 10 }, ['BP052 thaw-after']],
    ['a disk twice', { ...all, disks: ['vda', 'vda'] }, ['BP051 disks.1']],
  ],
  worlds: [
    ['a guest that is off', all, on({ domain: { state: 'shut off' } }), ['BP102']],
    ['no such disk', { ...all, disks: ['vdz'] }, on(), ['BP103 disks.0']],
    [
      'a backup of that name',
      one,
      on({ files: { [`${STORE}/monday`]: { size: 1 } } }),
      ['BP106 name'],
    ],
    [
      'a draft of that name',
      one,
      on({ files: { [`${STORE}/monday.partial`]: { size: 1 } } }),
      ['BP106 name'],
    ],
    ['a freeze without an agent', { ...one, quiesce: 'required' }, on(MUTE), ['BP112 quiesce']],
    ['a preferred one', { ...one, quiesce: 'preferred' }, on(MUTE), ['BP112 quiesce']],
    [
      'a freeze of a paused guest',
      { ...one, quiesce: 'required' },
      on({ domain: { agent: true, state: 'paused' } }),
      ['BP112 quiesce'],
    ],
    ['no store', one, on({ folders: { [STORE]: null } }), ['BP107 name']],
    [
      'too little space',
      one,
      on({ folders: { [STORE]: { writable: true, free: 1 } } }),
      ['BP108 name'],
    ],
    ['a store of another guest', one, withStore(on(), STORE, foreign), ['BP165 store']],
    [
      'a draft of another guest',
      one,
      withStore(on(), STORE, storeOf([], { drafts: foreign.backups })),
      ['BP165 store'],
    ],
    [
      'an unfinished merge',
      one,
      withStore(on(), STORE, storeOf([], { mark: { drop: [{ name: 'a', into: 'b' }] } })),
      ['BP168 store'],
    ],
    [
      'a backup that has lost its manifest',
      one,
      withStore(on(), STORE, storeOf([unknown('sunday', 'error')])),
      ['BP183 store'],
    ],
    [
      'a draft without a manifest',
      one,
      withStore(on(), STORE, storeOf([], { drafts: [unknown('sunday', 'warning')] })),
      ['BP183 store'],
    ],
    [
      'an unreadable store',
      one,
      withStore(on(), STORE, storeOf([], { findings: [unread] })),
      ['BP182 store'],
    ],
    [
      'a job that runs',
      one,
      on({ disks: [disk('vda', [SNAP2, SNAP1], { job: { type: 'backup', ready: false } })] }),
      ['BP105 disks.0'],
    ],
    [
      'a disk that another guest writes to',
      one,
      on({ others: [neighbour('other', [SNAP2], [SNAP2])] }),
      ['BP155 disks.0'],
    ],
    [
      'only drives',
      all,
      on({ disks: [disk('sda', ['/x.iso'], { device: 'cdrom', readonly: true })] }),
      ['BP104'],
    ],
  ],
  scenes: [on(), on({ domain: { state: 'paused' } })],
  admitted: 30,
});

test('its requirements and the space it takes', () => {
  expect(requirementLines(backupBeginStep, one, on())).toMatchInlineSnapshot(`
    [
      "the guest is running, and vda is a disk on local files or block devices [told state]",
      "vda has no block job [domain]",
      "no other guest writes to a layer of vda [others]",
      "the backups in /backup/testvm, if any, are of this guest [store /backup/testvm]",
      "/backup/testvm/monday.partial does not exist [file /backup/testvm/monday.partial]",
      "/backup/testvm/monday does not exist [file /backup/testvm/monday]",
      "the folder of /backup/testvm/monday exists, is writable and has enough free space [folder /backup/testvm/monday]",
      "no other domain uses /backup/testvm/monday [others]",
      "the host lets QEMU write to /backup/testvm/monday [run]",
    ]
  `);
  expect(amountsOf(backupBeginStep, one, on())).toMatchInlineSnapshot(`
    [
      {
        "copied": 125829120,
        "file": "/backup/testvm/monday",
        "least": 4096,
        "room": 125829120,
      },
    ]
  `);
});

test('no backup is called latest, which is the word for the newest one', () => {
  const { pattern } = backupBeginStep.schema.properties.name as { readonly pattern: string };
  const isAllowed = (name: string) => new RegExp(pattern).test(name);
  expect(['latest', 'latest2', 'a-latest', 'Latest'].map(isAllowed)).toEqual([
    ...[false, true, true, true],
  ]);
});

test('where the last number is unknown, it says whose', () => {
  const store = storeOf([unknown('sunday', 'error')], { drafts: [unknown('monday', 'warning')] });
  expect(refusalLines(backupBeginStep, one, withStore(on(), STORE, store))).toMatchInlineSnapshot(`
    [
      "BP183 store: the last sequence number in the store is unknown: sunday: no manifest",
      "BP183 store: the last sequence number in the store is unknown: monday: no manifest -> roll back the run that was making it, which may be another user's or another host's; only if there is none, remove the folder monday.partial",
    ]
  `);
});

test('its commands and its rollback', () => {
  expect(phaseLines(backupBeginStep, { ...one, timeout: 60 }, on())).toMatchInlineSnapshot(`
    [
      "copy: copy the disks as they are at one instant into /backup/testvm/monday.partial, while the guest runs",
      "  mkdir /backup/testvm/monday.partial  # with a manifest, and an empty image for vda  (create the folder of the backup)",
      "  virsh backup-begin --domain testvm --backupxml RUN/backup.xml --reuse-external  (start the backup of vda)",
      "  # wait for libvirt's event: the backup of vda is complete  (until all disks are copied; timeoutMs 60000)",
      "  rollback: cancel the backup and remove its folder",
      "    rm -r /backup/testvm/monday.partial  # once proven to belong to this run  (remove the folder of the backup)",
      "digest: compute checksums of each copy, so that later damage can be detected",
      "  # write the checksums of vda in /backup/testvm/monday.partial  (write the checksums of the copies)",
      "  rollback: nothing to undo: the checksums are removed with the folder",
      "publish: complete the backup and rename its folder to /backup/testvm/monday",
      "  mv --no-clobber /backup/testvm/monday.partial /backup/testvm/monday  # with a complete manifest, once all files are on disk  (complete the backup)",
      "  rollback: remove the folder of the backup",
      "    rm -r /backup/testvm/monday  # once proven to belong to this run  (remove the folder of the backup)",
    ]
  `);
});

describe('the rollback', () => {
  const backedUp = (state: HostState, file: string): HostState =>
    withDisk(state, 'vda', (each) => ({
      ...each,
      job: { type: 'backup', ready: false, mirror: file },
    }));

  test('cancels its own backup only', () => {
    const { phase, before, after } = phaseDone(backupBeginStep, one, on(), 'copy');
    expect(rollbackLines(phase, before, before)).toEqual([]);
    expect(rollbackLines(phase, before, after)).toHaveLength(1);
    const own = backedUp(after, `${STORE}/monday.partial/vda.qcow2`);
    expect(rollbackLines(phase, before, own)).toHaveLength(3);
    const gone = { ...own, files: { ...own.files, [`${STORE}/monday.partial`]: null } };
    expect(rollbackLines(phase, before, gone)).toHaveLength(2);
    const foreign = backedUp(after, '/elsewhere/vda.qcow2');
    expect(rollbackLines(phase, before, foreign)).toHaveLength(1);
  });

  test('leaves a folder of another user alone', () => {
    const { phase, before, after } = phaseDone(backupBeginStep, one, on(), 'copy');
    const draft = `${STORE}/monday.partial`;
    const foreign = { ...after, files: { ...after.files, [draft]: { size: 1 } } };
    expect(rollbackLines(phase, before, foreign)).toEqual([]);
  });

  test('removes a complete backup whose phase failed', () => {
    const { phase, before, after } = phaseDone(backupBeginStep, one, on(), 'publish');
    expect(rollbackLines(phase, before, after)).toMatchInlineSnapshot(`
      [
        "rm -r /backup/testvm/monday  # once proven to belong to this run  (remove the folder of the backup)",
      ]
    `);
  });
});

test('findings', () => {
  expect([
    ...refusalLines(
      backupBeginStep,
      one,
      on({ files: { [`${STORE}/monday.partial`]: { size: 1 } } }),
    ),
    ...refusalLines(backupBeginStep, all, on({ disks: [] })),
  ]).toMatchInlineSnapshot(`
    [
      "BP106 name: /backup/testvm/monday.partial already exists; blockplan does not overwrite files -> it is an incomplete backup: resume or roll back its run, or remove this folder",
      "BP104: "testvm" has no disk to copy",
    ]
  `);
});
