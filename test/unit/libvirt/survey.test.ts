/** What a survey adds to an observed host state: folders, backing files, sizes, releases, the other guests. */
import { execFileSync } from 'node:child_process';
import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { surveyHost } from '../../../src/libvirt/survey.ts';
import { DomainBusy } from '../../../src/model/domain-busy.ts';
import { isSameFile } from '../../../src/model/file-identity.ts';
import type { HostState, Layer } from '../../../src/model/host-state.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { disk, world } from '../../worlds.ts';
import { idOf, scripted } from './scripted-virsh.ts';
import { unlimitedSearch } from './unlimited-search.ts';

const folder = scratchFolder('survey');
const at = (name: string) => join(folder, name);
const image = (name: string, ...words: string[]) =>
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...words, at(name), '1M']);

const VERSION = `Compiled against library: libvirt 9.1.0
Using library: libvirt 9.1.0
Using API: QEMU 9.1.0
Running hypervisor: QEMU 7.2.22
Running against daemon: 9.0.0
`;
const SIZES = `Target   Capacity   Allocation   Physical
-----------------------------------------------
 vda      1048576    200704       196616
 sda      -          -            -
`;
const OTHER = `<domain type='kvm'><name>other</name><uuid>other</uuid><devices>
  <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${at('overlay')}'/><target dev='vda'/></disk>
</devices></domain>`;

/** A libvirt with another guest, which answers every query unless specified. */
function libvirt(answers: Readonly<Record<string, string | Error>> = {}) {
  return scripted(([verb]) => {
    const told = answers[verb ?? ''];
    if (told !== undefined) return told;
    if (verb === 'version') return VERSION;
    if (verb === 'domblkinfo') return SIZES;
    if (verb === 'list') return 'other\n';
    return verb === 'dumpxml' ? OTHER : new Error(`unexpected command ${verb}`);
  });
}

const own = { ...disk('vda', [at('active')]) };
const { capacity: _unknown, ...unmeasured } = own;
const seen = world({
  disks: [unmeasured, disk('sda', [], { device: 'cdrom', readonly: true })],
  domain: { uuid: idOf('own') },
});

beforeAll(async () => {
  image('active');
  image('base');
  image('overlay', '-b', at('base'), '-F', 'qcow2');
  await writeFile(at('text'), 'no image');
  await symlink(at('base'), at('link'));
});

test('sizes and releases are those that libvirt reports', async () => {
  const { domain, host } = await surveyHost(localHost, libvirt(), seen, []);
  expect(domain.disks.map((each) => each.capacity)).toEqual([
    1_048_576,
    seen.domain.disks[1]!.capacity,
  ]);
  expect(host).toMatchObject({ libvirt: '9.0.0', qemu: '7.2.22', user: process.geteuid?.() });
});

test('values that libvirt does not report are left out', async () => {
  const silent = libvirt({ version: new Error('unknown'), domblkinfo: new Error('refused') });
  const { domain, host } = await surveyHost(localHost, silent, seen, []);
  expect(domain.disks[0]).not.toHaveProperty('capacity');
  expect([host.libvirt, host.qemu]).toEqual([undefined, undefined]);
});

