/** A deliberately unsafe plan for each danger that follows from a plan and a host state, and that host state. */
import type { BackupStore } from '../../../src/model/backup-store.ts';
import type { Destination } from '../../../src/model/destination.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { all, both, broken, foreign, MiB, off, STORE } from '../../steps/restore-scenes.ts';
import { storeOf, withStore } from '../../stored.ts';
import {
  BASE,
  DATA,
  definitionXml,
  disk,
  neighbour,
  type Scene,
  SNAP1,
  SNAP2,
  world,
} from '../../worlds.ts';

const GiB = 1024 ** 3;

/** Steps, each a line of YAML, on a host. */
interface Unsafe {
  readonly steps: readonly string[];
  readonly on?: Scene;
  readonly host?: Partial<HostState['host']>;
  /** The backup store of the guest. */
  readonly store?: BackupStore;
  /** A guest that is off, with its backup store. */
  readonly off?: HostState;
}

/** A guest with one disk that shares no layer, without autostart: only what a row adds is dangerous. */
export function unsafeHost({ on = {}, host: releases = {}, store, off: given }: Unsafe): HostState {
  if (given) return given;
  const running = world({
    disks: [disk('vda', [SNAP2, SNAP1, BASE])],
    others: [],
    ...on,
    domain: { autostart: false, ...on.domain },
  });
  const plain = store ? withStore(running, STORE, store) : running;
  return { ...plain, host: { ...plain.host, ...releases } };
}

const copy = (more = 'shallow: true, pivot: true') =>
  `blockcopy: { disk: vda, dest: /new/copy.qcow2, ${more} }`;
const commit = (more = 'shallow: true, pivot: true') => `blockcommit: { disk: vda, ${more} }`;
const snapshot = (more = '') =>
  `snapshot-create-as: { name: s, disk-only: true, no-metadata: true${more} }`;
const overlay = (file: string) => `, diskspec: [{ disk: vda, file: ${file} }]`;
const folder = (free: number, fileSystem = 'one') => ({ writable: true, free, fileSystem });
const image = { size: 1 };
const vda = (change: Parameters<typeof disk>[2]) => ({
  disks: [disk('vda', [SNAP2, SNAP1, BASE], change)],
});
const deep = Array.from({ length: 200 }, (_, at) => `/export/vmimages/layer-${at}.qcow2`);
const apparmor = { confinement: { apparmor: true, givesFiles: true } };

/** A copy over its existing destination. */
const over = (more = 'reuse-external: true, format: raw') =>
  `blockcopy: { disk: vda, dest: /new/there, finish: true, ${more} }`;
const there = (place: Partial<Destination>): Scene => ({
  files: {
    '/new/there': {
      size: 1,
      place: { kind: 'file', length: 10 * GiB, header: null, heldBy: [], ...place },
    },
  },
});
/** Layers in several folders, each named relative to the folder of the layer above. */
const NAMES = ['../c/x/c', '../../b/b', '../base', null] as const;
const nested = ['/i/d/d', '/i/d/../c/x/c', '/i/d/../c/x/../../b/b', '/i/d/../c/x/../../b/../base'];
const folders: Scene = {
  disks: [disk('vda', nested)],
  files: Object.fromEntries(
    nested.map((file, at) => [file, { size: 1, backing: NAMES[at] ?? null }]),
  ),
};

const FULL = { virtualSize: 10 * GiB, layers: [{ data: 3 * GiB, zeroes: 0 }] };

const restore = (backup = all.backup) =>
  `restore: { store: ${STORE}, backup: ${backup}, dest: ${all.dest} }`;
const backUp = `backup-begin: { store: ${STORE}, name: wednesday }`;

