/** Patients for tests: a healthy guest, and everything that can be broken in it. */

import { blockplanCommand } from '../../../src/command.ts';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { ForgottenRun, Patient, UnfinishedRun } from '../../../src/doctor/patient.ts';
import { readDomainXml } from '../../../src/model/domain-xml.ts';
import type { Examination, ImageHeader } from '../../../src/model/examination.ts';
import type { Bundle, Disk, HostState } from '../../../src/model/host-state.ts';
import type { TrackedDisk } from '../../../src/model/tracking.ts';
import { disk, looked, type Scene, world } from '../../worlds.ts';

export const TOP = '/images/web1.qcow2';
export const TEMPLATE = '/templates/debian.qcow2';
export const DATA = '/images/web1-data.img';
export const NOW = Date.parse('2026-11-23T12:00:00Z');

/** When the files of a patient were created. */
const BORN = NOW - 3_600_000;

/** The header of an image. */
export function header(file: string, more: Partial<ImageHeader> = {}): ImageHeader {
  const format = file.endsWith('.img') ? 'raw' : 'qcow2';
  return { file, format, bitmaps: [], snapshots: [], ...more };
}

export interface Change {
  readonly scene?: Scene;
  readonly seen?: Partial<Examination>;
  readonly patient?: Partial<Patient>;
  /** Changes the persistent definition. */
  readonly definition?: (xml: string) => string;
}

/** `testvm`, running on a clone of a template and a raw disk, with all headers correct. */
export function patient({
  scene = {},
  seen = {},
  patient: more = {},
  definition,
}: Change = {}): Patient {
  const plain = world({
    disks: [disk('vda', [TOP, TEMPLATE]), disk('vdb', [DATA])],
    others: [],
    ...scene,
  });
  const there: HostState =
    definition === undefined || plain.domain.definition === undefined
      ? plain
      : {
          ...plain,
          domain: { ...plain.domain, definition: definition(plain.domain.definition) },
        };
  const paths = there.domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file));
  return {
    state: withBirths(withRoom(there, paths)),
    seen: {
      now: NOW,
      reason: 'booted',
      headers: headersOf(there),
      snapshots: [],
      checkpoints: [],
      diskErrors: {},
      mirrorsBorn: {},
      written: Object.fromEntries(paths.map((path) => [path, BORN - 3_600_000])),
      beside: [],
      ...seen,
    },
    runs: [],
    here: 'host1',
    ...more,
  };
}

/** The same host with files that were all created an hour ago, unless they have another birth time. */
function withBirths({ files, ...rest }: HostState): HostState {
  const born = `${BORN}000000`;
  const dated = Object.entries(files).map(([path, file]) => [path, file && { born, ...file }]);
  return { ...rest, files: Object.fromEntries(dated) };
}

function withRoom(there: HostState, files: readonly string[]): HostState {
  const { folders, ...rest } = looked(there, files);
  return { ...rest, folders, files: there.files };
}

/** The header of each image that is named, as the chains have it. */
function headersOf({ domain }: HostState): Examination['headers'] {
  const chains = [
    ...domain.disks.map(({ chain }) => chain),
    ...(domain.definition === undefined ? [] : readDomainXml(domain.definition).disks).map(
      ({ chain }) => chain,
    ),
  ];
  return Object.fromEntries(
    chains.toReversed().flatMap((chain) => {
      const [top] = chain;
      return top ? [[top.file, { layers: chain.map(({ file }) => header(file)) }]] : [];
    }),
  );
}

export function left(change: Partial<UnfinishedRun> = {}): UnfinishedRun {
  return {
    run: '20261123-110000-abc123',
    plan: 'move-web1',
    folder: '/var/lib/blockplan/runs/20261123-110000-abc123',
    startedAt: NOW - 3_600_000,
    alive: false,
    owner: 'root@host1, pid 42',
    next: [],
    finishing: 'resume the run or roll it back',
    takeUp: [
      blockplanCommand('resume', '20261123-110000-abc123'),
      blockplanCommand('rollback', '20261123-110000-abc123'),
    ],
    files: [],
    ...change,
  };
}

export function codesOf(found: Patient): string[] {
  return diagnose(found).findings.map(({ code }) => code);
}

export const OVERLAY = '/images/web1.backup';
export const GONE = { state: 'gone', persistent: false } as const;
export const BUNDLE: Bundle = {
  definition: '<domain/>',
  autostart: true,
  snapshots: [],
  checkpoints: [],
};
export const MARKER = {
  run: '20261123-110000-abc123',
  host: 'host1',
  user: 'root',
  pid: 42,
  since: '2026-11-23T11:00:00Z',
};
export const FORGOTTEN: ForgottenRun = {
  ...{ run: 'r7', plan: 'move-web1', time: '2026-11-23 11:00:00Z', files: ['/new/copy'] },
};
export const MIB = 1024 * 1024;

export const onOverlay = (source: string): readonly Disk[] => [
  disk('vda', [OVERLAY, TOP], { persistentSource: source }),
];
export const copying = (ready: boolean): Scene => ({
  disks: [disk('vda', [TOP, TEMPLATE], { job: { type: 'copy', ready, mirror: '/new/copy' } })],
});
export const snapshot = (more: object) => ({
  snapshots: [
    { name: 's1', disks: [{ target: 'vda', kind: 'external' as const, base: TEMPLATE, ...more }] },
  ],
});
export const checkpoint = (next?: TrackedDisk['next']) => ({
  checkpoints: [
    {
      name: 'c1',
      disks: [{ target: 'vda', bitmap: 'c1', ...(next === undefined ? {} : { next }) }],
    },
  ],
});
export const bitmaps = (...inUse: boolean[]) => ({
  headers: {
    [TOP]: {
      layers: [header(TOP, { bitmaps: inUse.map((each) => ({ name: 'c1', inUse: each })) })],
    },
  },
});
