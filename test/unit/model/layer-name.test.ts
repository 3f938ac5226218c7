import { expect, test } from 'vitest';
import { layerNamed } from '../../../src/host/file-names.ts';
import { indexedLayer, layerAt, spellLayer } from '../../../src/model/layer-name.ts';
import { BASE, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

const host = world();
const vda = disk('vda', [SNAP2, SNAP1, BASE]);

test.each([
  ['vda[2]', { target: 'vda', index: 2 }],
  ['sdab[13]', { target: 'sdab', index: 13 }],
])('%s is a target and an index', (name, parts) => {
  expect(indexedLayer(name)).toEqual(parts);
});

test.each([SNAP1, '/images/a[2]', 'a/b[2]', 'vda[2', '[2]', 'vda[2].qcow2', ''])(
  '"%s" is a path',
  (name) => {
    expect(indexedLayer(name)).toBeUndefined();
  },
);

test('a plan names a layer by its index, or by any path of its file', () => {
  const layers = [
    'vda[1]',
    'vda[3]',
    'vda[9]',
    'vdb[3]',
    BASE,
    `/export/..${BASE}`,
    '/images/a[3]',
  ];
  expect(layers.map((name) => layerAt(host, vda, name))).toEqual([0, 2, -1, -1, 2, 2, -1]);
});

test('libvirt finds a layer by its index, or by its own spelling of the path', () => {
  const layers = [
    'vda[1]',
    'vda[3]',
    'vda[9]',
    'vdb[3]',
    BASE,
    `/export/..${BASE}`,
    '/images/a[3]',
  ];
  expect(layers.map((name) => layerNamed(vda, name))).toEqual([0, 2, -1, -1, 2, -1, -1]);
  expect(spellLayer(host, 'vda', `/export/..${BASE}`)).toBe(BASE);
  expect(spellLayer(host, 'vda', 'vda[3]')).toBe('vda[3]');
  expect(spellLayer(host, 'vda', '/else')).toBe('/else');
});
