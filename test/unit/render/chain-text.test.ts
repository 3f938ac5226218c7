import { expect, test } from 'vitest';
import { chainLines } from '../../../src/render/chain-text.ts';
import { palette } from '../../../src/render/color.ts';

const layers = (...files: string[]) => files.map((file) => ({ file, format: 'qcow2' }));
const plain = palette(false);

test('layers that stay are side by side', () => {
  const change = {
    target: 'vda',
    before: layers('/a/1', '/a/0'),
    after: layers('/b/2', '/a/1', '/a/0'),
  };
  expect(chainLines(change, 80, plain)).toEqual([
    'vda before and after, active layer on top:',
    '                     ┌ /b/2 (qcow2)',
    '  ┌ /a/1 (qcow2)     ├ /a/1 (qcow2)',
    '  └ /a/0 (qcow2)     └ /a/0 (qcow2)',
  ]);
  expect(chainLines({ ...change, before: change.after, after: change.before }, 80, plain)).toEqual([
    'vda before and after, active layer on top:',
    '  ┌ /b/2 (qcow2)',
    '  ├ /a/1 (qcow2)     ┌ /a/1 (qcow2)',
    '  └ /a/0 (qcow2)     └ /a/0 (qcow2)',
  ]);
});

test('images in one folder are shown by name', () => {
  const change = { target: 'vda', before: layers('/a/0'), after: layers('/a/1') };
  expect(chainLines(change, 80, plain)).toEqual([
    'vda in /a/ before and after, active layer on top:',
    '  ─ 0 (qcow2)     ─ 1 (qcow2)',
  ]);
});

test('chains that do not fit side by side are one below the other', () => {
  const change = { target: 'vda', before: layers('/long/1', '/a/0'), after: layers('/long/2') };
  expect(chainLines(change, 36, plain)).toEqual([
    'vda before:',
    '  ┌ /long/1 (qcow2)',
    '  └ /a/0 (qcow2)',
    'vda after:',
    '  ─ /long/2 (qcow2)',
  ]);
});

test('an empty drive has no layers', () => {
  const change = { target: 'sda', before: [], after: layers('/a/0') };
  expect(chainLines(change, 80, plain)).toEqual([
    'sda in /a/ before and after, active layer on top:',
    '  (none)     ─ 0 (qcow2)',
  ]);
});

test('removed layers are red, new layers are green, and nothing else has a colour', () => {
  const change = { target: 'vda', before: layers('/a/1', '/a/0'), after: layers('/b/2', '/a/0') };
  expect(chainLines(change, 80, palette(true)).slice(1)).toEqual([
    '  \u001b[31m┌ /a/1 (qcow2)\u001b[39m     \u001b[32m┌ /b/2 (qcow2)\u001b[39m',
    '  └ /a/0 (qcow2)     └ /a/0 (qcow2)',
  ]);
});
