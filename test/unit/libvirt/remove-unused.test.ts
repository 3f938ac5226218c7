/** A file is removed only when nothing needs it, by any of its names. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, lstat, mkdir, open, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { moveUnused, removeUnused } from '../../../src/libvirt/remove-unused.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { disk, neighbour, world } from '../../worlds.ts';

const root = scratchFolder('remove');
let count = 0;
let folder = '';
let children: ChildProcess[] = [];
beforeEach(async () => {
  folder = join(root, String(count++));
  await mkdir(join(folder, 'aside'), { recursive: true });
  image('active');
  image('spare');
});
afterEach(async () => {
  for (const child of children) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  children = [];
});

const at = (name: string) => join(folder, name);
const image = (name: string, ...words: string[]) =>
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...words, at(name), '1M']);
const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** A host whose guest runs on `active`, with that change. */
function host(
  change: Parameters<typeof disk>[2] = {},
  others: HostState['others'] = [],
): HostState {
  return world({ disks: [disk('vda', [at('active')], change)], others });
}

/** The survey of a driver: it adds the identities behind the names in the host state. */
function surveying(seen: HostState) {
  return {
    survey: async (_world: HostState, files: readonly string[]): Promise<HostState> => {
      const own = seen.domain.disks.flatMap(({ chain, persistentSource, job }) => [
        ...chain.map(({ file }) => file),
        ...[persistentSource ?? [], job?.mirror ?? []].flat(),
      ]);
      const theirs = seen.others.flatMap((other) => other.files);
      return { ...seen, ...(await localHost.inspectFiles([...files, ...own, ...theirs])) };
    },
  };
}

const remove = (seen: HostState, file = at('spare')) =>
  removeUnused(localHost, file, seen, surveying(seen));
const move = (seen: HostState, file = at('spare')) =>
  moveUnused(localHost, { file, to: at('aside/spare') }, seen, surveying(seen));

/** Neither a removal nor a move touches the file, and both report why. */
async function stays(seen: HostState, why: string, file = at('spare')): Promise<void> {
  for (const act of [remove, move]) {
    const refused = act(seen, file);
    await expect(refused).rejects.toThrow(EffectFailed);
    await expect(refused).rejects.toThrow(why);
    expect([await exists(file), await exists(at('aside/spare'))]).toEqual([true, false]);
  }
}

describe('an unreadable image of the guest', () => {
  const isOwn = async () => {};
  const removeOwn = (seen: HostState) =>
    removeUnused(localHost, at('spare'), seen, surveying(seen), { own: isOwn });

  test.each([
    ['on a device', { kind: 'block device' }],
    ['on another file system, whose clock may differ', { device: 'another' }],
  ] as const)('%s may be newer, whatever its time says', async (_where, change) => {
    await writeFile(at('torn'), 'no image');
    await delay(50);
    image('newer');
    await rename(at('newer'), at('spare'));
    const stat: typeof localHost.stat = async (path) => {
      const found = await localHost.stat(path);
      return found && path === at('torn') ? { ...found, ...change } : found;
    };
    const seen = host({ persistentSource: at('torn') });
    const io = { ...localHost, stat };
    await expect(
      removeUnused(io, at('spare'), seen, surveying(seen), { own: isOwn }),
    ).rejects.toThrow(`may be used by ${at('torn')}, which cannot be read`);
    expect(await exists(at('spare'))).toBe(true);
  });

  test('from before the run does not keep what the run has made', async () => {
    await writeFile(at('torn'), 'no image');
    await delay(50);
    image('newer');
    await rename(at('newer'), at('spare'));
    await removeOwn(host({ persistentSource: at('torn') }));
    expect(await exists(at('spare'))).toBe(false);
  });

  test('that has changed since may need it', async () => {
    await delay(50);
    await writeFile(at('torn'), 'no image');
    await expect(removeOwn(host({ persistentSource: at('torn') }))).rejects.toThrow(
      `may be used by ${at('torn')}, which cannot be read`,
    );
    expect(await exists(at('spare'))).toBe(true);
  });
});

