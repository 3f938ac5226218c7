/** The guest of a rehearsal: it is observed with the host state for which it was built, and every difference is found. */
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localHost } from '../../src/host-io/local-host.ts';
import { type LabHost, startHost } from '../../src/lab/host.ts';
import { openLiveDriver } from '../../src/libvirt/live-driver.ts';
import type { Disk, HostState } from '../../src/model/host-state.ts';
import { buildGuest } from '../../src/rehearse/build.ts';
import { checkOutcome, checkRestored, type Scene, takePicture } from '../../src/rehearse/check.ts';
import { guestShapeOf } from '../../src/rehearse/guest-shape.ts';
import { type Paths, pathsBelow } from '../../src/rehearse/paths.ts';
import { disk, looked, world } from '../worlds.ts';

let host: LabHost;
let paths: Paths;

beforeAll(async () => {
  host = await startHost();
  paths = pathsBelow(join(host.dir, 'disks'));
});
afterAll(() => host.stop());

async function observed(domain: string, files: readonly string[]): Promise<HostState> {
  const driver = await openLiveDriver(localHost, {
    uri: host.uri,
    domain,
    readonly: true,
    writeDurably: () => Promise.reject(new Error('nothing is written here')),
  });
  try {
    return await driver.observe(files);
  } finally {
    await driver.close();
  }
}

/** The properties that a rehearsal's guest has in common with the original. */
function shared({ domain }: HostState, place: (path: string) => string) {
  const { name, state, persistent, autostart, agent, snapshots, checkpoints } = domain;
  const source = (each: Disk) =>
    each.persistentSource === undefined ? undefined : place(each.persistentSource);
  return {
    ...{ name, state, persistent, autostart, agent },
    snapshots: [...snapshots].sort(),
    checkpoints: [...checkpoints].sort(),
    disks: Object.fromEntries(
      domain.disks.map((each) => [
        each.target,
        {
          device: each.device,
          chain: each.chain.map(({ file, format }) => `${place(file)} (${format})`),
          source: source(each),
        },
      ]),
    ),
  };
}

const folder = '/srv/images of "vm"';
const WORLDS: [string, () => HostState][] = [
  [
    'a chain of four, a raw disk on another name, a CD-ROM, an empty drive, snapshots and a checkpoint',
    () =>
      world({
        domain: { name: 'whole', snapshots: ['one', 'two & "three"'], checkpoints: ['monday'] },
        disks: [
          disk(
            'vda',
            ['d', 'c', 'b', 'a'].map((name) => `${folder}/${name}.qcow2`),
          ),
          disk('sdb', ['/srv/data.img']),
          disk('sdc', ['/srv/debian.iso'], { device: 'cdrom', readonly: true }),
          disk('hda', [], { device: 'cdrom', readonly: true }),
        ],
      }),
  ],
  [
    'a transient domain without an agent',
    () =>
      world({
        domain: { name: 'brief', persistent: false, agent: false },
        disks: [disk('vda', ['/srv/t.qcow2'])],
      }),
  ],
  [
    'a paused guest whose definition names another file',
    () =>
      world({
        domain: { name: 'apart', state: 'paused', autostart: false },
        disks: [
          disk('vda', ['/srv/new.qcow2', '/srv/low.qcow2'], { persistentSource: '/srv/old.qcow2' }),
        ],
      }),
  ],
  [
    'a guest that is off',
    () =>
      world({
        domain: { name: 'off', state: 'shut off', agent: false },
        disks: [disk('vda', ['/srv/o.qcow2'])],
      }),
  ],
];

describe('a guest is built like the original', () => {
  test.each(WORLDS)('%s', async (_, make) => {
    const original = make();
    const shape = guestShapeOf(original, paths);
    const guest = await buildGuest(host, { state: original, files: [], shape, paths });
    const seen = await observed(guest.name, []);
    const off = original.domain.state === 'shut off';
    const found = shared(seen, (path) => path);
    expect(found).toEqual(shared(original, paths.lab));
    if (!off) expect(await guest.acknowledged()).toBeGreaterThan(0);
    await guest.destroy();
  });

  test('files that the plan expects exist, with their folders', async () => {
    const expected = '/mnt/fast/prepared.qcow2';
    const original = looked(
      world({
        domain: { name: 'reuse', agent: false },
        disks: [disk('vda', ['/srv/r1.qcow2', '/srv/r0.qcow2'])],
        files: { [expected]: { size: 200_000, format: 'qcow2', backing: '/srv/r0.qcow2' } },
      }),
      ['/mnt/slow/none'],
    );
    const guest = await buildGuest(host, {
      state: { ...original, folders: { ...original.folders, '/mnt/none': null } },
      files: ['/mnt/untold/copy', '/mnt/none/copy'],
      shape: guestShapeOf(original, paths),
      paths,
    });
    const info = await host.qemuImg('info', '--output=json', paths.lab(expected));
    expect(JSON.parse(info)).toMatchObject({
      format: 'qcow2',
      'full-backing-filename': paths.lab('/srv/r0.qcow2'),
    });
    expect((await readdir(paths.lab('/mnt'))).sort()).toEqual(['fast', 'slow', 'untold']);
    await guest.destroy();
  });
});