test('libvirt is asked for each size where it refuses one of them, and again later if it is busy', async () => {
  const empty = disk('sda', []);
  const disks = [unmeasured, { ...unmeasured, target: 'vdb' }, empty];
  const two = { ...seen, domain: { ...seen.domain, disks } };
  const sizes = (refuse: (words: string) => string) =>
    scripted(([verb, ...words]) => {
      if (verb === 'domblkinfo')
        return /vdb/.test(words.join(' '))
          ? 'Capacity:       4096\nAllocation:     1\n'
          : new Error(refuse(words.join(' ')));
      return verb === 'list' ? '' : VERSION;
    });
  const refusing = sizes(() => 'cannot stat file');
  const { domain } = await surveyHost(localHost, refusing, two, []);
  expect(domain.disks.map(({ target, capacity }) => [target, capacity])).toEqual([
    ['vda', undefined],
    ['vdb', 4096],
    ['sda', empty.capacity],
  ]);
  const busy = 'Timed out during operation: cannot acquire state change lock (held by agent)';
  for (const at of ['--all', '--device vda']) {
    const held = sizes((words) => (words.includes(at) ? busy : 'cannot stat file'));
    await expect(surveyHost(localHost, held, two, [])).rejects.toThrow(DomainBusy);
  }
  // Whoever only asks for the users of a file must not wait for that.
  const held = sizes(() => busy);
  await surveyHost(localHost, held, two, [], { usersOnly: true });
  expect(held.asked.filter((each) => /domblkinfo|version/.test(each))).toEqual([]);
});

test('files that this user cannot sync are named', async () => {
  const findUnsyncable = async (files: readonly string[]) =>
    files.filter((file) => file === at('base'));
  const surveyed = (files: readonly string[]) =>
    surveyHost({ ...localHost, findUnsyncable }, libvirt(), seen, files);
  expect(await surveyed([at('base'), at('none')])).toMatchObject({ unsyncable: [at('base')] });
  expect(await surveyed([at('none')])).not.toHaveProperty('unsyncable');
});

test('a domain that is gone is not queried for its sizes', async () => {
  const session = libvirt();
  await surveyHost(localHost, session, { ...seen, domain: { ...seen.domain, state: 'gone' } }, []);
  expect(session.asked.filter((each) => each.startsWith('domblkinfo'))).toEqual([]);
});

test('files of the plan exist or not, with the names in their headers', async () => {
  const files = ['overlay', 'base', 'text', 'none', 'active'].map(at);
  const surveyed = await surveyHost(localHost, libvirt(), seen, files);
  expect(surveyed.files[at('overlay')]).toMatchObject({ backing: at('base') });
  expect(surveyed.files[at('base')]).toMatchObject({ backing: null });
  expect(surveyed.files[at('text')]).not.toHaveProperty('backing');
  expect(surveyed.files[at('none')]).toBeNull();
  // For an image that the guest has open, the chain has this information.
  expect(surveyed.files[at('active')]).not.toHaveProperty('backing');
});

test('each folder of the plan is listed once, even one that does not exist', async () => {
  const files = [at('new'), at('newer'), at('missing/new')];
  const { folders } = await surveyHost(localHost, libvirt(), seen, files);
  expect(Object.keys(folders).sort()).toEqual([folder, at('missing')].sort());
  expect(folders[folder]).toMatchObject({ writable: true, free: expect.any(Number) });
  expect(folders[at('missing')]).toBeNull();
});

test('the other guests are listed with all files of their chains, under any name', async () => {
  const surveyed = await surveyHost(localHost, libvirt(), seen, [at('link')]);
  expect(surveyed.others.map(({ name, files, unread }) => [name, files, unread])).toEqual([
    ['other', [at('overlay'), at('base')], []],
  ]);
  expect(isSameFile(surveyed, at('link'), at('base'))).toBe(true);
  expect(isSameFile(surveyed, at('link'), at('active'))).toBe(false);
});

test('an overlay above a layer that no domain uses is added', async () => {
  const chained = {
    ...seen,
    domain: { ...seen.domain, disks: [disk('vda', ['overlay', 'base'].map(at))] },
  };
  const searched = { searched: [at('base')] };
  const surveyed = (state: HostState, more = searched) =>
    surveyHost(unlimitedSearch, libvirt(), state, [], more);
  expect(await surveyed(chained)).not.toHaveProperty('overlays');
  image('stray', '-b', at('base'), '-F', 'qcow2');
  const overlays = [{ file: at('stray'), backing: at('base') }];
  expect(await surveyed(chained)).toMatchObject({ overlays });
  expect(await surveyed(chained, { searched: [] })).not.toHaveProperty('overlays');
  await rm(at('stray'));
  // What an earlier survey found no longer counts.
  expect(await surveyed({ ...chained, overlays, unsearched: ['/x'] })).not.toMatchObject({
    overlays: expect.anything(),
  });
});

