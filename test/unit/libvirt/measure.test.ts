/** Which images are measured, and what a host state then holds. */
import { expect, test } from 'vitest';
import type { ImageMeasure } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { measureImages } from '../../../src/libvirt/measure.ts';
import type { ImageFile, Layer } from '../../../src/model/host-state.ts';
import { disk, world } from '../../worlds.ts';

const untold = { size: 0, sizeUntold: true as const };
const FILES: Readonly<Record<string, ImageFile | null>> = {
  '/top': { size: 1, identity: '1:1' },
  '/alias': { size: 1, identity: '1:1' },
  '/data': { size: 2 },
  '/raw.img': { size: 3 },
  '/dev/lv': untold,
  '/other': { size: 4 },
  '/dev/dest': untold,
  '/missing': null,
};
const lv: Layer = { file: '/dev/lv', format: 'qcow2', block: true };
const top: Layer = { file: '/top', format: 'qcow2', dataFiles: ['/data'] };
const state = world({
  disks: [disk('vda', [], { chain: [top, lv] }), disk('vdb', ['/raw.img'])],
  files: FILES,
});

/** Measures with these answers, and records what is asked for. */
async function measured(answers: Readonly<Record<string, ImageMeasure | Error>>) {
  const asked: string[] = [];
  const measureImage = async ({ file, format }: Layer) => {
    asked.push(`${file} ${format}`);
    const answer = answers[file] ?? {};
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const { files } = await measureImages({ ...localHost, measureImage }, state);
  return { asked, files };
}

test('the layers are measured in their format, and other files as qcow2 images', async () => {
  const { asked } = await measured({});
  // What a guest writes into a raw disk or a data file is no header; an alias of a layer has its format.
  expect(asked.filter((each) => !each.startsWith('/alias')).sort()).toEqual([
    '/dev/dest qcow2',
    '/dev/lv qcow2',
    '/other qcow2',
    '/raw.img raw',
    '/top qcow2',
  ]);
});

test('a file without measures stays as it is', async () => {
  expect((await measured({})).files).toEqual(state.files);
});

test('virtual size and compressed data are added', async () => {
  const { files } = await measured({ '/top': { virtualSize: 9, compressed: 5 } });
  expect(files['/top']).toEqual({ ...FILES['/top'], virtualSize: 9, compressed: 5 });
});

test('a device holds no more than its length', async () => {
  const { files } = await measured({ '/dev/lv': { length: 7, virtualSize: 9 } });
  expect(files['/dev/lv']).toEqual({ size: 7, virtualSize: 9 });
});

test('an unknown amount of compressed data makes the size unknown', async () => {
  const { files } = await measured({ '/dev/lv': { length: 7, compressed: 'unknown' } });
  expect(files['/dev/lv']).toEqual({ size: 7, sizeUntold: true });
});

test('an image that cannot be read keeps its size; a bug is not hidden', async () => {
  const refused = Object.assign(new Error('no access'), { code: 'EACCES' });
  expect((await measured({ '/top': refused })).files).toEqual(state.files);
  await expect(measured({ '/top': new TypeError('a bug') })).rejects.toThrow('a bug');
});
