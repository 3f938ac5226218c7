/**
 * The checks after each part of a rehearsal, made with virsh, qemu-img and e2fsprogs and independent of what the run
 * observed. The expected state comes from the walk, which is also what a preview shows.
 */
import { dirname } from 'node:path';
import { assertCleanImages, imageChains, liveChain, persistentSource } from '../lab/chains.ts';
import type { Guest } from '../lab/guest.ts';
import type { LabHost } from '../lab/host.ts';
import { assertComplete, readLog } from '../lab/log.ts';
import { faultsAtNextStart } from '../lab/next-start.ts';
import { listing, type Picture, picture } from '../lab/picture.ts';
import { isSameFile } from '../model/file-identity.ts';
import { type HostState, isUp } from '../model/host-state.ts';
import { type Before, copiesIn, judgeCopy } from './copies.ts';
import type { Paths } from './paths.ts';
import type { Check } from './report.ts';

/** What is checked. */
export interface Scene {
  readonly host: LabHost;
  readonly guest: Guest;
  readonly paths: Paths;
}

/** Compares the guest with the host state that the plan should lead to. */
export async function checkOutcome(
  scene: Scene,
  expected: HostState,
  before: Before,
): Promise<Check[]> {
  return [
    await check(scene, 'domain', () => checkDomain(scene, expected)),
    await check(scene, 'chains', () => checkChains(scene, expected)),
    await check(scene, 'files', () => checkFiles(scene, expected)),
    ...(await checkData(scene, expected, before)),
  ];
}

/** Compares the guest with the picture from before the run. */
export async function checkRestored(
  scene: Scene,
  before: Picture,
  state: HostState,
): Promise<Check[]> {
  return [
    await check(scene, 'rollback', async () => {
      const now = await takePicture(scene);
      const changed = (Object.keys(before) as (keyof Picture)[]).filter(
        (part) => JSON.stringify(before[part]) !== JSON.stringify(now[part]),
      );
      return {
        found:
          'state, definition (byte for byte), autostart, snapshots, checkpoints, chains and files',
        wrong: changed.map((part) => `${part}: not the same as before the run`),
      };
    }),
    ...(await checkData(scene, state, { number: 0, whole: new Set() })),
  ];
}

/** Fails where a run has left a job or its marker behind. */
export function checkNothingLeft(scene: Scene): Promise<Check> {
  return check(scene, 'leftovers', async () => {
    const xml = await scene.host.virsh('dumpxml', scene.guest.name);
    const wrong = [
      ...(xml.includes('blockplan:run') ? ["the run's marker is still in the metadata"] : []),
      ...(xml.includes('<mirror') ? ['a block job is still running'] : []),
    ];
    return { found: 'no job and no marker', wrong };
  });
}

/**
 * Shuts the guest off after a run and starts it from its definition, as its owner will do. A domain without a definition,
 * or with one that names other files than the guest runs on, is not started: a preview reports that.
 */
export async function checkNextStart(scene: Scene, state: HostState): Promise<Check[]> {
  const { host, guest } = scene;
  const { domain } = state;
  const targets = guest.disks.map(({ target }) => target);
  const startsOnThem = domain.disks
    .filter(({ target }) => targets.includes(target))
    .every(({ chain, persistentSource }) => isSameFile(state, persistentSource, chain[0]?.file));
  if (!domain.persistent || !startsOnThem) {
    const why = domain.persistent
      ? 'the definition names other files than the guest runs on'
      : 'the domain has no definition';
    return [{ what: 'next start', found: '', wrong: [], notChecked: why }];
  }
  const upTo = await guest.acknowledged();
  return [
    await check(scene, 'next start', async () => ({
      found: `numbers 1 to ${upTo} on ${targets.join(', ')}, after a start from the definition`,
      wrong: await faultsAtNextStart(host, guest.name, { upTo, targets }),
    })),
  ];
}

/** Everything that a rollback has to restore. */
export function takePicture({ host, guest, paths }: Scene): Promise<Picture> {
  return picture(host, guest.name, [paths.root]);
}

type Found = Omit<Check, 'what'>;

/** A command that fails is a failed check: qemu-img reports a broken image with its exit code. */
async function check({ paths }: Scene, what: string, look: () => Promise<Found>): Promise<Check> {
  try {
    const { found, wrong, ...rest } = await look();
    return {
      ...{ ...rest, what: paths.users(what) },
      ...{ found: paths.users(found), wrong: wrong.map(paths.users) },
    };
  } catch (error) {
    const message = paths.users((error as Error).message);
    return { what: paths.users(what), found: '', wrong: [message] };
  }
}

async function checkDomain(scene: Scene, { domain }: HostState): Promise<Found> {
  const now = await takePicture(scene);
  const pairs = {
    state: [now.state, domain.state],
    persistent: [now.persistent, domain.persistent ? 'yes' : 'no'],
    autostart: [now.autostart, domain.autostart ? 'enable' : 'disable'],
    snapshots: [Object.keys(now.snapshots).sort().join(), [...domain.snapshots].sort().join()],
    checkpoints: [
      Object.keys(now.checkpoints).sort().join(),
      [...domain.checkpoints].sort().join(),
    ],
  };
  return {
    found: `${now.state}, ${domain.persistent ? 'persistent' : 'transient'}, autostart ${domain.autostart ? 'on' : 'off'}`,
    wrong: apart(pairs),
  };
}

