/** The names in the headers of a guest's own images, read with the real qemu-img. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { filesAtNextStart, readHeaders } from '../../../src/libvirt/own-headers.ts';
import { filesOfDisk } from '../../../src/model/file-identity.ts';
import { nextStartFaults } from '../../../src/model/headers.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { definitionXml, disk, world } from '../../worlds.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-headers-'));
  mkdirSync(at('real'));
  symlinkSync('real', at('link'));
  image('real/base.qcow2');
  image('real/mid.qcow2', 'base.qcow2');
  image('real/top.qcow2', 'mid.qcow2');
  image('elsewhere.qcow2', at('real/base.qcow2'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

function image(name: string, backing?: string): void {
  const below = backing === undefined ? [] : ['-u', '-b', backing, '-F', 'qcow2'];
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...below, at(name), '1M']);
}

/** A guest on that chain, as it would be observed. */
async function guestOn(...names: string[]): Promise<HostState> {
  const seen = world({ disks: [disk('vda', names.map(at))], others: [] });
  return readHeaders(localHost, {
    ...seen,
    ...(await localHost.inspectFiles(seen.domain.disks.flatMap(filesOfDisk))),
  });
}

const backing = ({ files }: HostState, name: string) => files[at(name)]?.backing;

test('names are reported as written, and lead to the files that the guest has', async () => {
  const seen = await guestOn('real/top.qcow2', 'real/mid.qcow2', 'real/base.qcow2');
  expect(['top', 'mid', 'base'].map((name) => backing(seen, `real/${name}.qcow2`))).toEqual([
    'mid.qcow2',
    'base.qcow2',
    null,
  ]);
  expect(nextStartFaults(seen)).toEqual([]);
});

test('a file under another name is the same file', async () => {
  const seen = await guestOn('link/top.qcow2', 'real/mid.qcow2', 'link/base.qcow2');
  expect(backing(seen, 'link/top.qcow2')).toBe('mid.qcow2');
  expect(nextStartFaults(seen)).toEqual([]);
});

test.each([
  [['real/top.qcow2', 'real/base.qcow2'], /top\.qcow2, but the running guest has .*base\.qcow2/],
  [['elsewhere.qcow2', 'real/mid.qcow2'], /names \S+base\.qcow2 below \S+elsewhere\.qcow2/],
  [['real/mid.qcow2'], /but the running guest has nothing there/],
])(
  'a header that leads to another file than the guest has is reported: %s',
  async (names, told) => {
    expect((await guestOn(...names)).domain.disks).toHaveLength(1);
    expect(nextStartFaults(await guestOn(...names))).toEqual([expect.stringMatching(told)]);
  },
);

test('names above a missing file are still reported', async () => {
  renameSync(at('real/base.qcow2'), at('real/away'));
  const seen = await guestOn('real/top.qcow2', 'real/mid.qcow2', 'real/base.qcow2');
  renameSync(at('real/away'), at('real/base.qcow2'));
  expect(backing(seen, 'real/top.qcow2')).toBe('mid.qcow2');
  expect(backing(seen, 'real/mid.qcow2')).toBe('base.qcow2');
});

test('a next start reads the files that the definition names, and those that the headers name below', async () => {
  const top = at('real/top.qcow2');
  const xml = (below: string) =>
    definitionXml('testvm', '4dea22b3-1d52-d8f3-2516-782e98ab3fa0', [
      { target: 'vda', device: 'disk', type: 'file', file: top, format: 'qcow2', readonly: false },
    ]).replace("<target dev='vda'", `${below}<target dev='vda'`);
  const read = async (below: string, chain: readonly string[]) => {
    const { domain } = world({ disks: [disk('vda', chain.map(at))], others: [] });
    const { files, unread } = await filesAtNextStart(localHost, {
      ...domain,
      definition: xml(below),
    });
    expect(unread).toEqual([]);
    return [...new Set(files)].map((file) => file.slice(folder.length + 1)).sort();
  };
  const layer = `<backingStore type='file'><format type='qcow2'/><source file='${at('elsewhere.qcow2')}'/>`;
  const all = ['real/base.qcow2', 'real/mid.qcow2', 'real/top.qcow2'];
  expect(await read('', ['real/top.qcow2'])).toEqual(all);
  // The guest runs on another file now.
  expect(await read('', ['elsewhere.qcow2'])).toEqual(['elsewhere.qcow2', ...all]);
  expect(await read(`${layer}</backingStore>`, ['real/base.qcow2'])).toEqual([
    'elsewhere.qcow2',
    'real/base.qcow2',
    'real/top.qcow2',
  ]);
  const ends = `${layer}<backingStore/></backingStore>`;
  expect(await read(ends, ['real/top.qcow2'])).toEqual(['elsewhere.qcow2', ...all]);
});

test('no program is started for headers of qcow2 files', async () => {
  const started: string[] = [];
  const run: HostIO['run'] = (argv, options) => {
    started.push(argv.join(' '));
    return localHost.run(argv, options);
  };
  const io = { ...localHost, run };
  const seen = await guestOn('real/top.qcow2', 'real/mid.qcow2', 'real/base.qcow2');
  expect((await readHeaders(io, seen)).files).toEqual(seen.files);
  expect(started).toEqual([]);
});

test('what is read within a run can be killed', async () => {
  const limits: unknown[] = [];
  const run: HostIO['run'] = (argv, options) => {
    limits.push(options?.timeoutMs);
    return localHost.run(argv, options);
  };
  const io: HostIO = { ...localHost, run, readBackingChain: () => new Promise(() => {}) };
  const seen = await guestOn('real/top.qcow2', 'real/mid.qcow2', 'real/base.qcow2');
  expect((await readHeaders(io, seen, 'run')).files).toEqual(seen.files);
  expect(limits).toEqual([60_000]);
});
