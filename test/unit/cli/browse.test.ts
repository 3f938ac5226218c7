/** What `blockplan browse` takes, and what it refuses before it serves anything. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { wantedBackup } from '../../../src/cli/browsable-backup.ts';
import { browseCommand } from '../../../src/cli/browse.ts';
import { lockForReading } from '../../../src/cli/reader-lock.ts';
import { BlockplanError } from '../../../src/errors.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { copyStore, manifestOf, storedDiskOf, writeBackup, writeStore } from '../../stores.ts';
import { capturePrinted } from './printed.ts';

const folder = scratchFolder('browse');
const STORE = join(folder, 'web1');
const printed = capturePrinted();
const path = process.env['PATH'];
const RECURSIVE = { recursive: true, force: true } as const;

beforeAll(() => {
  writeStore(STORE);
  const disks = [storedDiskOf('thu', 'wed'), storedDiskOf('thu', undefined, 'vdb')];
  writeBackup(STORE, manifestOf('thu', 4, 'wed', { disks }));
  writeBackup(STORE, manifestOf('fri', 5, 'thu'), '.partial');
});
afterEach(() => {
  process.env['PATH'] = path;
});

/** The exit code, and each finding. */
async function refused(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (each) => each,
  );
  if (!(error instanceof BlockplanError)) throw error ?? new Error('it was not refused');
  const findings = error.findings.map(({ code, message, hint }) => `${code} ${message} -> ${hint}`);
  return [error.end, ...findings].join('\n').replaceAll(folder, 'DIR');
}

const browse = (word: string, disk?: string, format: 'text' | 'json' = 'text') =>
  browseCommand(word, { format, ...(disk === undefined ? {} : { disk }) });

/** Tests that it begins to serve: without a PATH, the first thing that is missing is qemu-nbd. */
async function accepted(word: string, disk?: string): Promise<void> {
  process.env['PATH'] = '/nowhere';
  expect(await refused(browse(word, disk))).toContain('BP199 qemu-nbd is missing');
}

describe('the word', () => {
  test('is the store and the name', () => {
    expect(wantedBackup('/backup/web1@mon', undefined)).toEqual({
      ...{ store: '/backup/web1', name: 'mon' },
    });
    expect(wantedBackup('/backup/a@b/web1@latest', 'vda')).toEqual({
      ...{ store: '/backup/a@b/web1', name: 'latest', disk: 'vda' },
    });
    expect(wantedBackup('@latest', undefined).store).toBe(process.cwd());
  });

  test.each([
    ['/backup/web1', '/backup/web1@latest'],
    ['/backup/web1@', '/backup/web1@latest'],
    ['/backup/a@b/web1', '/backup/a@b/web1@latest'],
    ['/backup/a b', "'/backup/a b@latest'"],
  ])('%s has no name', async (word, meant) => {
    expect(await refused(browse(word))).toBe(
      `input-refused\nBP163 "${word}" does not name a backup -> write the store, @ and the name: blockplan browse ${meant}`,
    );
  });
});

describe('a backup that can be read is served', () => {
  test.each(['mon', 'wed', 'thu', 'latest'])('%s', async (name) => {
    await accepted(`${STORE}@${name}`);
    // The lock was taken and released.
    expect(readdirSync(join(STORE, 'locks'))).toEqual([]);
  });

  test('also if another disk of it is broken', async () => {
    const store = copyStore(STORE, folder, (copy) => rmSync(join(copy, 'thu/vdb.qcow2')));
    await accepted(`${store}@thu`, 'vda');
  });
});

