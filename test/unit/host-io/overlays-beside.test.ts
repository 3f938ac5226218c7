/** The search for images above a guest's files, which ends also where storage does not answer. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { asNobody } from '../../lab/as-nobody.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { hungSearch } from './hung-search.ts';

const folder = scratchFolder('overlays-beside');
const at = (name: string) => join(folder, name);

function overlay(name: string, backing?: string): void {
  const below = backing === undefined ? [] : ['-u', '-b', backing, '-F', 'qcow2'];
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...below, at(name), '1M']);
}

beforeAll(() => {
  mkdirSync(at('folder'));
  overlay('base');
  overlay('top', 'base');
});

/** What the search finds, sorted. */
async function found(...terms: Parameters<typeof localHost.findOverlays>) {
  const { overlays, unread } = await localHost.findOverlays(...terms);
  return { overlays: overlays.toSorted((a, b) => a.file.localeCompare(b.file)), unread };
}

test('finds images that name a file of the guest, by any name of it', async () => {
  overlay('stray', 'base');
  symlinkSync(at('base'), at('link'));
  overlay('by-link', at('link'));
  const node = { driver: 'qcow2', file: { driver: 'file', filename: at('base') } };
  overlay('by-node', `json:${JSON.stringify(node)}`);
  overlay('of-another', '/elsewhere/base');
  overlay('of-network', 'nbd://host/base');
  overlay('alone');
  const bytes = readFileSync(at('stray'));
  bytes.write('RAW!');
  writeFileSync(at('a-disk.raw'), bytes);
  linkSync(at('top'), at('top-again'));
  expect(await found([at('top'), at('base')])).toEqual({
    overlays: ['by-link', 'by-node', 'stray'].map((name) => ({
      file: at(name),
      backing: at('base'),
    })),
    unread: [],
  });
});

test('finds images elsewhere, and those that no longer fit', async () => {
  const far = at('folder/far');
  overlay('folder/far', at('base'));
  const find = async () =>
    (await found([at('base')], [far])).overlays.filter(({ file }) => file === far);
  expect(await find()).toEqual([{ file: far, backing: at('base') }]);
  utimesSync(far, 1, 1);
  expect(await find()).toEqual([{ file: far, backing: at('base'), isOutdated: true }]);
  // Whatever is named twice is read once.
  const files = (await found([at('base')], [far, at('stray')])).overlays.map(({ file }) => file);
  expect(files).toEqual([...new Set(files)]);
});

test('ends at its limit with what it has found, and names what it has not read', async () => {
  mkdirSync(at('hung'));
  overlay('hung/base');
  overlay('hung/stray', 'base');
  // Opening it waits for a writer, as a file on storage that does not answer waits for that.
  execFileSync('mkfifo', [at('hung/pipe')]);
  const pipe = at('hung/pipe');
  const other = at('hung/other');
  overlay('hung/other', at('hung/base'));
  const first = await found([at('hung/base')], [pipe, at('folder/far')], 5000);
  expect(first.overlays.map(({ file }) => file)).toEqual([other, at('hung/stray')]);
  expect(first.unread).toEqual([pipe, at('folder/far')]);
  expect(await found([at('hung/base')], [other], 0)).toEqual({
    overlays: [],
    unread: [at('hung'), other],
  });
});

test.runIf(process.geteuid?.() === 0)('does not keep its process from its exit', async () => {
  mkdirSync(at('shut'));
  for (const path of [folder, at('shut')]) chmodSync(path, 0o755);
  execFileSync('mkfifo', ['-m', '644', at('shut/pipe')]);
  const [base, pipe] = [at('shut/base'), at('shut/pipe')];
  const answer = await asNobody('test/unit/host-io/hung-search.ts', 'hungSearch', base, pipe);
  const unread = expect.arrayContaining([pipe]);
  expect(answer).toMatchObject({ value: { unread } });
  expect(await hungSearch(base, pipe)).toMatchObject({ unread });
});

test('names what it cannot read', async () => {
  symlinkSync('loop', at('folder/loop'));
  const loop = at('folder/loop');
  expect((await found([at('base')], [loop, at('none')])).unread).toEqual([loop]);
});