/** Compares each disk with the walk: in the live XML, in the headers of the images, and in the persistent definition. */
async function checkChains({ host, guest }: Scene, { domain }: HostState): Promise<Found> {
  const headers = await imageChains(host, await host.virsh('dumpxml', guest.name));
  const wrong: string[] = [];
  const disks = domain.disks.filter((disk) => disk.device === 'disk' && disk.chain.length > 0);
  for (const { target, chain, persistentSource: source } of disks) {
    const files = chain.map(({ file }) => file).join(' -> ');
    const live = (await liveChain(host, guest.name, target)).join(' -> ');
    wrong.push(
      ...apart({
        [`${target} in libvirt`]: [live, files],
        [`${target} in the images' headers`]: [headers[target]?.join(' -> '), files],
      }),
    );
    if (domain.persistent)
      wrong.push(
        ...apart({
          [`${target} in the definition`]: [
            await persistentSource(host, guest.name, target),
            source,
          ],
        }),
      );
  }
  const told = disks.map(
    ({ target, chain }) =>
      `${target} has ${chain.length === 1 ? '1 layer' : `${chain.length} layers`}`,
  );
  return {
    found: `${told.join(', ')}: identical in libvirt, in the image headers and in the definition`,
    wrong,
  };
}

/** No file exists except the former ones and those that the plan creates, without those that it removes. */
async function checkFiles({ paths }: Scene, { files, folders }: HostState): Promise<Found> {
  const isFolder = (path: string) =>
    [...Object.keys(files), ...Object.keys(folders)].some((each) => each.startsWith(`${path}/`)) ||
    path in folders;
  const expected = Object.entries(files).flatMap(([path, file]) =>
    file && !isFolder(path) ? [path] : [],
  );
  // Of what a run puts into the folder of a backup, the walk knows the images only.
  const isUntold = (path: string) =>
    files[dirname(path)]?.made === true && !expected.includes(path);
  const now = (await listing(paths.root)).filter((path) => !isFolder(path) && !isUntold(path));
  return {
    found: `${now.length}, as the plan leaves them`,
    wrong: [
      ...now.filter((path) => !expected.includes(path)).map((path) => `${path} is left over`),
      ...expected.filter((path) => !now.includes(path)).map((path) => `${path} is missing`),
    ],
  };
}

/** The images and the numbers in them. A running guest is suspended meanwhile. */
async function checkData(scene: Scene, expected: HostState, before: Before): Promise<Check[]> {
  const { host, guest } = scene;
  const upTo = isUp(expected)
    ? await guest.waitForWrites(expected.domain.state === 'paused' ? 0 : 2)
    : 0;
  const running = expected.domain.state === 'running';
  if (running) await host.virsh('suspend', guest.name);
  try {
    return [
      await check(scene, 'images', () => checkImages(scene, expected)),
      await check(scene, 'numbers', () => checkNumbers(scene, expected, upTo)),
      ...(await checkCopies(scene, expected, before)),
    ];
  } finally {
    if (running) await host.virsh('resume', guest.name);
  }
}

async function checkImages({ host }: Scene, { domain }: HostState): Promise<Found> {
  const images = [...new Set(domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file)))];
  await assertCleanImages(host, images);
  return { found: `${images.length} clean according to qemu-img check`, wrong: [] };
}

/** Each disk holds every number that the guest knew to be durable, without a gap. */
async function checkNumbers({ guest }: Scene, { domain }: HostState, upTo: number): Promise<Found> {
  const written = new Set(guest.disks.map(({ target }) => target));
  const disks = domain.disks.filter(({ target }) => written.has(target));
  for (const { chain } of disks) {
    const [active] = chain;
    if (active) assertComplete(await readLog(active.file), upTo);
  }
  return {
    found: `1 to ${upTo} on ${disks.map(({ target }) => target).join(', ')}, none missing`,
    wrong: [],
  };
}

/** An image that the run created outside the chains is clean, and holds all numbers that it has to. */
function checkCopies(scene: Scene, expected: HostState, before: Before): Promise<Check[]> {
  return Promise.all(
    copiesIn(expected).map((path) =>
      check(scene, path, async () => {
        await assertCleanImages(scene.host, [path]);
        return { ...judgeCopy(path, await readLog(path), before), wrong: [] };
      }),
    ),
  );
}

/** The pairs, by name, whose found and expected values differ. */
function apart(pairs: Readonly<Record<string, readonly (string | undefined)[]>>): string[] {
  return Object.entries(pairs).flatMap(([name, [is, should]]) =>
    is === should ? [] : [`${name}: ${is || 'nothing'}, expected ${should || 'nothing'}`],
  );
}
