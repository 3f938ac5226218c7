/** A file goes only when nothing needs it: each thing that may need it keeps it, whatever name it is known by. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link, lstat, mkdir, open, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** A host on which the guest runs on `active`, with that change. */
function host(
  change: Parameters<typeof disk>[2] = {},
  others: HostState['others'] = [],
): HostState {
  return world({ disks: [disk('vda', [at('active')], change)], others });
}

/** The survey of a driver: it tells what the names of the host state lead to. */
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

/** Neither way takes the file away, and both say why. */
async function stays(seen: HostState, why: string, file = at('spare')): Promise<void> {
  for (const act of [remove, move]) {
    const refused = act(seen, file);
    await expect(refused).rejects.toThrow(EffectFailed);
    await expect(refused).rejects.toThrow(why);
    expect([await exists(file), await exists(at('aside/spare'))]).toEqual([true, false]);
  }
}

describe('a file stays that is', () => {
  test('the one that the guest writes to', () =>
    stays(host(), 'in the chain of testvm', at('active')));

  test('below it in the live chain', async () => {
    const chain = [at('active'), at('spare')].map((file) => ({ file, format: 'qcow2' }));
    await stays(host({ chain }), 'in the chain of testvm');
  });

  test('the other side of a job', () =>
    stays(
      host({ job: { type: 'copy', ready: true, mirror: at('spare') } }),
      'in the chain of testvm',
    ));

  test('what the definition names', () =>
    stays(host({ persistentSource: at('spare') }), 'in the chain of testvm'));

  test('below what the definition names, as the header says, by another name of it too', async () => {
    image('defined', '-b', at('spare'), '-F', 'qcow2');
    const seen = host({ persistentSource: at('defined') });
    await stays(seen, 'is what the next start of testvm reads');
    await link(at('spare'), at('linked'));
    await stays(seen, 'is what the next start of testvm reads', at('linked'));
  });

  test('perhaps below an image of the definition that cannot be read', async () => {
    await writeFile(at('torn'), 'no image');
    await stays(
      host({ persistentSource: at('torn') }),
      `may be below ${at('torn')}, which cannot be read`,
    );
  });

  test('perhaps below images of the definition that cannot be read, each of which is named', async () => {
    for (const name of ['torn', 'worn']) await writeFile(at(name), 'no image');
    const disks = ['torn', 'worn'].map((name, index) =>
      disk(`vd${'ab'[index]}`, [at('active')], { persistentSource: at(name) }),
    );
    await stays(
      world({ disks, others: [] }),
      `may be below ${at('torn')}, ${at('worn')}, which cannot be read`,
    );
  });

  test('in the chain of another guest, by another name of it too', async () => {
    await stays(host({}, [neighbour('other', [at('spare')], [])]), 'in the chain of other');
    await link(at('spare'), at('linked'));
    await stays(host({}, [neighbour('other', [at('linked')], [])]), 'in the chain of other');
  });

  test('perhaps below an image of another guest that cannot be read', () =>
    stays(
      host({}, [neighbour('other', [], [], ['/secret/top.qcow2'])]),
      'may be below /secret/top.qcow2, which cannot be read',
    ));

  test('needed by several, each of which is named', async () => {
    const guests = ['one', 'two'].map((name) => neighbour(name, [at('spare')], []));
    await stays(host({}, guests), 'is in the chain of one, two, so');
    const unread = ['/a', '/b'].map((file) => neighbour(file.slice(1), [], [], [file]));
    await stays(host({}, unread), 'may be below /a, /b, which cannot be read');
  });

  test('in another folder by the time that it is looked at', async () => {
    const seen = host();
    const swap = async () => {
      await rename(folder, `${folder}.old`);
      await mkdir(folder);
      await writeFile(at('spare'), 'precious');
    };
    const refused = removeUnused(localHost, at('spare'), seen, surveying(seen), swap);
    await expect(refused).rejects.toThrow('is another file than a moment ago, so it is left alone');
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

  test('is removed, and once more without a failure', async () => {
    await remove(idle());
    expect(await exists(at('spare'))).toBe(false);
    await remove(idle());
  });

  test('is moved, and once more without a failure', async () => {
    const { ino } = await lstat(at('spare'));
    await move(idle());
    expect([await exists(at('spare')), (await lstat(at('aside/spare'))).ino]).toEqual([false, ino]);
    await move(idle());
  });

  test('is not moved over another one, nor from where it is not', async () => {
    await writeFile(at('aside/spare'), 'precious');
    await expect(move(idle())).rejects.toThrow(EffectFailed);
    expect(await exists(at('spare'))).toBe(true);
    const moved = moveUnused(
      localHost,
      { file: at('none'), to: at('aside/none') },
      idle(),
      surveying(idle()),
    );
    await expect(moved).rejects.toThrow(`${at('none')} is not there`);
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
      removeUnused(localHost, at('spare'), seen, surveying(seen), refuse),
    ).rejects.toThrow('not this one');
    expect(await exists(at('spare'))).toBe(true);
  });
});
