/** The chain that is read from the headers is the one that qemu-img finds, or it is left to qemu-img. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readBackingChain } from '../../../src/host-io/backing-chain.ts';
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

/** Changes the header of an image with a backing file. */
const changed =
  (change: (header: Buffer) => void, backing = at('base')): Make =>
  (file) => {
    created(file, on(backing));
    const content = readFileSync(file);
    change(content);
    writeFileSync(file, content);
  };

/** Writes bytes into the header of an image with a backing file. */
const bytes = (offset: number, values: readonly number[]) =>
  changed((header) => header.set(values, offset));

/** Inserts a header extension before the others, all of which are moved with the name behind them. */
const extended = (type: number, text: string) =>
  changed((header) => {
    const [begin, end] = [header.readUInt32BE(100), 4096];
    const extension = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8);
    extension.writeUInt32BE(type, 0);
    extension.writeUInt32BE(text.length, 4);
    extension.write(text, 8);
    header.copyWithin(begin + extension.length, begin, end - extension.length);
    header.set(extension, begin);
    header.writeBigUInt64BE(header.readBigUInt64BE(8) + BigInt(extension.length), 8);
  });

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
  'an extension of an unknown type': extended(0x12345678, 'anything'),
  'a name that ends with a NUL': changed(
    (header) => header.fill(0, header.indexOf('junk'), header.indexOf('junk') + 2),
    `${at('mid')}junk`,
  ),
  'a name that is a NUL': changed((header) => header.fill(0, header.indexOf(at('base')))),
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
  'a backing file without a format': changed((header) =>
    header.writeUInt32BE(0, header.readUInt32BE(100)),
  ),
  'a second format': extended(0xe2792aca, 'raw'),
  'a format that is too long': extended(0xe2792aca, 'a'.repeat(16)),
  'an extension that does not fit': changed((header) =>
    header.writeUInt32BE(0xffff, header.readUInt32BE(100) + 4),
  ),
  'a loop': (file) => {
    symlinkSync(file, at('again'));
    created(file, on('again'));
  },
  'a raw image': (file) => writeFileSync(file, Buffer.alloc(4096)),
  'an empty file': (file) => writeFileSync(file, ''),
  'a short file': (file) => writeFileSync(file, 'QFI\xfb\0\0\0\x03', 'latin1'),
  'a header without its last fields': (file) => {
    const header = Buffer.alloc(80);
    header.write('QFI\xfb\0\0\0\x03', 'latin1');
    writeFileSync(file, header);
  },
  'an unknown version': bytes(4, [0, 0, 0, 9]),
  'an unknown feature': bytes(72, [0, 0, 0, 0, 0, 0, 4, 0]),
  'a header that is too short': bytes(100, [0, 0, 0, 72]),
  'a header that is too long': bytes(100, [0, 2, 0, 0]),
  'an unknown encryption': bytes(32, [0, 0, 0, 9]),
  'clusters of another size': bytes(20, [0, 0, 0, 30]),
  'a name that is too long': bytes(16, [0, 0, 4, 0]),
  'a name behind the end': bytes(8, [0, 0, 0, 1, 0, 0, 0, 0]),
  'a name at no offset': bytes(8, [128, 0, 0, 0, 0, 0, 0, 0]),
  'a raw base that does not exist': image(...on('/nowhere/base', 'raw')),
  'a raw base that is a folder': image(...on(at('folder'), 'raw')),
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
