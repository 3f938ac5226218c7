/** Records whose data is missing, and unfinished activity. */
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import { disk } from '../../worlds.ts';
import { areDiagnosed } from './diagnosed.ts';
import {
  bitmaps,
  type Change,
  checkpoint,
  copying,
  FORGOTTEN,
  header,
  left,
  MARKER,
  MIB,
  NOW,
  OVERLAY,
  patient,
  snapshot,
  TEMPLATE,
  TOP,
} from './patients.ts';

areDiagnosed({
  'a snapshot whose overlay is missing': [
    'BP237',
    { scene: { files: { [OVERLAY]: null } }, seen: snapshot({ overlay: OVERLAY }) },
    'virsh snapshot-delete --domain testvm --snapshotname s1 --metadata',
  ],
  'a snapshot whose overlay is no longer a layer': [
    'BP237',
    { scene: { files: { [OVERLAY]: { size: MIB } } }, seen: snapshot({ overlay: OVERLAY }) },
    '--snapshotname s1 --metadata',
  ],
  'a snapshot whose base is missing': [
    'BP237',
    { scene: { files: { '/old': null } }, seen: snapshot({ overlay: TOP, base: '/old' }) },
    '--snapshotname s1 --metadata',
  ],
  'a snapshot of a disk that does not exist': [
    'BP237',
    { seen: snapshot({ target: 'vdz' }) },
    '--snapshotname s1 --metadata',
  ],
  'an internal snapshot that the image does not hold': [
    'BP237',
    { seen: snapshot({ kind: 'internal' }) },
    '--snapshotname s1 --metadata',
  ],
  'a snapshot whose memory file is missing': [
    'BP237',
    {
      scene: { files: { '/mem': null } },
      seen: { snapshots: [{ name: 's1', disks: [], memory: '/mem' }] },
    },
    '--snapshotname s1 --metadata',
  ],
  'a checkpoint whose bitmap is missing': [
    'BP238',
    { seen: checkpoint('missing') },
    'virsh checkpoint-delete --domain testvm --checkpointname c1 --metadata',
  ],
  'a checkpoint whose bitmap cannot be trusted': [
    'BP238',
    { scene: { disks: [disk('vda', [TOP])] }, seen: checkpoint('inconsistent') },
    'virsh checkpoint-delete --domain testvm --checkpointname c1',
  ],
  'a checkpoint of a guest that is off, whose bitmap was in use when QEMU died': [
    'BP238',
    {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      seen: { ...checkpoint('inconsistent'), ...bitmaps(true) },
    },
    '--metadata',
  ],
  'a checkpoint of a guest that is off, whose bitmap was never saved': [
    'BP238',
    {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      seen: checkpoint('missing'),
    },
    '--metadata',
  ],
  'a bitmap of a guest that is off, in use when QEMU died, that belongs to no checkpoint': [
    'BP238',
    {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      seen: bitmaps(true),
    },
    `qemu-img bitmap --remove ${TOP} c1`,
  ],
  'records that libvirt does not show': [
    'BP196 BP196',
    {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      seen: {
        ...bitmaps(true),
        unread: [
          { part: 'snapshots', what: 'the record of snapshot "s1"', why: 'access denied' },
          { part: 'checkpoints', what: 'the record of checkpoint "c1"', why: 'access denied' },
        ],
      },
    },
    'virsh dumpxml --domain testvm',
  ],
  'a commit that is ready': [
    'BP239',
    {
      scene: {
        disks: [
          disk('vda', [TOP, TEMPLATE], {
            job: { type: 'active-commit', ready: true, mirror: TEMPLATE },
          }),
        ],
      },
    },
    'virsh blockjob --domain testvm --path vda --pivot',
  ],
  'a copy that is ready': [
    'BP239',
    { scene: copying(true), seen: { mirrorsBorn: { '/new/copy': NOW - 3 * 24 * 3_600_000 } } },
    'virsh blockjob --domain testvm --path vda --abort',
  ],
  'a copy that has run for two days': [
    'BP239',
    { scene: copying(false), seen: { mirrorsBorn: { '/new/copy': NOW - 2 * 24 * 3_600_000 } } },
    'virsh blockjob --domain testvm --path vda --abort',
  ],
  'a copy that is still running, and belongs to no run': [
    'BP239',
    { scene: copying(false), seen: { mirrorsBorn: { '/new/copy': NOW - 3_600_000 } } },
    'virsh blockjob --domain testvm --path vda --abort',
  ],
  'a commit that is still running, and belongs to no run': [
    'BP239',
    {
      scene: {
        disks: [
          disk('vda', [TOP, TEMPLATE], {
            job: { type: 'active-commit', ready: false, mirror: TEMPLATE },
          }),
        ],
      },
      seen: { mirrorsBorn: { [TEMPLATE]: NOW - 300 * 24 * 3_600_000 } },
    },
    'virsh blockjob --domain testvm --path vda --abort',
  ],
  'a backup of a forgotten run': [
    'BP239',
    {
      scene: {
        disks: [
          disk('vda', [TOP, TEMPLATE], {
            job: { type: 'backup', ready: false, mirror: '/new/copy' },
          }),
        ],
      },
      patient: { forgotten: [FORGOTTEN] },
    },
    'virsh domjobabort --domain testvm',
  ],
  'a copy of a dead run': [
    'BP241 BP239',
    { scene: copying(true), patient: { runs: [left({ files: ['/new/copy'] })] } },
    'blockplan resume 20261123-110000-abc123',
  ],
  'a marker of a dead run': [
    'BP240',
    { seen: { marker: MARKER }, patient: { markedAlive: false } },
    'virsh metadata --domain testvm --uri urn:blockplan:run:1 --remove --live',
  ],
  'a marker of a run on another host': [
    'BP240',
    { seen: { marker: { ...MARKER, host: 'host2' } } },
    '--remove --live',
  ],
  'a marker of a run on another host, whose copy may still be wanted': [
    'BP240',
    { scene: copying(false), seen: { marker: { ...MARKER, host: 'host2' } } },
    '--remove --live',
  ],
  'a marker whose process is unknown, on a transient guest with an overlay and a ready copy': [
    'BP240',
    {
      scene: { ...copying(true), domain: { persistent: false } },
      seen: {
        marker: { ...MARKER, user: 'ann' },
        beside: [{ file: '/images/web1.old', backing: TEMPLATE }],
      },
    },
    '--remove --live',
  ],
  'a run that was killed': [
    'BP241',
    { patient: { runs: [left()] } },
    'blockplan resume 20261123-110000-abc123',
  ],
  'a run that is stranded': [
    'BP241',
    { patient: { runs: [left({ end: 'stranded', next: ['virsh start testvm'] })] } },
    'virsh start testvm',
  ],
  'a guest paused for lack of space': [
    'BP242',
    {
      scene: { domain: { state: 'paused' } },
      seen: { reason: 'I/O error', diskErrors: { vda: 'no space' } },
    },
    'virsh resume --domain testvm',
  ],
  'a saved guest with other files': [
    'BP243',
    {
      scene: { domain: { state: 'shut off', managedSave: true } },
      seen: { saved: { vda: '/old' } },
    },
    'virsh managedsave-edit --domain testvm',
  ],
});