describe('what is refused', () => {
  test('a store that does not exist, or is none, which does not get a lock', async () => {
    expect(await refused(browse(`${folder}/none@mon`))).toMatch(
      /^input-refused\nBP181 the backup store DIR\/none does not exist -> /,
    );
    expect(await refused(browse(`${folder}@mon`))).toMatch(/^input-refused\nBP181 DIR is not a /);
    expect(await refused(browse(`${STORE}/mon@mon`))).toMatch(/BP181 .*\/mon is a backup, not a /);
    expect(existsSync(join(folder, 'locks'))).toBe(false);
  });

  test('a name or a disk that does not exist', async () => {
    expect(await refused(browse(`${STORE}@wes`))).toBe(
      'input-refused\nBP163 DIR/web1 has no backup "wes" -> did you mean "wed"?',
    );
    expect(await refused(browse(`${STORE}@thu`, 'vdz'))).toBe(
      'input-refused\nBP181 the backup thu has no disk "vdz" -> name one of vda, vdb',
    );
  });

  test('a draft, and a backup that is broken', async () => {
    expect(await refused(browse(`${STORE}@fri`))).toMatch(
      /^preflight-refused\nBP164 the backup fri is incomplete: /,
    );
    const store = copyStore(STORE, folder, (copy) => rmSync(join(copy, 'thu/vdb.qcow2')));
    expect(await refused(browse(`${store}@thu`))).toMatch(
      /^preflight-refused\nBP164 thu: the image vdb\.qcow2 of vdb is missing -> .* choose a disk with --disk: vda$/,
    );
  });

  test('a store that a prune has locked', async () => {
    const taker = { purpose: 'backup-prune', run: 'r1', user: 'root' };
    const lock = await localHost.lockStore(STORE, 'exclusive', taker);
    if ('heldBy' in lock) throw new Error('it is held');
    expect(await refused(browse(`${STORE}@mon`))).toMatch(
      /^preflight-refused\nBP157 the backup store DIR\/web1 is in use since .* by backup-prune of run r1 \(root@.*\) -> try again once it has ended$/,
    );
    await lock.release();
  });

  test('is printed as JSON too', async () => {
    await refused(browse(`${STORE}@wes`, undefined, 'json'));
    expect(JSON.parse(printed.stdout)).toMatchObject({
      ...{ format: 'blockplan-refusal/v1', exitCode: 2, findings: [{ code: 'BP163' }] },
    });
  });
});

describe('a store that this user cannot write to', () => {
  const readOnly = () =>
    vi.spyOn(localHost, 'inspectFolder').mockResolvedValue({ free: 0, writable: false });

  test('is not locked, with a warning', async () => {
    readOnly();
    const store = copyStore(STORE, folder, (copy) => rmSync(join(copy, 'locks'), RECURSIVE));
    const { findings, release } = await lockForReading(store, 'browse');
    expect(findings).toMatchObject([{ code: 'BP157', severity: 'warning' }]);
    expect(existsSync(join(store, 'locks'))).toBe(false);
    await release();
  });

  test('is refused while a prune has it, and not where that cannot be seen', async () => {
    const taker = { purpose: 'backup-prune', user: 'root' };
    const lock = await localHost.lockStore(STORE, 'exclusive', taker);
    if ('heldBy' in lock) throw new Error('it is held');
    readOnly();
    expect(await refused(lockForReading(STORE, 'browse'))).toContain('by backup-prune (root@');
    const denied = Object.assign(new Error('denied'), { code: 'EACCES' });
    vi.spyOn(localHost, 'storeHolders').mockRejectedValue(denied);
    expect((await lockForReading(STORE, 'browse')).findings).toHaveLength(1);
    await lock.release();
  });
});

describe('a lock', () => {
  test('that cannot be written is a refusal', async () => {
    vi.spyOn(localHost, 'lockStore').mockRejectedValue(
      new EffectFailed('cannot be locked: ENOSPC'),
    );
    expect(await refused(lockForReading(STORE, 'browse'))).toMatch(
      /^preflight-refused\nBP157 cannot be locked: ENOSPC -> make sure that this user can write /,
    );
  });

  test('that another process has removed is released', async () => {
    const { release } = await lockForReading(STORE, 'browse');
    rmSync(join(STORE, 'locks'), RECURSIVE);
    await release();
  });

  test('that cannot be removed is reported', async () => {
    const failure = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    vi.spyOn(localHost, 'lockStore').mockResolvedValue({ release: () => Promise.reject(failure) });
    const { release } = await lockForReading(STORE, 'browse');
    expect(await refused(release())).toContain(
      'BP157 the lock of the backup store DIR/web1 cannot',
    );
  });
});

test('no signal is caught any more once the command has ended', async () => {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const counts = () => names.map((name) => process.listenerCount(name));
  const before = counts();
  await accepted(`${STORE}@mon`);
  expect(counts()).toEqual(before);
});
