/** Overlays above a guest's layers that no domain's XML names are found, unless they no longer fit the layer below. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { strayOverlays } from '../../../src/libvirt/stray-overlays.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { disk, neighbour, world } from '../../worlds.ts';
import { scripted } from './scripted-virsh.ts';
import { unlimitedSearch } from './unlimited-search.ts';

const root = scratchFolder('stray');
let folder = '';
let count = 0;
const at = (name: string) => join(folder, name);

/** Makes an image that was last written to at that second. */
function image(name: string, second: number, backing?: string): void {
  const below = backing === undefined ? [] : ['-b', at(backing), '-F', 'qcow2'];
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...below, at(name), '1M']);
  utimesSync(at(name), second, second);
}

beforeEach(() => {
  folder = join(root, String(count++));
  mkdirSync(join(folder, 'far'), { recursive: true });
  image('base', 100);
  image('active', 200, 'base');
});

const RECORD = (name: string, base: string) => `<domainsnapshot><name>${name}</name>
  <disks><disk name='vda' snapshot='external'><source file='${at('gone')}'/></disk></disks>
  <domain type='kvm'><name>testvm</name><devices>
    <disk type='file' device='disk'><source file='${base}'/><target dev='vda'/></disk>
  </devices></domain></domainsnapshot>`;

/** The overlays above the guest's chain, with a snapshot s2 whose data is in that file. */
function found(
  recorded?: string,
  {
    others = [],
    former = [],
    searched = [at('active'), at('base')],
    io = unlimitedSearch,
  }: {
    others?: HostState['others'];
    former?: readonly string[];
    searched?: readonly string[];
    io?: HostIO;
  } = {},
) {
  const snapshots = recorded === undefined ? [] : ['s2'];
  const virsh = scripted(([verb]) =>
    verb === 'snapshot-dumpxml' ? RECORD('s2', at(recorded ?? '')) : new Error('unexpected'),
  );
  const state = world({
    disks: [disk('vda', [at('active'), at('base')])],
    domain: { snapshots },
    others,
  });
  return strayOverlays(io, virsh, state, searched, former);
}

test('the data of a snapshot that the guest was reverted from', async () => {
  image('s1', 150, 'base');
  expect(await found('s1')).toEqual({
    overlays: [{ file: at('s1'), backing: at('base'), snapshot: 's2' }],
  });
  rmSync(at('s1'));
  image('far/s1', 150, 'base');
  const overlays = [{ file: at('far/s1'), snapshot: 's2' }];
  expect(await found('far/s1')).toMatchObject({ overlays });
  expect(await found()).toEqual({});
});

test('an overlay of a guest that libvirt does not know now, but none of one that it knows', async () => {
  image('clone', 150, 'base');
  const overlays = [{ file: at('clone'), backing: at('base') }];
  expect(await found()).toEqual({ overlays });
  expect(await found(undefined, { others: [neighbour('clone', [at('clone')], [])] })).toEqual({});
});

test('neither one that the layer below has outlived, nor one that was in the chain itself', async () => {
  image('committed', 99, 'base');
  image('merged', 150, 'base');
  expect(await found()).toMatchObject({ overlays: [{ file: at('merged') }] });
  expect(await found(undefined, { former: [at('merged')] })).toEqual({});
  symlinkSync(folder, join(root, 'same'));
  expect(await found(undefined, { former: [join(root, 'same/merged')] })).toEqual({});
});

test('only what a step would change is searched, and nothing is asked of libvirt otherwise', async () => {
  image('clone', 150, 'base');
  image('split', 250, 'active');
  const findOverlays = vi.fn(unlimitedSearch.findOverlays);
  const io = { ...localHost, findOverlays };
  expect(await found('s1', { searched: [], io })).toEqual({});
  expect(findOverlays).not.toHaveBeenCalled();
  expect(await found(undefined, { searched: [at('active')], io })).toEqual({
    overlays: [{ file: at('split'), backing: at('active') }],
  });
});

test('what could not be read is named, except for the files of known domains', async () => {
  const unread = [at('active'), at('shared'), at('torn'), '/elsewhere'];
  const io = { ...localHost, findOverlays: async () => ({ overlays: [], unread }) };
  const others = [neighbour('other', [at('shared')], [])];
  expect(await found(undefined, { others, io })).toEqual({ unsearched: unread.slice(2) });
});