test('a host that does not list its guests is refused', async () => {
  const refused = surveyHost(localHost, libvirt({ list: new Error('access denied') }), seen, []);
  await expect(refused).rejects.toMatchObject({ findings: [{ code: 'BP128' }] });
});

test('only the layers that are asked for are measured, as far as they can be read', async () => {
  const layer = (name: string, format = 'qcow2') => ({ file: at(name), format });
  const files = ['active', 'base', 'text', 'none'].map(at);
  const asked = [
    [layer('active'), layer('base')],
    [layer('active')],
    [layer('text')],
    [layer('none')],
    [layer('base', '')],
  ];
  const surveyed = await surveyHost(localHost, libvirt(), seen, files, { measured: asked });
  const found = files.filter((file) => surveyed.files[file]?.extents);
  expect(found).toEqual([at('active')]);
  expect(surveyed.files[at('active')]).toMatchObject({
    extents: { virtualSize: 1024 * 1024, layers: [{ data: 0, zeroes: 0 }] },
  });
  expect(surveyed.files[at('none')]).toBeNull();
});

test('an overlay is measured with the layers below it, or they alone before it exists', async () => {
  const layer = (name: string) => ({ file: at(name), format: 'qcow2' });
  const chain = ['overlay', 'base'].map(layer);
  const io = { ...localHost, readExtents: vi.fn(localHost.readExtents) };
  const measured = [chain, [layer('none'), layer('base')]];
  await surveyHost(io, libvirt(), seen, [at('overlay')], { measured });
  expect(readBy(io)).toEqual([chain, [layer('base')]]);
});

const readBy = (io: { readExtents: { mock: { calls: [readonly Layer[], number][] } } }) =>
  io.readExtents.mock.calls.map(([layers]) => layers.map(({ file, format }) => ({ file, format })));

test('an image outside the chains is measured with all files that headers name', async () => {
  image('deep', '-b', at('overlay'), '-F', 'qcow2');
  image('guessed', '-b', at('base'), '-F', 'qcow2');
  execFileSync('qemu-img', [
    'create',
    '-q',
    '-f',
    'qcow2',
    '-o',
    `data_file=${at('outside')}`,
    at('split'),
    '1M',
  ]);
  const io = { ...localHost, readExtents: vi.fn(localHost.readExtents) };
  const layer = (name: string) => ({ file: at(name), format: 'qcow2' });
  const asked = [[layer('deep')], [layer('split')], [], [layer('guessed')]];
  const terms = { measured: asked };
  const { files } = await surveyHost(io, libvirt(), seen, [at('deep'), at('split')], terms);
  expect(readBy(io)).toEqual([[layer('deep'), layer('overlay'), layer('base')]]);
  expect(files).toMatchObject({
    [at('deep')]: { backing: at('overlay'), extents: { virtualSize: 1024 * 1024 } },
    [at('overlay')]: { format: 'qcow2', backing: at('base'), size: expect.any(Number) },
    [at('base')]: { format: 'qcow2', backing: null },
    [at('outside')]: { size: expect.any(Number) },
  });
});

test('maps that do not come within the limit are left out', async () => {
  const chains = ['a', 'b', 'c', 'd', 'e'].map((file) => [{ file: at(file), format: 'raw' }]);
  for (const [file] of chains) await writeFile(file!.file, '');
  let running = 0;
  let most = 0;
  const readExtents = async (_chain: unknown, limitMs: number) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, limitMs));
    running -= 1;
    return undefined;
  };
  const began = performance.now();
  await surveyHost({ ...localHost, readExtents }, libvirt(), seen, [], {
    measured: chains,
  });
  expect(most).toBe(4);
  expect(performance.now() - began).toBeLessThan(5500);
});
