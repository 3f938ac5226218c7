import { codes } from '../../src/codes.ts';
import { restoreStep } from '../../src/steps/restore.ts';
import { stored, storedDisk, storeOf } from '../stored.ts';
import { BASE, DATA, disk, neighbour, SNAP2 } from '../worlds.ts';
import {
  all,
  both,
  broken,
  DEST,
  finding,
  foreign,
  latest,
  MiB,
  missing,
  off,
  STORE,
  VDA,
  WEEK,
} from './restore-scenes.ts';
import { testStep } from './step-tester.ts';

const named = off({ disks: [disk('vda', [VDA])], files: { [VDA]: null } });

const wide = { writable: true, free: 1024 ** 4 };

function withSeclabel(name: string, value: string): string {
  const label = `<seclabel type='static' model='dac' ${name}='${value}'><label>+64055:+64055</label></seclabel>`;
  return (off().domain.definition ?? '').replace('</devices>', `</devices>\n  ${label}`);
}

testStep(restoreStep, {
  valid: [
    ['an increment', all, off()],
    ['the newest', latest, off()],
    ['a full backup of both disks', { ...all, backup: 'monday' }, off({ disks: both })],
    ['one disk of two', { ...all, backup: 'monday', disks: ['vdb'] }, off({ disks: both })],
    ['a disk of two, as the plan says', { ...all, disks: ['vda'] }, off({ disks: both })],
    [
      'a disk that the guest only reads, beside one',
      all,
      off({
        disks: [disk('vda', [SNAP2], { readonly: true }), disk('vdb', [DATA], { readonly: true })],
      }),
    ],
    ['the newest, which is called latest', latest, off({}, storeOf([stored('latest')]))],
    ['a guest without autostart', all, off({ domain: { autostart: false } })],
    [
      'a disk on a block device',
      all,
      off({
        disks: [
          disk('vda', ['/dev/vg/vm'], {
            chain: [{ file: '/dev/vg/vm', format: 'raw', block: true }],
          }),
        ],
      }),
    ],
    ['a disk that other guests use', all, off({ others: [neighbour('other', [SNAP2, BASE], [])] })],
    [
      'a backup whose other disk is broken',
      { ...all, backup: 'monday', disks: ['vda'] },
      off(
        {},
        storeOf([stored('monday', [storedDisk('vda'), storedDisk('vdb', { broken: missing })])]),
      ),
    ],
    [
      'a backup that an unfinished prune keeps',
      all,
      off({}, { ...WEEK, mark: { drop: [{ name: 'sunday', into: 'monday' }] } }),
    ],
  ],
  invalid: [
    ['a relative store', { ...all, store: 'backup' }, ['BP050 store']],
    ['a relative folder', { ...all, dest: 'x' }, ['BP050 dest']],
    ['a folder in the store', { ...all, dest: `${STORE}/x` }, ['BP051 dest']],
    ['the store', { ...all, dest: STORE }, ['BP051 dest']],
    ['a disk twice', { ...all, disks: ['vda', 'vda'] }, ['BP051 disks.1']],
  ],
  worlds: [
    ['a guest that runs', all, off({ domain: { state: 'running' } }), ['BP162']],
    ['a guest that is paused', all, off({ domain: { state: 'paused' } }), ['BP162']],
    ['a crashed guest', all, off({ domain: { state: 'crashed' } }), ['BP162']],
    ['no such guest', all, off({ domain: { state: 'gone' } }), ['BP101']],
    ['a managed save image', all, off({ domain: { managedSave: true } }), ['BP118']],
    ['checkpoints', all, off({ domain: { checkpoints: ['cp1', 'cp2'] } }), ['BP167']],
    ['no store', all, off({}, null), ['BP181 store']],
    [
      'an unreadable store',
      all,
      off(
        {},
        storeOf([], {
          findings: [
            { code: codes.storeUnreadable, severity: 'error', message: 'it cannot be read' },
          ],
        }),
      ),
      ['BP182 store'],
    ],
    ['no such backup', { ...all, backup: 'tuesda' }, off(), ['BP163 backup']],
    ['an empty store', latest, off({}, storeOf([])), ['BP163 backup']],
    [
      'a draft',
      { ...all, backup: 'wed' },
      off({}, { ...WEEK, drafts: [stored('wed')] }),
      ['BP164 backup'],
    ],
    ['a broken backup', all, off({}, storeOf([broken])), ['BP164 backup']],
    [
      'the newest is broken',
      latest,
      off({}, storeOf([stored('monday'), broken])),
      ['BP164 backup'],
    ],
    [
      'a broken disk of two',
      { ...all, backup: 'monday', disks: ['vdb'] },
      off(
        {},
        storeOf([stored('monday', [storedDisk('vda'), storedDisk('vdb', { broken: missing })])]),
      ),
      ['BP164 disks.0'],
    ],
    [
      'a backup without a manifest',
      all,
      off(
        {},
        storeOf([{ name: 'tuesday', size: 1, disks: [], findings: [finding('no manifest')] }]),
      ),
      ['BP164 backup'],
    ],
    [
      'the newest, where one has no manifest',
      latest,
      off({}, storeOf([{ name: 'x', size: 1, disks: [], findings: [] }, stored('monday')])),
      ['BP164 backup'],
    ],
    [
      'the newest, where an older one is called latest',
      latest,
      off({}, storeOf([stored('latest'), stored('monday')])),
      ['BP164 backup'],
    ],
    [
      'a backup without a digest',
      all,
      off({}, storeOf([withoutRoot(stored('tuesday'))])),
      ['BP164 backup'],
    ],
    ['a backup of another guest', all, off({}, storeOf([foreign])), ['BP165 backup']],
    ['only backups of another guest', latest, off({}, storeOf([foreign])), ['BP163 backup']],
    [
      'a backup that an unfinished prune gives up',
      all,
      off({}, storeOf([stored('tuesday', [], { dropped: { name: 'tuesday' } })])),
      ['BP164 backup'],
    ],
    ['a disk of the guest that the backup lacks', all, off({ disks: both }), ['BP169 backup']],
    [
      'a file that libvirt does not give to QEMU',
      all,
      off({ domain: { definition: withSeclabel('relabel', 'no') } }),
      ['BP138 dest'],
    ],
    ['a lun', all, off({ disks: [disk('vda', [SNAP2], { device: 'lun' })] }), ['BP104 backup']],
    ['a disk that the backup lacks', { ...all, disks: ['vdb'] }, off(), ['BP103 disks.0']],
    [
      'a disk that the definition lacks',
      all,
      off({ disks: [disk('vdb', [DATA], { readonly: true })] }),
      ['BP103 backup'],
    ],
    [
      'a disk with an unsupported property',
      all,
      off({ disks: [disk('vda', [SNAP2], { unsupported: ['<transient>'] })] }),
      ['BP126 backup'],
    ],
    [
      'a drive',
      all,
      off({ disks: [disk('vda', [SNAP2], { device: 'cdrom', readonly: true })] }),
      ['BP104 backup'],
    ],
    [
      'a disk of another size',
      all,
      off({ disks: [disk('vda', [SNAP2], { capacity: MiB })] }),
      ['BP166 backup'],
    ],
    ['a file that a disk already names', all, named, ['BP106 dest']],
    ['a file that exists', all, off({ files: { [VDA]: { size: 1 } } }), ['BP106 dest']],
    [
      'a link to a folder in the store',
      all,
      off({ folders: { [DEST]: { ...wide, real: `${STORE}/monday` } } }),
      ['BP051 dest'],
    ],
    [
      'a link into a store that is named by a link',
      all,
      off({
        folders: {
          [DEST]: { ...wide, real: '/srv/b/old' },
          [`${STORE}/tuesday`]: { ...wide, real: '/srv/b/tuesday' },
        },
      }),
      ['BP051 dest'],
    ],
    ['no folder', all, off({ folders: { [DEST]: null } }), ['BP107 dest']],
    [
      'too little space',
      all,
      off({ folders: { [DEST]: { writable: true, free: 4095 } } }),
      ['BP108 dest'],
    ],
    [
      'a file of another guest',
      all,
      off({ others: [neighbour('other', [VDA], [])] }),
      ['BP109 dest'],
    ],
  ],
  scenes: [off({ disks: both }), off({ domain: { autostart: false } })],
  admitted: 20,
  undoAll: ['define'],
});

function withoutRoot(backup: ReturnType<typeof stored>): typeof backup {
  return { ...backup, disks: backup.disks.map(({ root: _none, ...each }) => each) };
}