test.each([
  [false, 'is still running: run r7, which was forgotten, started it'],
  [true, 'is ready, but was never ended: run r7, which was forgotten, started it'],
])('the job of a forgotten run is named with it (ready: %s)', (ready, words) => {
  const scene = copying(ready);
  const [found] = diagnose(patient({ scene, patient: { forgotten: [FORGOTTEN] } })).findings;
  expect(found?.message).toBe(`a copy of vda to /new/copy ${words}`);
});

describe('a record of an internal snapshot', () => {
  const found = (change: Change) => diagnose(patient(change)).findings;

  test('is kept where the file on which it was taken exists, and is no layer any more', () => {
    const [finding, ...more] = found({
      scene: { files: { '/old': { size: MIB } } },
      seen: snapshot({ kind: 'internal', base: '/old' }),
    });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: 'BP237', commands: [] });
    expect(finding?.hint).toMatch(/^keep the record: \/old, on which the snapshot was taken, may/);
  });

  test('may be deleted where that file is missing', () => {
    const [finding] = found({
      scene: { files: { '/old': null } },
      seen: snapshot({ kind: 'internal', base: '/old' }),
    });
    expect(finding?.commands).toHaveLength(1);
  });

  test('is not judged where a header was not read', () => {
    const unread = { file: TEMPLATE, why: 'torn' };
    const seen = {
      ...snapshot({ kind: 'internal' }),
      headers: { [TOP]: { layers: [header(TOP), header(TEMPLATE)], unread } },
    };
    expect(found({ seen }).map(({ code }) => code)).toEqual(['BP244']);
    const headers = { [TOP]: { layers: [header(TOP)] } };
    expect(found({ seen: { ...seen, headers } }).map(({ code }) => code)).toEqual(['BP245']);
  });
});

test.each([
  ['a copy', 'copy', '--abort', '--pivot'],
  ['a commit', 'active-commit', '--pivot', '--abort'],
] as const)(
  'of the two ends of %s, one is printed and the other named',
  (_title, type, printed, named) => {
    const job = { type, ready: true, mirror: TEMPLATE };
    const [finding] = diagnose(
      patient({ scene: { disks: [disk('vda', [TOP, TEMPLATE], { job })] } }),
    ).findings;
    expect(finding?.commands).toEqual([`virsh blockjob --domain testvm --path vda ${printed}`]);
    expect(finding?.hint).toMatch(new RegExp(`: type ${named} instead of ${printed}$`));
  },
);

test('the command that discards a managed save image is named as a danger, and not printed', () => {
  const [finding] = diagnose(
    patient({
      scene: { domain: { state: 'shut off', managedSave: true } },
      seen: { saved: { vda: '/old' } },
    }),
  ).findings;
  expect(finding?.commands).toEqual(['virsh managedsave-edit --domain testvm']);
  expect(finding?.hint).toContain('managedsave-remove would discard the memory of the guest');
});
