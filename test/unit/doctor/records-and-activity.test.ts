/** Records that have no data any more, and what was begun and left. */
import { disk } from '../../worlds.ts';
import { areDiagnosed } from './diagnosed.ts';
import {
  bitmaps,
  checkpoint,
  copying,
  left,
  MARKER,
  MIB,
  NOW,
  OVERLAY,
  snapshot,
  TEMPLATE,
  TOP,
} from './patients.ts';

areDiagnosed({
  'a snapshot whose overlay is gone': [
    'BP237',
    { scene: { files: { [OVERLAY]: null } }, seen: snapshot({ overlay: OVERLAY }) },
    'virsh snapshot-delete --domain testvm --snapshotname s1 --metadata',
  ],
  'a snapshot whose overlay is no layer any more': [
    'BP237',
    { scene: { files: { [OVERLAY]: { size: MIB } } }, seen: snapshot({ overlay: OVERLAY }) },
    '--snapshotname s1 --metadata',
  ],
  'a snapshot whose base is gone': [
    'BP237',
    { scene: { files: { '/old': null } }, seen: snapshot({ overlay: TOP, base: '/old' }) },
    '--snapshotname s1 --metadata',
  ],
  'a snapshot of a disk that is gone': [
    'BP237',
    { seen: snapshot({ target: 'vdz' }) },
    '--snapshotname s1 --metadata',
  ],
  'an internal snapshot that the image does not hold': [
    'BP237',
    { seen: snapshot({ kind: 'internal' }) },
    '--snapshotname s1 --metadata',
  ],
  'a snapshot whose memory is gone': [
    'BP237',
    {
      scene: { files: { '/mem': null } },
      seen: { snapshots: [{ name: 's1', disks: [], memory: '/mem' }] },
    },
    '--snapshotname s1 --metadata',
  ],
  'a checkpoint whose bitmap is gone': [
    'BP238',
    { seen: checkpoint(false) },
    'virsh checkpoint-delete --domain testvm --checkpointname c1 --metadata',
  ],
  'a checkpoint whose bitmap is not trusted': [
    'BP238',
    { scene: { disks: [disk('vda', [TOP])] }, seen: { ...checkpoint(false), ...bitmaps(true) } },
    'virsh checkpoint-delete --domain testvm --checkpointname c1',
  ],
  'a checkpoint of a guest that is off, which QEMU died with': [
    'BP238',
    {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      seen: { ...checkpoint(), ...bitmaps(true) },
    },
    '--metadata',
  ],
  'a checkpoint of a guest that is off, that was never written down': [
    'BP238',
    {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      seen: { ...checkpoint(), ...bitmaps() },
    },
    '--metadata',
  ],
  'a bitmap of a guest that is off, which QEMU died with, and nobody knows': [
    'BP238',
    {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      seen: bitmaps(true),
    },
    `qemu-img bitmap --remove ${TOP} c1`,
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
  'a copy that is under way for days': [
    'BP239',
    { scene: copying(false), seen: { mirrorsBorn: { '/new/copy': NOW - 2 * 24 * 3_600_000 } } },
    'virsh blockjob --domain testvm --path vda --abort',
  ],
  'a copy of a dead run': [
    'BP241 BP239',
    { scene: copying(true), patient: { runs: [left({ files: ['/new/copy'] })] } },
    'blockplan resume 20261123-110000-abc123',
  ],
  'a mark of a run that is dead': [
    'BP240',
    { seen: { marker: MARKER }, patient: { markedAlive: false } },
    'virsh metadata --domain testvm --uri urn:blockplan:run:1 --remove --live',
  ],
  'a mark of another machine': [
    'BP240',
    { seen: { marker: { ...MARKER, host: 'host2' } } },
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
  'a guest that has no space': [
    'BP242',
    {
      scene: { domain: { state: 'paused' } },
      seen: { reason: 'I/O error', diskErrors: { vda: 'no space' } },
    },
    'virsh resume --domain testvm',
  ],
  'a saved guest on other files': [
    'BP243',
    {
      scene: { domain: { state: 'shut off', managedSave: true } },
      seen: { saved: { vda: '/old' } },
    },
    'virsh managedsave-remove --domain testvm',
  ],
});
