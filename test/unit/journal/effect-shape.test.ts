/** Every effect that a run writes to its journal is one that `resume` and `show` can read. */
import { expect, test } from 'vitest';
import type { Effect } from '../../../src/commands/effect.ts';
import { effectShape, unknownInEffect } from '../../../src/journal/effect-shape.ts';
import { mismatchOf } from '../../../src/model/shape.ts';
import { qemuImgEffect, virshEffect } from '../../effects.ts';

const file = '/i/a.qcow2';
const draft = '/s/a.partial';
const why = 'w';

/** One of each tool, with its optional fields. */
const EFFECTS: { readonly [T in Effect['tool']]: Effect } = {
  virsh: virshEffect(['resume', '--domain', 'd']),
  'qemu-img': qemuImgEffect(['create', '-q', '-f', 'qcow2', '-b', '/i/b', '-F', 'qcow2', file]),
  'await-job': { tool: 'await-job', disk: 'vda', until: 'ready', timeoutMs: 1, why },
  'keep-definition': { tool: 'keep-definition', why },
  'make-file': { tool: 'make-file', file, why },
  'remove-file': { tool: 'remove-file', file, made: true, dataIn: ['/i/b'], why },
  'move-file': { tool: 'move-file', file, to: '/i/b', why },
  'draft-backup': {
    ...{ tool: 'draft-backup', draft, name: 'a', sources: { vda: file }, left: { sda: 'why' } },
    ...{
      checkpoint: 'a',
      parent: 'b',
      roots: { vda: 'r' },
      reasons: { vdb: 'x' },
      unfrozen: 'y',
    },
    why,
  },
  'arm-thaw': { tool: 'arm-thaw', timeoutMs: 1, agentTimeout: 1, why },
  'note-quiesce': { tool: 'note-quiesce', draft, required: true, why },
  'await-backup': {
    tool: 'await-backup',
    draft,
    disks: ['vda'],
    until: 'ended',
    timeoutMs: 1,
    why,
  },
  'digest-backup': { tool: 'digest-backup', draft, disks: ['vda'], why },
  'publish-backup': { tool: 'publish-backup', draft, to: '/s/a', why },
  'discard-backup': { tool: 'discard-backup', draft, disks: ['vda'], why },
  'retire-checkpoints': {
    tool: 'retire-checkpoints',
    checkpoints: ['b'],
    records: { b: '' },
    why,
  },
  'verify-image': { tool: 'verify-image', file, disk: 'vda', root: 'r', otherwise: 'o', why },
  'verify-backups': { tool: 'verify-backups', store: '/s', backup: 'a', guest: 'u', why },
  'mark-prune': {
    ...{ tool: 'mark-prune', store: '/s', keep: { last: 1, pins: ['a'] }, checkpoints: ['b'] },
    ...{ guest: 'u', why },
  },
  'remove-pruned': { tool: 'remove-pruned', store: '/s', why },
  'unmark-prune': { tool: 'unmark-prune', store: '/s', why },
};

test.each(Object.entries(EFFECTS))('%s', (_tool, effect) => {
  const read = JSON.parse(JSON.stringify(effect)) as object;
  expect(mismatchOf(effectShape, read)).toBeUndefined();
  expect(unknownInEffect(read)).toBeUndefined();
  expect(unknownInEffect({ ...read, more: 1 })).toBeDefined();
  expect(mismatchOf(effectShape, { ...read, why: 1 })).toBeDefined();
});

test('an effect of another version is not of any shape', () => {
  expect(mismatchOf(effectShape, { tool: 'other', why })).toMatchObject({ at: 'tool' });
  expect(unknownInEffect({ tool: 'other', why })).toBe('"other"');
});
