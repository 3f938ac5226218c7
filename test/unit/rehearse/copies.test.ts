/** What a rehearsal demands of the copies that a run made, and what it says of what it did not check. */
import { describe, expect, test } from 'vitest';
import { checkNextStart } from '../../../src/rehearse/check.ts';
import { copiesIn, judgeCopy } from '../../../src/rehearse/copies.ts';
import { pathsBelow } from '../../../src/rehearse/paths.ts';
import { BASE, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

describe('a copy of a whole disk', () => {
  const before = { number: 57, whole: new Set(['/new/copy']) };
  const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

  test('must hold the number that was on disk when the run began', () => {
    expect(judgeCopy('/new/copy', upTo(58), before)).toEqual({
      found: 'clean, holds 1 to 58, none missing; number 57 was already on disk when the run began',
    });
    for (const log of [[], upTo(56)])
      expect(() => judgeCopy('/new/copy', log, before)).toThrow(
        `the guest's log ends at ${log.length}, but 57 was acknowledged`,
      );
  });

  test('of another copy only the gaps are judged, which is said', () => {
    const judged = judgeCopy('/new/base', [], before);
    expect(judged.found).toBe('clean, holds no number, none missing');
    expect(judged.notChecked).toContain('no copy of a whole disk');
    expect(() => judgeCopy('/new/base', [1, 3], before)).toThrow('has a gap');
  });
});

test('the copies are the images that the run made outside the chains, and in a folder that it made', () => {
  const made = { size: 1, made: true } as const;
  const files = {
    '/new/copy': made,
    '/new/gone': null,
    '/new/former': { size: 1 },
    [SNAP2]: made,
    '/backup/monday': made,
    '/backup/monday/vda.qcow2': { size: 1, format: 'qcow2' },
    '/backup/monday.partial': null,
    '/backup/monday.partial/vda.qcow2': null,
  };
  const state = world({ disks: [disk('vda', [SNAP2, SNAP1, BASE])], files });
  expect(copiesIn(state)).toEqual(['/new/copy', '/backup/monday/vda.qcow2']);
});

describe('a next start that cannot be checked is reported', () => {
  const scene = {
    guest: { disks: [{ target: 'vda', files: [BASE] }] },
    paths: pathsBelow('/lab'),
  } as unknown as Parameters<typeof checkNextStart>[0];
  const apart = disk('vda', [SNAP2, BASE], { persistentSource: SNAP1 });

  test.each([
    ['without a definition', world({ domain: { persistent: false } }), 'has no definition'],
    ['with a definition of other files', world({ disks: [apart] }), 'names other files'],
  ])('%s', async (_, state, why) => {
    expect(await checkNextStart(scene, state)).toEqual([
      { what: 'next start', found: '', wrong: [], notChecked: expect.stringContaining(why) },
    ]);
  });
});