describe('a file stays that is', () => {
  test('the active layer of the guest', () =>
    stays(host(), 'in the chain of testvm', at('active')));

  test('below the active layer in the live chain', async () => {
    const chain = [at('active'), at('spare')].map((file) => ({ file, format: 'qcow2' }));
    await stays(host({ chain }), 'in the chain of testvm');
  });

  test('the mirror of a job', () =>
    stays(
      host({ job: { type: 'copy', ready: true, mirror: at('spare') } }),
      'in the chain of testvm',
    ));

  test('named by the definition', () =>
    stays(host({ persistentSource: at('spare') }), 'in the chain of testvm'));

  test('below the file in the definition, according to the header, even by another name', async () => {
    image('defined', '-b', at('spare'), '-F', 'qcow2');
    const seen = host({ persistentSource: at('defined') });
    await stays(seen, 'is read at the next start of testvm');
    await link(at('spare'), at('linked'));
    await stays(seen, 'is read at the next start of testvm', at('linked'));
  });

  test('possibly below an image of the definition that cannot be read', async () => {
    await writeFile(at('torn'), 'no image');
    await stays(
      host({ persistentSource: at('torn') }),
      `may be used by ${at('torn')}, which cannot be read`,
    );
  });

  test('possibly below several unreadable images of the definition, each of which is named', async () => {
    for (const name of ['torn', 'worn']) await writeFile(at(name), 'no image');
    const disks = ['torn', 'worn'].map((name, index) =>
      disk(`vd${'ab'[index]}`, [at('active')], { persistentSource: at(name) }),
    );
    await stays(
      world({ disks, others: [] }),
      `may be used by ${at('torn')}, ${at('worn')}, which cannot be read`,
    );
  });

  test('in the chain of another guest, even by another name', async () => {
    await stays(host({}, [neighbour('other', [at('spare')], [])]), 'in the chain of other');
    await link(at('spare'), at('linked'));
    await stays(host({}, [neighbour('other', [at('linked')], [])]), 'in the chain of other');
  });

  test('possibly below an image of another guest that cannot be read', () =>
    stays(
      host({}, [neighbour('other', [], [], ['/secret/top.qcow2'])]),
      'may be used by /secret/top.qcow2, which cannot be read',
    ));

  test('needed by several guests, each of which is named', async () => {
    const guests = ['one', 'two'].map((name) => neighbour(name, [at('spare')], []));
    await stays(host({}, guests), 'is in the chain of one, two, so');
    const unread = ['/a', '/b'].map((file) => neighbour(file.slice(1), [], [], [file]));
    await stays(host({}, unread), 'may be used by /a, /b, which cannot be read');
  });

  test('in a folder that is replaced during the check', async () => {
    const seen = host();
    const swap = async () => {
      await rename(folder, `${folder}.old`);
      await mkdir(folder);
      await writeFile(at('spare'), 'precious');
    };
    const refused = removeUnused(localHost, at('spare'), seen, surveying(seen), { own: swap });
    await expect(refused).rejects.toThrow(
      'was replaced by another file during the check, so it is left alone',
    );
    expect([await exists(at('spare')), await exists(join(`${folder}.old`, 'spare'))]).toEqual([
      true,
      true,
    ]);
  });

  test('open in processes, each of which is named', async () => {
    const file = await open(at('spare'), 'r');
    const opened = () => spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', file.fd] });
    children.push(opened(), opened());
    await Promise.all(children.map((child) => once(child, 'spawn')));
    await file.close();
    const [first, second] = children.map(({ pid }) => `process ${pid} (sleep)`);
    await stays(host(), `is open in ${first}, ${second}, so it is left alone`);
  });

  test('a link, or a folder', async () => {
    await symlink(at('spare'), at('link'));
    await stays(host(), 'not a regular file', at('link'));
    await stays(host(), 'not a regular file', at('aside'));
  });
});

describe('a file that nothing needs', () => {
  const idle = () => host({}, [neighbour('other', [at('active')], [])]);

  test('is removed, and removing it again is no error', async () => {
    await remove(idle());
    expect(await exists(at('spare'))).toBe(false);
    await remove(idle());
  });

  test('is moved, and moving it again is no error', async () => {
    const { ino } = await lstat(at('spare'));
    await move(idle());
    expect([await exists(at('spare')), (await lstat(at('aside/spare'))).ino]).toEqual([false, ino]);
    await move(idle());
  });

  test('is not moved over another file, and a missing file is not moved', async () => {
    await writeFile(at('aside/spare'), 'precious');
    await expect(move(idle())).rejects.toThrow(EffectFailed);
    expect(await exists(at('spare'))).toBe(true);
    const moved = moveUnused(
      localHost,
      { file: at('none'), to: at('aside/none') },
      idle(),
      surveying(idle()),
    );
    await expect(moved).rejects.toThrow(`${at('none')} does not exist`);
  });

  test('is removed although the definition names a file that is missing or on a network', async () => {
    await remove(host({ persistentSource: 'nbd:export' }));
    expect(await exists(at('spare'))).toBe(false);
  });

  test('stays where the caller does not allow it', async () => {
    const seen = idle();
    const refuse = async () => {
      throw new EffectFailed('not this one');
    };
    await expect(
      removeUnused(localHost, at('spare'), seen, surveying(seen), { own: refuse }),
    ).rejects.toThrow('not this one');
    expect(await exists(at('spare'))).toBe(true);
  });
});
