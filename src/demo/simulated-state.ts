/** The initial host of the simulated demo: the article's guest on `base <- snap1 <- snap2`, and three folders. */
import type { HostState } from '../model/host-state.ts';

const MIB = 1024 * 1024;

const SIZES: Readonly<Record<string, number>> = {
  '/export/vmimages/snap2.qcow2': 36 * MIB,
  '/export/vmimages/snap1.qcow2': 120 * MIB,
  '/export/vmimages/base.qcow2': 600 * MIB,
};

/** The free space of each folder, in bytes: enough for the archive until another process takes it. */
const FREE: Readonly<Record<string, number>> = {
  '/export/vmimages': 20_480 * MIB,
  '/export/fast': 20_480 * MIB,
  '/export/archive': 1024 * MIB,
};

const CHAIN = Object.keys(SIZES);

const DEFINITION = `<domain type='kvm'>
  <name>testvm</name>
  <uuid>6f1f5a4e-7a4a-4d0c-9a9f-0c5f1f2a3b4c</uuid>
  <memory unit='MiB'>1024</memory>
  <os>
    <type arch='x86_64'>hvm</type>
  </os>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='${CHAIN[0]}'/>
      <target dev='vda' bus='virtio'/>
    </disk>
  </devices>
</domain>
`;

export const SIMULATED_STATE: HostState = {
  domain: {
    name: 'testvm',
    uuid: '6f1f5a4e-7a4a-4d0c-9a9f-0c5f1f2a3b4c',
    state: 'running',
    persistent: true,
    autostart: true,
    definition: DEFINITION,
    disks: [
      {
        target: 'vda',
        device: 'disk',
        readonly: false,
        chain: CHAIN.map((file, at) => ({ file, format: 'qcow2', index: at + 1 })),
        persistentSource: CHAIN[0]!,
        capacity: 1024 * MIB,
      },
    ],
    agent: false,
    snapshots: [],
    checkpoints: [],
    managedSave: false,
    nvram: false,
    tpm: false,
  },
  files: Object.fromEntries(
    CHAIN.map((file, at) => [
      file,
      { format: 'qcow2', size: SIZES[file]!, backing: CHAIN[at + 1] ?? null },
    ]),
  ),
  folders: Object.fromEntries(
    Object.entries(FREE).map(([folder, free]) => [folder, { writable: true, free }]),
  ),
  others: [],
  host: { uri: 'simulated' },
};