export const UNSAFE: Readonly<Record<string, Unsafe>> = {
  BP101: { steps: [copy()], on: { disks: [], domain: { state: 'gone' } } },
  BP102: { steps: [copy()], on: { domain: { state: 'shut off' } } },
  BP103: { steps: ['blockcopy: { disk: vdz, dest: /new/copy, finish: true }'] },
  BP104: { steps: [copy()], on: vda({ readonly: true }) },
  BP105: { steps: [copy()], on: vda({ job: { type: 'pull', ready: false } }) },
  BP106: { steps: [copy()], on: { files: { '/new/copy.qcow2': image } } },
  BP107: { steps: [copy()], on: { folders: { '/new': null } } },
  BP108: { steps: [copy()], on: { folders: { '/new': folder(1) } } },
  BP109: { steps: [commit()], on: { others: [neighbour('neighbour', [SNAP1], [])] } },
  BP110: { steps: ['redefine: {}'], on: { domain: { persistent: false } } },
  BP111: {
    steps: ['snapshot-create-as: { name: s, disk-only: true }'],
    on: { domain: { snapshots: ['s'] } },
  },
  BP112: { steps: [snapshot(', quiesce: true')], on: { domain: { agent: false } } },
  BP113: { steps: [commit('base: /elsewhere, pivot: true')] },
  BP114: { steps: [`redefine: { disk: vda, source: ${SNAP1} }`] },
  BP115: { steps: ['undefine: {}', 'redefine: {}'], on: { domain: { nvram: true } } },
  BP116: { steps: [`convert: { source: ${SNAP2}, dest: /new/copy }`] },
  BP117: {
    steps: ['convert: { source: /new/unknown, dest: /new/copy }'],
    on: { files: { '/new/unknown': image } },
  },
  BP118: { steps: ['undefine: {}', 'redefine: {}'], on: { domain: { managedSave: true } } },
  BP119: { steps: [copy()], on: vda({ persistentSource: DATA }) },
  BP122: {
    steps: [copy('format: qcow2, shallow: true, pivot: true, reuse-external: true')],
    on: { files: { '/new/copy.qcow2': { ...image, backing: DATA } } },
  },
  BP123: { steps: ['undefine: {}'] },
  BP124: { steps: [commit()], on: { others: [neighbour('dumb', [], [], ['/images/locked'])] } },
  BP126: { steps: [copy()], on: vda({ unsupported: ['<encryption>'] }) },
  BP127: {
    steps: [copy('pivot: true')],
    on: vda({
      chain: [
        { file: '/dev/vg/top', format: 'qcow2', block: true },
        { file: BASE, format: 'qcow2' },
      ],
      persistentSource: '/dev/vg/top',
    }),
  },
  BP130: {
    steps: [copy('shallow: true, pivot: true, synchronous-writes: true')],
    host: { libvirt: '7.10.0' },
  },
  BP131: { steps: [copy()], on: { domain: { snapshots: ['monday'] } } },
  BP132: {
    steps: [copy('format: raw, pivot: true')],
    on: { domain: { checkpoints: ['weekly'] } },
  },
  BP133: {
    steps: [
      `{ id: a, ${copy('finish: true')} }`,
      '{ id: b, blockcopy: { disk: vda, dest: /other/copy.qcow2, finish: true } }',
    ],
    on: {
      files: { [SNAP2]: { size: 3 * GiB, extents: FULL } },
      folders: { '/new': folder(5 * GiB), '/other': folder(5 * GiB) },
    },
  },
  BP134: {
    steps: [
      snapshot(overlay('/new/overlay.qcow2')),
      `convert: { source: ${SNAP2}, dest: /new/copy }`,
    ],
    on: { folders: { '/new': folder(5 * GiB) } },
  },
  BP135: { steps: ['undefine: {}', 'redefine: {}'], on: { domain: { autostart: true } } },
  BP136: { steps: [snapshot(overlay('/new/overlay'))], on: { disks: [disk('vda', deep)] } },
  BP137: {
    steps: [commit()],
    on: { domain: apparmor },
    host: { libvirt: '9.0.0' },
  },
  BP138: {
    steps: [copy()],
    on: {
      folders: { '/new': { ...folder(GiB), barredAt: '/new' } },
      domain: { confinement: { apparmor: false, givesFiles: true, user: { uid: 64055, gid: 1 } } },
    },
  },
  BP139: {
    steps: ['blockcopy: { disk: vda, dest: /new/copy, shallow: true, pivot: true }'],
    on: { domain: apparmor },
  },
  BP141: { steps: [commit(`base: ${BASE}, pivot: true`)] },
  BP142: { steps: [commit('shallow: true, pivot: true, quarantine: /export/vmimages')] },
  BP144: {
    steps: [copy()],
    on: vda({
      chain: [{ file: SNAP2, format: 'qcow2', dataFiles: ['/export/vmimages/data.raw'] }],
    }),
  },
  BP145: { steps: [over()], on: there({ heldBy: ['mounted at /mnt'] }) },
  BP146: { steps: [over()], on: there({ kind: 'block device' }) },
  BP147: { steps: [over()], on: there({ length: 10 * GiB - 512 }) },
  BP148: {
    steps: [over('blockdev: true, format: qcow2')],
    on: there({ kind: 'block device', length: 10 * GiB }),
  },
  BP149: {
    steps: [
      `{ id: c, ${commit("top: 'vda[2]', shallow: true, keep-relative: true")} }`,
      `{ id: b, ${commit("top: 'vda[3]', shallow: true, keep-relative: true")} }`,
    ],
    on: folders,
  },
  BP180: { steps: [commit(`top: ${SNAP1}, base: ${BASE}, keep-relative: true`)] },
  BP100: {
    steps: [copy()],
    on: { domain: { definition: definitionXml('testvm', 'x', []) } },
  },
  BP140: { steps: [snapshot(overlay('/new/overlay'))], on: vda({ persistentSource: DATA }) },
  BP143: { steps: [snapshot()], on: vda({ snapshot: 'internal' }) },
  BP155: { steps: [copy()], on: { others: [neighbour('other', [SNAP1], [SNAP1])] } },
  BP156: {
    steps: [commit('shallow: true, pivot: true, delete: true')],
    on: { files: { [SNAP2]: { size: 1, link: true } } },
  },
  BP162: { steps: [restore()], off: off({ domain: { state: 'running' } }) },
  BP163: { steps: [restore('friday')], off: off() },
  BP164: { steps: [restore()], off: off({}, storeOf([broken])) },
  BP165: { steps: [restore()], off: off({}, storeOf([foreign])) },
  BP166: { steps: [restore()], off: off({ disks: [disk('vda', [SNAP2], { capacity: MiB })] }) },
  BP167: { steps: [restore()], off: off({ domain: { checkpoints: ['cp1', 'cp2'] } }) },
  BP168: {
    steps: [backUp],
    store: storeOf([], { mark: { drop: [{ name: 'a', into: 'b' }] } }),
  },
  BP169: { steps: [restore()], off: off({ disks: both }) },
};
