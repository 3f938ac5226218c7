/** The options of `qemu-img convert -o` that a plan may give, and the findings about the others. */
import { expect, test } from 'vitest';
import { checkOptions } from '../../src/steps/convert-options.ts';
import { findingLines } from './shown.ts';

const ALLOWED = {
  qcow2:
    'preallocation, cluster_size, compat, lazy_refcounts, refcount_bits, compression_type, extended_l2',
  raw: 'preallocation',
  vmdk: 'subformat, adapter_type',
  vdi: 'static',
  vhdx: 'subformat, block_size, log_size',
} as const;

test.each<readonly [keyof typeof ALLOWED, string]>([
  ['qcow2', 'preallocation=off,cluster_size=2M,compat=0.10,lazy_refcounts=off'],
  ['qcow2', 'preallocation=falloc,cluster_size=65536,compat=v2,refcount_bits=1,extended_l2=on'],
  ['qcow2', 'preallocation=full,cluster_size=64k,compat=v3,refcount_bits=64,compression_type=zlib'],
  ['raw', 'preallocation=falloc'],
  ['vmdk', 'subformat=monolithicSparse,adapter_type=ide'],
  ['vdi', 'static=off'],
  ['vhdx', 'subformat=dynamic,block_size=1G,log_size=1M'],
])('%s accepts %s', (format, options) => {
  expect(checkOptions(format, options)).toEqual([]);
});

test.each<readonly [keyof typeof ALLOWED, string, string]>([
  ['qcow2', 'data_file=/x', 'data_file'],
  ['qcow2', 'help', 'help'],
  ['qcow2', ',compat=1.1', ''],
  ['qcow2', 'compat=1.1,', ''],
  ['raw', 'size=1', 'size'],
  ['raw', 'toString=1', 'toString'],
  ['vmdk', 'backing_file=/x', 'backing_file'],
  ['vdi', '=on', ''],
  ['vhdx', 'compat=1.1', 'compat'],
])('%s accepts no other option: %s', (format, options, key) => {
  expect(findingLines(checkOptions(format, options))).toEqual([
    `BP059 options: "${key}" is not an allowed option for a ${format} file -> allowed: ${ALLOWED[format]}`,
  ]);
});

const SIZE = 'write a size in bytes, or with k, M or G, as in cluster_size=1M';

test.each([
  [
    'lazy_refcounts',
    '"lazy_refcounts" has no value -> allowed: lazy_refcounts=on, lazy_refcounts=off',
  ],
  ['cluster_size', `"cluster_size" has no value -> ${SIZE}`],
  ...[
    ['compression_type=lzma', 'allowed: compression_type=zlib, compression_type=zstd'],
    ['compression_type=', 'allowed: compression_type=zlib, compression_type=zstd'],
    ['lazy_refcounts=on=off', 'allowed: lazy_refcounts=on, lazy_refcounts=off'],
    ['lazy_refcounts=on,,data_file=/x', 'allowed: lazy_refcounts=on, lazy_refcounts=off'],
    ...['0', '064', '64x', '64 K', '1T', 'x64', '1234567890123'].map((size) => [
      `cluster_size=${size}`,
      SIZE,
    ]),
  ].map(([option = '', hint]) => {
    const at = option.indexOf('=');
    const [key, value] = [option.slice(0, at), option.slice(at + 1).replace(',,', ',')];
    return [option, `"${value}" is not an allowed value of "${key}" for a qcow2 file -> ${hint}`];
  }),
])('qcow2 does not accept %s', (options, line) => {
  expect(findingLines(checkOptions('qcow2', options))).toEqual([`BP059 options: ${line}`]);
});

test('a format without options accepts none', () => {
  expect(checkOptions('qed', undefined)).toEqual([]);
  expect(findingLines(checkOptions('qed', 'cluster_size=1M'))).toEqual([
    'BP059 options: "cluster_size" is not an allowed option for a qed file -> allowed: ',
  ]);
});

test.each(['metadata', 'falloc', 'full'])('a compressed copy has no preallocation: %s', (value) => {
  const options = `cluster_size=64k,preallocation=${value}`;
  expect(checkOptions('qcow2', options)).toEqual([]);
  expect(findingLines(checkOptions('qcow2', options, true))).toEqual([
    `BP051 options: "compress" and "preallocation=${value}" are mutually exclusive -> keep one of the two`,
  ]);
});

test('a compressed copy may have other options', () => {
  expect(checkOptions('qcow2', 'preallocation=off,cluster_size=64k', true)).toEqual([]);
  expect(findingLines(checkOptions('qcow2', 'preallocation=all', true))).toEqual([
    expect.stringMatching(/^BP059/),
  ]);
});

test('every invalid option is reported', () => {
  const wrong = checkOptions('qcow2', 'compat=2,refcount_bits=16,x,cluster_size=1');
  expect(wrong.map(({ message }) => message.split(' ')[0])).toEqual(['"2"', '"x"']);
});
