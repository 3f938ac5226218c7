/** The dangers of a plan as a whole, and the limits of each. */
import { describe, expect, test } from 'vitest';
import type { HostState } from '../../../src/model/host-state.ts';
import { hasFault, KNOWN_FAULTS } from '../../../src/simulate/known-releases.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';
import { BASE, disk, frozen, looked, type Scene, SNAP1, SNAP2, world } from '../../worlds.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;
const NEW = '/new/overlay.qcow2';
const HOME = `/home/${'me'}`;

const snapshot = (more: string, file = NEW) =>
  `snapshot-create-as: { name: s, disk-only: true, diskspec: [{ disk: vda, file: ${file} }]${more} }`;
const quiet = snapshot(', no-metadata: true');
const commit = 'blockcommit: { disk: vda, shallow: true, pivot: true }';
const pull = `blockpull: { disk: vda, base: ${BASE} }`;
const copyOf = (file: string) => `convert: { source: ${file}, dest: /new/copy }`;

/** The findings of steps on a guest whose disk shares no layer, as `BP134 1`: the code and the index of the step. */
function dangers(steps: readonly string[], on: Scene = {}, host: Partial<HostState['host']> = {}) {
  const { graph } = planned(steps);
  const plain = world({ disks: [disk('vda', [SNAP2, SNAP1, BASE])], others: [], ...on });
  const start = { ...plain, host: { ...plain.host, ...host } };
  return walk(graph, frozen(looked(start, walk(graph, start).files))).findings;
}
const told = (...args: Parameters<typeof dangers>) =>
  dangers(...args).map(({ code, path }) => `${code} ${path?.[1]}`);

describe('records of snapshots', () => {
  test('stay valid while their layers stay', () => {
    const domain = { snapshots: ['monday'] };
    expect(told([quiet, copyOf(SNAP2), commit], { domain })).toEqual([]);
    expect(told([snapshot('')], { domain })).toEqual([]);
  });

  test('that the plan creates become outdated by its own commit, with a hint of their own', () => {
    const [finding, ...more] = dangers([snapshot(''), commit], {
      domain: { snapshots: ['monday'] },
    });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ code: 'BP131', path: ['steps', 1, 'blockcommit'] });
    expect(finding?.message).toContain('"s"');
    expect(finding?.message).not.toContain('monday');
    expect(finding?.hint).toContain('no-metadata');
    expect(finding?.message).not.toMatch(/internal/);
  });

  test.each([
    ['9.0.0', 'it can be neither reverted to nor deleted with its data'],
    [
      '9.9.0',
      'reverting to it discards everything that the guest writes once the layers have left the chain',
    ],
  ])('of an external snapshot are more dangerous from libvirt 9.9 on: %s', (libvirt, what) => {
    const [finding] = dangers([snapshot(''), commit], {}, { libvirt });
    expect(finding?.message).toContain(what);
  });

  test('that existed before may be internal, and a revert would succeed without a warning', () => {
    const [moved] = dangers(['blockcopy: { disk: vda, dest: /new/c.qcow2, pivot: true }'], {
      domain: { snapshots: ['monday'] },
    });
    expect(moved?.code).toBe('BP131');
    expect(moved?.message).toMatch(/if it is internal, reverting to it switches the guest .* back/);
  });

  test('are reported once', () => {
    const domain = { snapshots: ['monday'] };
    expect(told([`{ id: a, ${commit} }`, `{ id: b, ${commit} }`], { domain })).toEqual(['BP131 0']);
  });
});

describe('space', () => {
  const folder = (free: number, fileSystem = 'one') => ({ writable: true, free, fileSystem });
  const copies = [
    '{ id: a, blockcopy: { disk: vda, dest: /new/a, finish: true } }',
    '{ id: b, blockcopy: { disk: vda, dest: /other/b, finish: true } }',
  ];
  // The three layers take 120 MiB together.
  test('is counted by file system, not by folder', () => {
    const extents = { virtualSize: 10 * GiB, layers: [{ data: 120 * MiB, zeroes: 0 }] };
    const folders = (other: string) => ({
      files: { [SNAP2]: { size: 40 * MiB, extents } },
      folders: { '/new': folder(150 * MiB), '/other': folder(150 * MiB, other) },
    });
    expect(told(copies, folders('one'))).toEqual(['BP133 1']);
    expect(told(copies, folders('two'))).toEqual([]);
  });

  test('for the data that a commit writes into its base is checked in the folder of the base', () => {
    const folders = { '/export/vmimages': folder(30 * MiB) };
    expect(told([commit], { folders })).toEqual(['BP134 0']);
    expect(told([commit], { folders: { '/export/vmimages': folder(50 * MiB) } })).toEqual([]);
    const middle = `blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE} }`;
    expect(told([middle], { folders })).toEqual(['BP134 0']);
    expect(told([pull], { folders })).toEqual(['BP134 0']);
  });

  test('for an overlay matters only while the plan copies', () => {
    const folders = { '/new': folder(9 * GiB) };
    expect(told([quiet, commit], { folders })).toEqual([]);
    expect(told([quiet, copyOf(SNAP2), commit], { folders })).toEqual(['BP134 0']);
    const elsewhere = { '/new': folder(9 * GiB), '/fast': folder(11 * GiB, 'two') };
    const apart = snapshot(', no-metadata: true', '/fast/overlay.qcow2');
    expect(told([apart, copyOf(SNAP2), commit], { folders: elsewhere })).toEqual([]);
  });
});

