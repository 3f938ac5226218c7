/** The chain that is read from the headers is the one that qemu-img finds, or it is left to qemu-img. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBackingChain } from '../../../src/host-io/backing-chain.ts';
import { MAX_CHAIN_DEPTH } from '../../../src/model/headers.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('backing-chain');
const at = (name: string) => join(folder, name);

/** Creates an image without opening its backing file. */
function created(file: string, words: readonly string[] = []): void {
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-u', ...words, file, '1M']);
}

const on = (backing: string, format = 'qcow2') => ['-b', backing, '-F', format];
created(at('base'));
created(at('mid'), on('base'));
writeFileSync(at('raw'), Buffer.alloc(1024 * 1024));
execFileSync('qemu-img', ['create', '-q', '-f', 'vmdk', at('vmdk'), '1M']);
mkdirSync(at('folder'));
created(at('folder/over'), on('../mid'));
symlinkSync('folder', at('link'));

type Make = (file: string) => unknown;
const image =
  (...words: readonly string[]): Make =>
  (file) =>
    created(file, words);

/** Writes bytes into the header of an image with a backing file. */
const changed =
  (offset: number, bytes: readonly number[]): Make =>
  (file) => {
    created(file, on(at('base')));
    const content = readFileSync(file);
    content.set(bytes, offset);
    writeFileSync(file, content);
  };

const READ: Readonly<Record<string, Make>> = {
  'one image': image(),
  'three images': image(...on(at('mid'))),
  'relative names': image(...on('./folder/over')),
  'a symbolic link': image(...on('link/over')),
  'version 2': image('-o', 'compat=0.10', ...on(at('mid'))),
  'a raw base': image(...on('raw', 'raw')),
  'extended L2 entries': image('-o', 'extended_l2=on,cluster_size=128k', ...on(at('mid'))),
  'large clusters': image('-o', 'cluster_size=2M', ...on(at('mid'))),
  'zstd clusters': image('-o', 'compression_type=zstd', ...on(at('mid'))),
  'an external data file': image('-o', `data_file=${at('data')}`),
  'a colon after the folder': (file) => {
    created(at('a:b'));
    created(file, on('./a:b'));
  },
};

const LEFT: Readonly<Record<string, Make>> = {
  'a backing file of another format': image(...on(at('vmdk'), 'vmdk')),
  'an image of another format': (file) =>
    execFileSync('qemu-img', ['create', '-q', '-f', 'vmdk', file, '1M']),
  'a backing file that does not exist': image(...on('/nowhere/base')),
  'a JSON name': image(...on('json:{"driver":"null-co"}', 'raw')),
  'a URL': image(...on('nbd://192.0.2.1/export', 'raw')),
  'a name with a scheme': image(...on(`file:${at('base')}`)),
  'a raw disk named as qcow2': image(...on('raw')),
  'a backing file without a format': changed(0x70, [0, 0, 0, 0]),
  'a loop': (file) => {
    symlinkSync(file, at('again'));
    created(file, on('again'));
  },
  'a raw image': (file) => writeFileSync(file, Buffer.alloc(4096)),
  'an empty file': (file) => writeFileSync(file, ''),
  'a short file': (file) => writeFileSync(file, 'QFI\xfb\0\0\0\x03', 'latin1'),
  'an unknown version': changed(4, [0, 0, 0, 9]),
  'a name that is too long': changed(16, [0, 0, 4, 0]),
  'an empty name': changed(16, [0, 0, 0, 0]),
  'a name behind the end': changed(8, [0, 0, 0, 1, 0, 0, 0, 0]),
  'a folder': (file) => mkdirSync(file),
  'a pipe': (file) => execFileSync('mkfifo', [file]),
  nothing: () => {},
};

function madeFor(name: string, make: Make): string {
  const file = at(`image of ${name.replaceAll(' ', '-')}`);
  make(file);
  return file;
}

test.each(Object.entries(READ))('is read as qemu-img reads it: %s', async (name, make) => {
  const file = madeFor(name, make);
  const words = ['info', '-U', '--output=json', '--backing-chain', '-f', 'qcow2', file];
  const told: Record<string, string>[] = JSON.parse(
    execFileSync('qemu-img', words, { encoding: 'utf8' }),
  );
  expect(await readBackingChain({ file, format: 'qcow2' })).toEqual(
    told.map((info) => ({
      ...{ file: info.filename, format: info.format, name: info['backing-filename'] ?? null },
      backingFormat: info['backing-filename-format'],
    })),
  );
});

test.each(Object.entries(LEFT))('is left to qemu-img: %s', async (name, make) => {
  const file = madeFor(name, make);
  expect(await readBackingChain({ file, format: 'qcow2' })).toBeUndefined();
});

test('a guest cannot extend the chain by what it writes into a raw image', async () => {
  created(at('written'), on(at('mid')));
  created(at('upper'), on(at('written'), 'raw'));
  expect(await readBackingChain({ file: at('written'), format: 'raw' })).toEqual([
    { file: at('written'), format: 'raw', name: null },
  ]);
  expect(await readBackingChain({ file: at('upper'), format: 'qcow2' })).toHaveLength(2);
});

test('a chain may be as deep as libvirt allows', async () => {
  const name = (depth: number) => (depth === 1 ? 'base' : `deep${depth}`);
  for (let depth = 2; depth <= MAX_CHAIN_DEPTH + 1; depth++)
    created(at(name(depth)), on(name(depth - 1)));
  const depthOf = async (depth: number) =>
    (await readBackingChain({ file: at(name(depth)), format: 'qcow2' }))?.length;
  expect(await depthOf(MAX_CHAIN_DEPTH)).toBe(MAX_CHAIN_DEPTH);
  expect(await depthOf(MAX_CHAIN_DEPTH + 1)).toBeUndefined();
});
