/** A deliberately unsafe plan for each danger that docs/error-codes.md lists, and the host state in which it is caught. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Destination } from '../../../src/model/destination.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { printable } from '../../../src/printable.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';
import { commandIn, HOSTILE_NAMES, typed } from '../../typed.ts';
import {
  BASE,
  DATA,
  definitionXml,
  disk,
  frozen,
  looked,
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
}

/** A guest with one disk that shares no layer, without autostart: only what a row adds is dangerous. */
function host({ on = {}, host: releases = {} }: Unsafe): HostState {
  const plain = world({
    disks: [disk('vda', [SNAP2, SNAP1, BASE])],
    others: [],
    ...on,
    domain: { autostart: false, ...on.domain },
  });
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

const UNSAFE: Readonly<Record<string, Unsafe>> = {
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
};

/** Dangers that do not follow from a plan and a host state, each with the test that covers it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  BP120: 'test/lab/preflight.test.ts',
  BP121: 'test/lab/preflight.test.ts',
  BP125: 'test/lab/confirmation.test.ts',
  BP128: 'test/unit/libvirt/others.test.ts',
  BP129: 'test/lab/openers.test.ts',
  BP181: 'test/cli/backups.test.ts',
  BP182: 'test/cli/backups.test.ts',
  BP183: 'test/unit/store/damaged.test.ts',
  BP184: 'test/unit/store/damaged.test.ts',
  BP185: 'test/unit/store/damaged.test.ts',
  BP186: 'test/unit/store/damaged.test.ts',
  BP187: 'test/unit/store/damaged.test.ts',
  BP188: 'test/unit/store/damaged.test.ts',
  BP190: 'test/lab/virsh.test.ts',
  BP191: 'test/unit/libvirt/contact.test.ts',
  BP192: 'test/unit/libvirt/contact.test.ts',
  BP193: 'test/unit/libvirt/contact.test.ts',
  BP194: 'test/unit/libvirt/contact.test.ts',
  BP195: 'test/lab/virsh.test.ts',
  BP196: 'test/unit/libvirt/observe.test.ts',
  BP197: 'test/unit/libvirt/connection-uri.test.ts',
  BP198: 'test/unit/libvirt/connection-uri.test.ts',
};

/** What preflight, and the look at the host before it, may say; from BP150 on come drift, proofs and rehearsals. */
const listed = [
  ...readFileSync(new URL('../../../docs/error-codes.md', import.meta.url), 'utf8').matchAll(
    /^\| (BP1[0-489]\d) \| \w+ \| (.*) \| .* \|$/gm,
  ),
].map(([, code = '', words = '']) => ({ code, words }));

test.each(Object.entries(UNSAFE))('%s is reported, and nothing else', (code, unsafe) => {
  const { graph } = planned(unsafe.steps);
  const start = host(unsafe);
  const seen = frozen(looked(start, walk(graph, start).files));
  const { findings } = walk(graph, seen);
  expect(new Set(findings.map((finding) => finding.code))).toEqual(new Set([code]));
  for (const { message, hint, path, severity } of findings) {
    expect(message).not.toMatch(/undefined|NaN|Infinity|\[object/);
    expect(`${message}${hint}`).not.toMatch(/\.$|\n/);
    expect(path?.[0]).toBe(/^BP10[12]$/.test(code) ? 'domain' : 'steps');
    const words = listed.find((each) => each.code === code)?.words ?? '';
    if (code !== 'BP136') expect(words.startsWith('Warning: ')).toBe(severity === 'warning');
  }
});

/** The same value with other names, in keys and in texts. */
function renamed<T>(value: T, rename: (text: string) => string): T {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'string'
        ? rename(part)
        : typeof part === 'object' && part !== null && !Array.isArray(part)
          ? Object.fromEntries(Object.entries(part).map(([key, of]) => [rename(key), of]))
          : part,
    ),
  ) as T;
}

const rows = Object.entries(UNSAFE).flatMap(([code, unsafe]) =>
  HOSTILE_NAMES.filter((name) => !name.includes('\n')).map((name) => [code, name, unsafe] as const),
);

test.each(rows)('%s prints no command that %j would change', (_code, name, unsafe) => {
  const inXml = (text: string) =>
    text.replaceAll(/[&'"<>\n]/g, (character) => `&#${character.codePointAt(0)};`);
  const rename = (text: string) => {
    const given = text.startsWith('<domain') ? inXml(name) : name;
    return text
      .replaceAll('testvm', given)
      .replaceAll(/(?<=^|['"])\/(?:new|export)(?=\/|$)/g, (path) => `${path}${given}`);
  };
  const start = renamed(host(unsafe), rename);
  const { graph } = planned(
    unsafe.steps.map((line) =>
      line.replaceAll(/\/(?:new|export)[\w./-]*/g, (path) => JSON.stringify(rename(path))),
    ),
  );
  const { findings } = walk(graph, looked(start, walk(graph, start).files));
  for (const line of findings.flatMap(({ hint }) => commandIn(hint ?? '') ?? [])) {
    expect(printable(line)).toBe(line);
    expect(bare(line), line).not.toMatch(/PWNED/);
    expect(typed(line), line).toHaveLength(1);
  }
});

/** A command without its quoted words. */
function bare(line: string): string {
  return line.replaceAll(/\$'(?:\\.|[^'\\])*'|'[^']*'|\\'/g, '');
}

test('each code in the docs has its unsafe plan, or another test that has it caught', () => {
  const known = [...Object.keys(UNSAFE), ...Object.keys(ELSEWHERE)].sort();
  expect(listed.map(({ code }) => code).sort()).toEqual(known);
  for (const [code, file] of Object.entries(ELSEWHERE)) {
    const text = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
    expect(text.includes(code), `${code} in ${file}`).toBe(true);
  }
});