test('a chain is warned about from half of the limit of libvirt on, and refused beyond the limit', () => {
  const layers = (depth: number) => ({
    disks: [
      disk(
        'vda',
        Array.from({ length: depth }, (_, at) => `/export/vmimages/l${at}.qcow2`),
      ),
    ],
  });
  const severity = (depth: number, libvirt: string) =>
    dangers([quiet], layers(depth), { libvirt }).map((each) => each.severity);
  const bounds: [number, string[]][] = [
    [200, ['9.0.0', '10.7.0', '12.0.0']],
    [25, ['10.8.0', '11.3.0', '11.10.0']],
  ];
  for (const [most, releases] of bounds)
    for (const release of releases) {
      expect(severity(Math.floor(most / 2) - 1, release)).toEqual([]);
      expect(severity(Math.floor(most / 2), release)).toEqual(['warning']);
      expect(severity(most - 1, release)).toEqual(['warning']);
      expect(severity(most, release)).toEqual(['error']);
    }
});

describe('known releases', () => {
  test.each([
    ['libvirt', '12.1.0', '12.0.9', '12.1.0'],
    ['qemu', '4.1.1', '4.1.0', '4.1.1'],
    ['qemu', '4.1.1', '4.1.0', '4.0.1'],
  ])('a bug of %s that %s fixes: %s has it, %s does not', (of, fixedIn, has, hasNot) => {
    const fault = KNOWN_FAULTS.find((each) => each.of === of && each.fixedIn === fixedIn)!;
    expect([hasFault(has, fault), hasFault(hasNot, fault)]).toEqual([true, false]);
  });

  const apparmor = { confinement: { apparmor: true, givesFiles: true } };
  test('AppArmor does not deny a commit into the former active layer', () => {
    const release = { libvirt: '9.0.0' };
    expect(told([commit], { domain: apparmor }, release)).toEqual(['BP137 0']);
    const middle = `blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE} }`;
    expect(told([middle], { domain: apparmor }, release)).toEqual(['BP137 0']);
    expect(told([pull], { domain: apparmor }, release)).toEqual([]);
    expect(told([quiet, commit], { domain: apparmor }, release)).toEqual([]);
    expect(told([commit], {}, release)).toEqual([]);
    expect(told([commit], { domain: apparmor }, { libvirt: '12.1.0' })).toEqual([]);
    expect(told([commit], { domain: apparmor })).toEqual([]);
  });

  test('with qcow2 corruption are reported for plans that create qcow2 images', () => {
    expect(told([quiet], {}, { qemu: '4.1.0' })).toEqual(['BP137 0']);
    expect(
      told(['undefine: {}', 'redefine: {}'], { domain: { autostart: false } }, { qemu: '4.1.0' }),
    ).toEqual([]);
  });
});

test("libvirt's AppArmor helper reads images with the usual names and in the usual folders", () => {
  const domain = { confinement: { apparmor: true, givesFiles: true } };
  const at = (file: string) => told([snapshot(', no-metadata: true', file)], { domain });
  for (const file of ['/new/a.qcow2', '/new/a.IMG', '/srv/vm/a', `${HOME}/a`, '/new/disk.1'])
    expect(at(file), file).toEqual([]);
  for (const file of ['/new/a', '/new/a.snap1', `${HOME}/.vm/a`, '/new/a.qcow2.s'])
    expect(at(file), file).toEqual(['BP139 0']);
  expect(dangers([quiet, commit], { domain })).toEqual([]);
  // The guest can be started again while the run copies, also on an overlay that the plan removes.
  const [brief, ...more] = dangers([snapshot(', no-metadata: true', '/new/a'), commit], { domain });
  expect(more).toEqual([]);
  expect(brief).toMatchObject({ code: 'BP139', path: ['steps', 0, 'snapshot-create-as'] });
  expect(brief?.message).toContain('/new/a if the guest is started again during the run');
});

describe('the definition', () => {
  test('of a read-only disk may name another disc', () => {
    const cdrom = disk('sda', ['/iso/other.iso'], {
      device: 'cdrom',
      readonly: true,
      persistentSource: '/iso/first.iso',
    });
    const disks = [disk('vda', [SNAP2, SNAP1, BASE]), cdrom];
    expect(told([commit], { disks })).toEqual([]);
  });

  test('may name a layer that stays, but no merged layer', () => {
    const on = (persistentSource: string) => ({
      disks: [disk('vda', [SNAP2, SNAP1, BASE], { persistentSource })],
    });
    const whole = `blockcommit: { disk: vda, base: ${BASE}, pivot: true }`;
    expect(told([whole], on(SNAP1))).toEqual(['BP119 0']);
    expect(told([whole], on(BASE))).toEqual(['BP141 0']);
  });
});

test('a commit of a whole chain is reported if it merges more than one layer into the bottom', () => {
  const into = (base: string, end = 'pivot: true') =>
    `blockcommit: { disk: vda, base: ${base}, ${end} }`;
  expect(told([into(BASE)])).toEqual(['BP141 0']);
  expect(told([into(BASE, 'keep-overlay: true')])).toEqual(['BP141 0']);
  expect(told([into(SNAP1)])).toEqual([]);
  expect(told([commit])).toEqual([]);
  expect(told([`blockcommit: { disk: vda, top: ${SNAP1}, base: ${BASE} }`])).toEqual([]);
  expect(told([into(BASE)], { disks: [disk('vda', [SNAP2, BASE])] })).toEqual([]);
});
