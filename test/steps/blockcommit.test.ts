import { expect, test } from 'vitest';
import { type Folder, withDisk } from '../../src/model/host-state.ts';
import { blockcommitStep } from '../../src/steps/blockcommit.ts';
import { BASE, DATA, disk, neighbour, type Scene, SNAP1, SNAP2, world } from '../worlds.ts';
import { testStep } from './step-tester.ts';

const active = { disk: 'vda', shallow: true, active: true, pivot: true };
const alone = world({ others: [] });
const aside = { ...active, quarantine: '/aside' };
const folder = (change: Partial<Folder> = {}): Folder => ({
  writable: true,
  free: 1024 ** 4,
  fileSystem: 'a',
  ...change,
});
/** A host with a quarantine folder and the folder of the images. */
const withAside = (at: Folder | null, images = folder(), more: Scene = {}) =>
  world({ others: [], ...more, folders: { '/aside': at, '/export/vmimages': images } });
const transient = world({ others: [], domain: { persistent: false } });

const onFiles = withDisk(world({ disks: [disk('vda', [SNAP2])] }), 'vda', (each) => ({
  ...each,
  chain: each.chain.map((layer) => ({ ...layer, dataFiles: ['/data'] })),
}));

testStep(blockcommitStep, {
  valid: [
    ['the active layer into the one below', active, world()],
    ['and its file removed', { ...active, delete: true }, world()],
    ['several layers into one', { disk: 'vda', base: BASE, pivot: true }, alone],
    [
      'several layers into one, removed',
      { disk: 'vda', base: BASE, pivot: true, delete: true },
      alone,
    ],
    ['and its file moved aside', aside, withAside(folder())],
    [
      'several layers into one, moved aside',
      { disk: 'vda', base: BASE, pivot: true, quarantine: '/aside' },
      withAside(folder()),
    ],
    [
      'the middle of the chain, moved aside',
      { disk: 'vda', top: SNAP1, base: BASE, quarantine: '/aside' },
      withAside(folder()),
    ],
    ['kept as a mirror', { disk: 'vda', shallow: true, 'keep-overlay': true }, world()],
    ['the middle of the chain', { disk: 'vda', top: SNAP1, base: BASE }, alone],
    [
      'the middle, by position',
      { disk: 'vda', top: 'vda[2]', base: 'vda[3]', delete: true },
      alone,
    ],
    ['the active layer by name', { ...active, top: SNAP2 }, world()],
    ['a transient domain', { ...active, delete: true }, transient],
    [
      'a persistent definition that names another file',
      active,
      world({ disks: [disk('vda', [SNAP2, SNAP1, BASE], { persistentSource: SNAP1 })] }),
    ],
    [
      'every option',
      { ...active, bandwidth: 7, bytes: true, 'keep-relative': true, timeout: 60 },
      world(),
    ],
  ],
  invalid: [
    ['no base', { disk: 'vda', active: true, pivot: true }, ['BP058']],
    ['two bases', { ...active, base: BASE }, ['BP051 shallow']],
    ['no end', { disk: 'vda', shallow: true, active: true }, ['BP053 active']],
    ['two ends', { ...active, 'keep-overlay': true }, ['BP051 keep-overlay']],
    ['no layers', { disk: 'vda', shallow: true }, ['BP053']],
    ['a relative base', { disk: 'vda', base: 'base.qcow2', pivot: true }, ['BP050 base']],
    ['a relative top', { disk: 'vda', base: BASE, top: './snap1' }, ['BP050 top']],
    [
      'removed and kept',
      { disk: 'vda', shallow: true, 'keep-overlay': true, delete: true },
      ['BP051 delete'],
    ],
    ['removed and moved aside', { ...aside, delete: true }, ['BP051 quarantine']],
    [
      'kept and moved aside',
      { disk: 'vda', shallow: true, 'keep-overlay': true, quarantine: '/aside' },
      ['BP051 quarantine'],
    ],
    ['moved to a relative folder', { ...active, quarantine: 'aside' }, ['BP050 quarantine']],
    ['bytes of nothing', { ...active, bytes: true }, ['BP052 bytes']],
  ],
  worlds: [
    [
      'a disk on one image of several files, which has nothing below either',
      { ...active, delete: true },
      onFiles,
      ['BP144 disk'],
    ],
    ['no such domain', active, world({ disks: [], domain: { state: 'gone' } }), ['BP101']],
    ['no such disk', { ...active, disk: 'vdz' }, world(), ['BP103 disk']],
    [
      'a job runs',
      active,
      world({
        disks: [disk('vda', [SNAP2, SNAP1], { job: { type: 'copy', ready: true, mirror: '/x' } })],
      }),
      ['BP105 disk'],
    ],
    [
      'a job runs, and nothing is below',
      active,
      world({ disks: [disk('vda', [SNAP2], { job: { type: 'copy', ready: false } })] }),
      ['BP105 disk', 'BP113 shallow'],
    ],
    ['nothing below', { ...active, disk: 'vdb' }, world(), ['BP113 shallow']],
    ['a base of another chain', { disk: 'vda', base: '/x', pivot: true }, world(), ['BP113 base']],
    ['a top of another chain', { disk: 'vda', top: '/x', base: BASE }, world(), ['BP113 top']],
    ['a base above its top', { disk: 'vda', top: SNAP1, base: SNAP2 }, world(), ['BP113 base']],
    [
      'the active layer without "active"',
      { disk: 'vda', top: SNAP2, base: BASE },
      world(),
      ['BP113 top'],
    ],
    ['a lower layer with "active"', { ...active, top: SNAP1 }, world(), ['BP113 top']],
    [
      'into a base that others share',
      { disk: 'vda', base: BASE, pivot: true },
      world(),
      ['BP109 base'],
    ],
    [
      'beside an image that cannot be read',
      active,
      world({ others: [neighbour('other', ['/their/top'], ['/their/top'], ['/their/top'])] }),
      ['BP124 shallow'],
    ],
    [
      'a position in another disk',
      { disk: 'vda', top: 'vdb[1]', base: BASE },
      world(),
      ['BP113 top'],
    ],
    [
      'a layer that another guest needs',
      { disk: 'vda', base: BASE, pivot: true, delete: true },
      world({ others: [neighbour('other', [SNAP1], [])] }),
      ['BP109 base'],
    ],
    [
      'shallow, into a file that others share',
      active,
      world({ others: [neighbour('other', [SNAP1, BASE], [])] }),
      ['BP109 shallow'],
    ],
    [
      'a layer that another guest writes to',
      active,
      world({ others: [neighbour('other', [SNAP1, BASE], [SNAP1])] }),
      ['BP155 disk'],
    ],
    [
      'a layer that the definition names for another disk',
      { disk: 'vda', top: SNAP1, base: BASE },
      world({
        disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdb', [DATA], { persistentSource: BASE })],
        others: [],
      }),
      ['BP109 base'],
    ],
    [
      'a layer that a job of another disk writes to',
      { disk: 'vda', top: SNAP1, base: BASE },
      world({
        disks: [
          disk('vda', [SNAP2, SNAP1, BASE]),
          disk('vdb', [DATA], { job: { type: 'copy', ready: true, mirror: BASE } }),
        ],
        others: [],
      }),
      ['BP155 disk'],
    ],
    [
      'to remove a symbolic link',
      { ...active, delete: true },
      world({ files: { [SNAP2]: { size: 1, link: true } }, others: [] }),
      ['BP156 delete'],
    ],
    [
      'to remove a block device',
      { ...active, delete: true },
      world({
        disks: [
          disk('vda', [], {
            chain: [
              { file: '/dev/vg/top', format: 'qcow2', block: true },
              { file: BASE, format: 'raw' },
            ],
            persistentSource: '/dev/vg/top',
          }),
        ],
        others: [],
      }),
      ['BP156 delete'],
    ],
    [
      'to remove a file from a folder that is not writable',
      { ...active, delete: true },
      world({ folders: { '/export/vmimages': { writable: false, free: 1 } }, others: [] }),
      ['BP156 delete'],
    ],
    [
      'to move a symbolic link aside',
      { ...active, quarantine: '/export/vmimages/aside' },
      world({ files: { [SNAP2]: { size: 1, link: true } }, others: [] }),
      ['BP142 quarantine'],
    ],
    [
      'a chain below a file that the definition names',
      { disk: 'vda', top: SNAP1, base: BASE, delete: true },
      world({
        disks: [disk('vda', [SNAP2, SNAP1, BASE], { persistentSource: '/export/vmimages/x' })],
        others: [],
      }),
      ['BP119 disk'],
    ],
    ['no folder to move to', aside, withAside(null), ['BP107 quarantine']],
    [
      'a folder that is read-only',
      aside,
      withAside(folder({ writable: false })),
      ['BP107 quarantine'],
    ],
    [
      'out of a folder that is read-only',
      aside,
      withAside(folder(), folder({ writable: false })),
      ['BP142 quarantine'],
    ],
    ['to another file system', aside, withAside(folder({ fileSystem: 'b' })), ['BP142 quarantine']],
    [
      'over a file of that name',
      aside,
      withAside(folder(), folder(), { files: { '/aside/testvm.snap2': { size: 1 } } }),
      ['BP106 quarantine'],
    ],
    [
      'to where it is',
      { ...active, quarantine: '/export/vmimages' },
      withAside(folder()),
      ['BP142 quarantine'],
    ],
    [
      'two files with the same name',
      { disk: 'vda', base: BASE, pivot: true, quarantine: '/aside' },
      withAside(folder(), folder(), { disks: [disk('vda', ['/b/top', '/a/top', BASE])] }),
      ['BP142 quarantine'],
    ],
    [
      'a block device',
      aside,
      withAside(folder(), folder(), {
        disks: [
          disk('vda', [], {
            chain: [
              { file: '/dev/vg/top', format: 'qcow2', block: true },
              { file: BASE, format: 'qcow2' },
            ],
            persistentSource: '/dev/vg/top',
          }),
        ],
      }),
      ['BP142 quarantine'],
    ],
    [
      'into a layer that another disk of the guest shares',
      active,
      world({ others: [], disks: [disk('vda', [SNAP2, BASE]), disk('vdb', [SNAP1, BASE])] }),
      ['BP109 shallow'],
    ],
  ],
  scenes: [alone, world(), transient, withAside(folder())],
  admitted: 10,
});

test.each([
  ['of the active layer', { disk: 'vda', base: SNAP1, active: true, pivot: true }, 'ready'],
  ['below it', { disk: 'vda', top: SNAP1, base: BASE }, 'ended'],
])('waits for a commit %s as long as the plan says', (_title, params, until) => {
  for (const [timeout, timeoutMs] of [
    [9, 9_000],
    [undefined, 86_400_000],
  ]) {
    const [commit] = blockcommitStep.phases(
      timeout === undefined ? params : { ...params, timeout },
    );
    const wait = commit!.effects(world(), world()).at(-1);
    expect(wait).toMatchObject({ tool: 'await-job', until, timeoutMs });
  }
});
