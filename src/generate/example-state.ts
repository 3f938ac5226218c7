/** A host state for the examples of the step kinds, so that their pages show real commands. */
import { dirname } from 'node:path';
import type { BackupStore } from '../model/backup-store.ts';
import { type Disk, type HostState, withFile } from '../model/host-state.ts';
import type { AnyStep } from '../steps/define.ts';
import { requirementsOf } from '../steps/derived.ts';

type Params = Readonly<Record<string, unknown>>;

const MIB = 1024 * 1024;

/** The layers of vda after a snapshot of a running guest: libvirt gives the new overlay the highest index. */
const VDA = [
  { file: '/images/snap2.qcow2', format: 'qcow2', index: 3 },
  { file: '/images/snap1.qcow2', format: 'qcow2', index: 1 },
  { file: '/images/base.qcow2', format: 'qcow2', index: 2 },
];
const UUID = '6f1f5a4e-7a4a-4d0c-9a9f-0c5f1f2a3b4c';

/** The backup store of the guest, and the names of its backups. */
const STORE = '/backup/testvm';
const STORED = ['before-upgrade', 'monday'];
const TARGETS = ['vda', 'vdb'];

const VDB = [{ file: '/images/data.qcow2', format: 'qcow2', index: 4 }];

/**
 * A persistent guest "testvm" with a chain of three layers and a second disk, and enough space everywhere. It runs, except for
 * a restore.
 */
export function exampleState(step: AnyStep, params: Params): HostState {
  const state = stateFor(step.kind, params);
  // The example's other files do not exist yet.
  return requirementsOf(step, params, state)
    .files.filter((file) => state.files[file] === undefined)
    .reduce((seen, file) => withFile(seen, file, null), state);
}

function stateFor(kind: string, params: Params): HostState {
  const { source } = params;
  // `redefine` follows a step that kept the definition; with `source`, the guest has moved to that file since.
  const kept = kind === 'redefine';
  const moved = kept && typeof source === 'string';
  const active = moved ? { file: source, format: 'qcow2', index: 5 } : VDA[0]!;
  const disks = [disk('vda', [active, ...VDA.slice(1)], kept), disk('vdb', VDB, kept)];
  const definition = definitionXml();
  const restores = kind === 'restore';
  const paths = [
    ...(restores
      ? STORED.flatMap((backup) => TARGETS.map((disk) => `${STORE}/${backup}/${disk}.qcow2`))
      : []),
    ...disks.flatMap(({ chain }) => chain.map((layer) => layer.file)),
    ...(kind === 'convert' && typeof source === 'string' ? [source] : []),
  ];
  return {
    domain: {
      name: 'testvm',
      uuid: UUID,
      state: restores ? 'shut off' : 'running',
      persistent: !kept,
      autostart: !kept,
      ...(kept
        ? { kept: { definition, autostart: true, snapshots: [], checkpoints: [] } }
        : { definition }),
      disks,
      agent: true,
      snapshots: [],
      checkpoints: kind === 'checkpoint-delete' ? ['monday'] : [],
      managedSave: false,
      nvram: params['keep-nvram'] === true,
      tpm: false,
    },
    files: Object.fromEntries(paths.map((path) => [path, { format: 'qcow2', size: 64 * MIB }])),
    folders: Object.fromEntries(
      [...new Set([...paths, '/fast/x', '/backup/x', '/export/fast/x'].map(dirname))].map(
        (folder) => [folder, { writable: true, free: 1024 * MIB }],
      ),
    ),
    others: [],
    ...(restores || kind === 'backup-prune' ? { stores: { [STORE]: store() } } : {}),
    host: { uri: 'qemu:///system' },
  };
}

function disk(target: string, chain: Disk['chain'], transient: boolean): Disk {
  const persistentSource = transient ? undefined : chain[0]?.file;
  return {
    target,
    device: 'disk',
    readonly: false,
    chain,
    capacity: 1024 * MIB,
    ...(persistentSource === undefined ? {} : { persistentSource }),
  };
}

function store(): BackupStore {
  const disks = TARGETS.map((target) => ({
    ...({ target, file: `${target}.qcow2`, mode: 'full' } as const),
    ...{ capacity: 1024 * MIB, size: 64 * MIB, root: 'a1'.repeat(32) },
  }));
  const size = 128 * MIB;
  const time = '2026-11-29T02:00:00Z';
  return {
    backups: STORED.map((name, at) => ({
      ...{ name, size, findings: [] },
      point: { domain: 'testvm', uuid: UUID, time, sequence: at + 1, quiesced: false },
      disks,
    })),
    ...{ drafts: [], holders: [], strays: [], findings: [] },
  };
}

function definitionXml(): string {
  const disks = [
    ['vda', VDA],
    ['vdb', VDB],
  ] as const;
  const xml = disks.map(
    ([target, [active]]) =>
      `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${active?.file}'/><target dev='${target}' bus='virtio'/></disk>`,
  );
  return `<domain type='kvm'><name>testvm</name><devices>${xml.join('')}</devices></domain>`;
}
