/** The manifest of a backup: written, read again, and refused in words. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { manifestEditorSchema, manifestValidatorCode } from '../../../src/generate/validator.ts';
import { readManifest, writeManifest } from '../../../src/store/manifest.ts';
import { manifestSchema } from '../../../src/store/schema.ts';
import { manifestOf, storedDiskOf, WEEK } from '../../stores.ts';

const WHOLE = manifestOf('tue', 2, 'mon', {
  'not-quiesced': 'the agent is not connected',
  quiesced: false,
  disks: [
    storedDiskOf('tue', 'mon'),
    {
      ...storedDiskOf('tue', undefined, 'vdb'),
      ...{ length: 200_704, serial: 'S1', reason: 'its bitmap is missing' },
    },
  ],
  'left-out': [{ target: 'vdc', reason: 'it is read-only' }],
});

test.each([WHOLE, ...WEEK])('what is written is read again', (manifest) => {
  expect(readManifest(writeManifest(manifest))).toEqual({ manifest });
});

test('the text does not depend on the order of the keys', () => {
  const backwards = Object.fromEntries(Object.entries(WHOLE).reverse()) as typeof WHOLE;
  expect(writeManifest(backwards)).toBe(writeManifest(WHOLE));
  expect(Object.keys(JSON.parse(writeManifest(backwards)))[0]).toBe('backup');
});

const changed = (change: object) => JSON.stringify({ ...WHOLE, ...change });
const disks = (change: object) =>
  changed({ disks: [{ ...storedDiskOf('tue', 'mon'), ...change }] });

describe('a manifest is invalid', () => {
  test.each([
    ['not JSON', '{', ['it is not JSON']],
    ['no map', '[]', ['it is not a JSON object']],
    ['a file of another program', '{"name":"x"}', ['"backup" is missing']],
    ['another format', changed({ backup: 'x' }), ['"backup" is not "blockplan/v1"']],
    ['an unknown key', changed({ colour: 1 }), ['"colour" is unknown']],
    ['an unknown key of a disk', disks({ colour: 1 }), ['"disks[0].colour" is unknown']],
    ['a missing key of a disk', disks({ source: undefined }), ['"disks[0].source" is missing']],
    ['a name that is a path', changed({ name: '../tue' }), [/^"name" is not the name of a backup/]],
    [
      'the name of a draft',
      changed({ name: 'a.partial' }),
      [/^"name" is not the name of a backup/],
    ],
    ['a hidden name', changed({ parent: '..' }), [/^"parent" is not the name of a backup/]],
    [
      'a file elsewhere',
      disks({ file: '../mon/vda.qcow2' }),
      [/"disks\[0\]\.file" is not the name/],
    ],
    ['a file of another kind', disks({ file: 'manifest.json' }), [/"disks\[0\]\.file" is not/]],
    ['a target that is no name', disks({ target: 'a/b' }), [/"disks\[0\]\.target" is not/]],
    [
      'a size that is no number',
      disks({ capacity: '5M' }),
      [/"disks\[0\]\.capacity" is not a whole/],
    ],
    ['a negative size', disks({ capacity: -1 }), [/"disks\[0\]\.capacity" is not a whole number/]],
    ['no disks', changed({ disks: [] }), ['"disks" is not a list of 1 to 256 disks']],
    ['a local time', changed({ time: '2026-11-29 02:00' }), [/"time" is not a time in UTC/]],
    [
      'a day that does not exist',
      changed({ time: '2026-02-30T02:00:00Z' }),
      [/"time" is not a valid date/],
    ],
    [
      'the same disk twice',
      changed({ disks: [WHOLE.disks[0], WHOLE.disks[0]] }),
      [/"target"/, /"file"/],
    ],
    ['an increment of nothing', changed({ parent: undefined }), [/^"parent" is missing, although/]],
    ['an increment of itself', changed({ parent: 'tue' }), ['"parent" is the backup itself']],
    ['an increment of unknown data', disks({ 'parent-root': undefined }), [/"parent-root" of/]],
    ['no reason', changed({ 'not-quiesced': undefined }), ['"not-quiesced" is missing']],
  ])('with %s', (_title, text, expected) => {
    const read = readManifest(text);
    const problems = 'problems' in read ? read.problems : [];
    expect(problems.length).toBeGreaterThanOrEqual(expected.length);
    for (const [at, each] of expected.entries())
      expect(problems[at]).toMatch(
        typeof each === 'string' ? new RegExp(`^${escaped(each)}$`) : each,
      );
  });

  test('of many errors, the first are shown', () => {
    const read = readManifest('{"a":1,"b":1,"c":1,"d":1}');
    expect(read).toEqual({
      problems: [...Array(4).fill(expect.any(String)), expect.stringMatching(/^\d+ more errors$/)],
    });
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}

test('a newer version is named, whatever else it has', () => {
  expect(readManifest('{"backup":"blockplan/v2","chunks":[]}')).toEqual({ newer: 'blockplan/v2' });
  expect(readManifest(changed({ backup: 'blockplan/v02' }))).toHaveProperty('problems');
});

test('any JSON is a manifest or has problems', () => {
  const parts = fc.oneof(
    fc.json(),
    fc.jsonValue().map((each) => changed({ disks: each })),
  );
  fc.assert(
    fc.property(parts, (text) => {
      const read = readManifest(text);
      expect('problems' in read && read.problems.length > 0).toBe(true);
    }),
  );
});

describe('generated files are up to date (run `npm run generate`)', () => {
  const committed = (file: string) =>
    readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');

  test('for the published schema, which is strict', () => {
    const file = 'schemas/backup-manifest.schema.json';
    expect(committed(file)).toBe(manifestEditorSchema());
    expect(JSON.parse(committed('package.json')).exports).toHaveProperty([`./${file}`]);
    const valid = new Ajv2020({ strict: true }).compile(manifestSchema());
    expect(valid(WHOLE)).toBe(true);
    expect(valid({ ...WHOLE, colour: 1 })).toBe(false);
  });

  test('for the validator, which imports nothing', async () => {
    const code = committed('src/store/validator.generated.js');
    expect(code === (await manifestValidatorCode())).toBe(true);
    expect(/(?<![\w"'])require\(|^import /m.exec(code)?.[0]).toBeUndefined();
  });
});