describe('the checks', () => {
  let scene: Scene;
  let seen: HostState;

  beforeAll(async () => {
    const own = pathsBelow(join(host.dir, 'own'));
    const original = world({
      domain: { name: 'watched', agent: false },
      disks: [disk('vda', ['/srv/w1.qcow2', '/srv/w0.qcow2'])],
    });
    const shape = guestShapeOf(original, own);
    scene = {
      host,
      paths: own,
      guest: await buildGuest(host, { state: original, files: [], shape, paths: own }),
    };
    seen = await observed('watched', []);
  });

  const outcome = async (expected: HostState) =>
    (await checkOutcome(scene, expected, { number: 0, whole: new Set() })).flatMap(
      ({ what, wrong }) => wrong.map((each) => `${what}: ${each}`),
    );

  test('find nothing if nothing is wrong', async () => {
    const before = await takePicture(scene);
    expect(await outcome(seen)).toEqual([]);
    const checks = await checkRestored(scene, before, seen);
    expect(checks.flatMap(({ wrong }) => wrong)).toEqual([]);
  });

  test('find a copy that lacks what was on disk when the run began, unless it is no copy of a whole disk', async () => {
    const number = await scene.guest.waitForWrites(2);
    const copy = scene.paths.lab('/srv/copy.qcow2');
    // The base lacks the guest's writes above it.
    await host.qemuImg('convert', '-U', '-O', 'qcow2', scene.paths.lab('/srv/w0.qcow2'), copy);
    const files = { ...seen.files, [copy]: { size: 1, made: true as const } };
    const judged = async (whole: readonly string[]) => {
      const before = { number, whole: new Set(whole) };
      const checks = await checkOutcome(scene, { ...seen, files }, before);
      return checks.find(({ what }) => what === '/srv/copy.qcow2');
    };
    expect((await judged([copy]))?.wrong).toEqual([
      `the guest's log ends at 0, but ${number} was acknowledged`,
    ]);
    expect(await judged([])).toMatchObject({
      ...{ found: 'clean, holds no number, none missing', wrong: [] },
      notChecked: expect.stringContaining('no copy of a whole disk'),
    });
    await rm(copy);
  });

  test('find an extra file and a missing one', async () => {
    const before = await takePicture(scene);
    await writeFile(scene.paths.lab('/srv/left'), '');
    expect(await outcome(seen)).toEqual(['files: /srv/left is left over']);
    const checks = await checkRestored(scene, before, seen);
    expect(checks.flatMap(({ wrong }) => wrong)).toEqual(['files: not the same as before the run']);
    const missing = { ...seen.files, [scene.paths.lab('/srv/gone')]: { size: 1 } };
    expect(await outcome({ ...seen, files: missing })).toContain('files: /srv/gone is missing');
  });

  test('find another chain, another source, and a domain that should be transient', async () => {
    const [vda] = seen.domain.disks as [Disk];
    const disks = [{ ...vda, chain: vda.chain.slice(0, 1), persistentSource: '/elsewhere' }];
    const told = await outcome({ ...seen, domain: { ...seen.domain, disks, persistent: true } });
    expect(told.map((line) => line.split(':').slice(0, 2).join(':'))).toEqual(
      expect.arrayContaining([
        'chains: vda in libvirt',
        "chains: vda in the images' headers",
        'chains: vda in the definition',
      ]),
    );
    const transient = { ...seen, domain: { ...seen.domain, persistent: false } };
    expect(await outcome(transient)).toContain('domain: persistent: yes, expected no');
  });

  test('find missing numbers and a broken image', async () => {
    await scene.guest.waitForWrites(2);
    // The base lacks the guest's writes above it.
    const [vda] = seen.domain.disks as [Disk];
    const disks = [{ ...vda, chain: vda.chain.slice(1) }];
    const told = await outcome({ ...seen, domain: { ...seen.domain, disks } });
    expect(told.join('\n')).toMatch(/numbers: the guest's log ends at 0, but \d+ was acknowledged/);
    const broken = scene.paths.lab('/srv/left');
    await writeFile(broken, 'no image');
    const chain = [{ file: broken, format: 'qcow2' }];
    const images = await outcome({
      ...seen,
      domain: { ...seen.domain, disks: [{ ...vda, chain }] },
    });
    expect(images.join('\n')).toContain('numbers: ');
  });
});
