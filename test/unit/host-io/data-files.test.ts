/** Which files an image consists of, checked against qemu-img's output for the same image. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readDataFiles } from '../../../src/host-io/data-files.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { dataFilesByContent } from '../../../src/libvirt/data-files.ts';
import { pathsNamed } from '../../../src/model/image-names.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-data-files-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const create = (name: string, format: string, ...words: string[]) =>
  execFileSync('qemu-img', ['create', '-q', '-f', format, ...words, at(name), '5G'], {
    cwd: folder,
  });

/** The files that qemu-img reports, without the image itself. */
function toldByQemu(name: string, format: string): string[] {
  const argv = ['info', '--output=json', '-f', format, at(name)];
  const told = JSON.parse(execFileSync('qemu-img', argv, { cwd: folder, encoding: 'utf8' })) as {
    'format-specific'?: {
      data: { 'data-file'?: string; extents?: readonly { filename: string }[] };
    };
  };
  const data = told['format-specific']?.data;
  const named = [data?.['data-file'] ?? [], ...(data?.extents ?? []).map((each) => each.filename)];
  return named
    .flat()
    .map((file) => join(folder, file.replace(`${folder}/`, '')))
    .filter((file) => file !== at(name));
}

describe('the data files of an image', () => {
  test.each([
    ['a plain qcow2', 'qcow2', [], 0],
    ['a qcow2 of version 2', 'qcow2', ['-o', 'compat=0.10'], 0],
    ['a qcow2 with bitmaps and other extensions', 'qcow2', ['-o', 'extended_l2=on'], 0],
    ['a qcow2 with a data file', 'qcow2', ['-o', 'data_file=DIR/abs.data,data_file_raw=on'], 1],
    ['one with a relative data file', 'qcow2', ['-o', 'data_file=rel.data'], 1],
    ['a sparse vmdk', 'vmdk', ['-o', 'subformat=monolithicSparse'], 0],
    ['a flat vmdk', 'vmdk', ['-o', 'subformat=monolithicFlat'], 1],
    ['a vmdk in sparse parts', 'vmdk', ['-o', 'subformat=twoGbMaxExtentSparse'], 3],
    ['a vmdk in flat parts', 'vmdk', ['-o', 'subformat=twoGbMaxExtentFlat'], 3],
    ['a vmdk for streaming', 'vmdk', ['-o', 'subformat=streamOptimized'], 0],
    ['a raw image', 'raw', [], 0],
    ['a vdi', 'vdi', [], 0],
  ])('of %s', async (title, format, words, count) => {
    const name = `${title.replaceAll(' ', '-')}.img`;
    create(name, format, ...words.map((word) => word.replace('DIR', folder)));
    const { files, unread } = await readDataFiles({ file: at(name), format });
    expect([files, unread]).toEqual([toldByQemu(name, format), undefined]);
    expect(files).toHaveLength(count);
    expect((await dataFilesByContent(localHost, at(name))).files).toEqual(
      format === 'raw' ? [] : files,
    );
  });

  test('are none where the image is missing, is on the network, or has another format', async () => {
    create('own.qcow2', 'qcow2', '-o', `data_file=${at('own.data')}`);
    for (const layer of [
      { file: at('missing'), format: 'qcow2' },
      { file: 'nbd:export', format: 'qcow2' },
      { file: at('own.qcow2'), format: 'raw' },
      { file: at('own.qcow2'), format: 'vmdk' },
    ])
      expect(await readDataFiles(layer)).toEqual({ files: [] });
  });

  test('are unknown where the header does not name them', async () => {
    create('odd.qcow2', 'qcow2', '-o', `data_file=${at('odd.data')}`);
    const header = execFileSync('dd', [`if=${at('odd.qcow2')}`, 'bs=64K', 'status=none']);
    header.writeUInt32BE(0, 112);
    writeFileSync(at('odd.qcow2'), header);
    expect(await readDataFiles({ file: at('odd.qcow2'), format: 'qcow2' })).toEqual({
      files: [],
      unread: true,
    });
  });

  test('are read without an error from any content', async () => {
    const magic = Buffer.from('QFI\xfb', 'latin1');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 4096 }), fc.boolean(), async (bytes, asQcow2) => {
        const content = Buffer.from(bytes);
        if (asQcow2 && content.length > 8) {
          magic.copy(content);
          content.writeUInt32BE(3, 4);
        }
        writeFileSync(at('any'), content);
        for (const format of ['qcow2', 'vmdk'])
          expect((await readDataFiles({ file: at('any'), format })).files).toBeInstanceOf(Array);
      }),
      { numRuns: 300 },
    );
  });
});

test.each([
  ['/a/b.qcow2', ['/a/b.qcow2']],
  ['b.qcow2', ['/i/b.qcow2']],
  ['../b', ['/b']],
  ['file:/a/b', ['/a/b']],
  ['file:b', ['/i/b']],
  ['file:///a/b', ['/a/b']],
  ['host_device:/dev/sda', ['/dev/sda']],
  ['nbd://host/export', ['nbd://host/export']],
  ['./a:b', ['/i/a:b']],
  ['json:{"driver":"qcow2","file":{"driver":"file","filename":"/a"}}', ['/a']],
  ['json:{"driver":"qcow2","file.driver":"file","file.filename":"a"}', ['/i/a']],
  [
    'json:{"file.filename":"/a","data-file":{"filename":"/d","driver":"host_device"}}',
    ['/a', '/d'],
  ],
  [
    'json:{"driver":"qcow2","file":{"filename":"/a"},"backing":{"file":{"filename":"/b"}}}',
    ['/a', '/b'],
  ],
  ['json:{"driver":"qcow2","file":{"filename":"/a"},"backing":null}', ['/a']],
  ['json:{"driver":"nbd","host":"h"}', undefined],
  ['json:{"driver":"qcow2","file":"node"}', undefined],
  ['json:{"driver":"quorum","children":[]}', undefined],
  ['json:{"file":{"driver":"nbd"}}', undefined],
  ['json:{', undefined],
  ['json:[]', undefined],
])('the name %s leads to %j', (name, paths) => {
  expect(pathsNamed(name, '/i')).toEqual(paths);
});
