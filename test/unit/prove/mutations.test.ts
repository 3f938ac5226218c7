/** Mutated shipped plans: preflight refuses each, and a proof finds what is wrong with each without preflight. */
import { describe, expect, test } from 'vitest';
import { Explorer } from '../../../src/prove/explore.ts';
import { replay } from '../../../src/prove/replay.ts';
import { readSeed, seedOf } from '../../../src/prove/seed.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { compiled, MUTATIONS, mutatedText, type Places } from '../../mutations.ts';
import { BASE, disk, looked, neighbour, SNAP1, SNAP2, world } from '../../worlds.ts';

const PLACES: Places = {
  domain: 'testvm',
  active: SNAP2,
  middle: SNAP1,
  base: BASE,
  dest: '/new/copy.qcow2',
  overlay: '/new/overlay.qcow2',
  theirs: '/export/vmimages/theirs.qcow2',
  astray: '/export/vmimages/astray.qcow2',
};
const ELSE = '/export/vmimages/else.qcow2';

const image = (backing: string | null) => ({ size: 1024 ** 2, format: 'qcow2', backing });
const host = world({
  disks: [disk('vda', [SNAP2, SNAP1, BASE])],
  others: [neighbour('neighbour', [PLACES.theirs, BASE], [])],
  files: { [PLACES.theirs]: image(BASE), [PLACES.astray]: image(ELSE), [ELSE]: image(null) },
});

describe.each(MUTATIONS)('$name', (mutation) => {
  const { graph, heedless } = compiled(mutatedText(mutation, PLACES));
  const { files } = walk(heedless, host);
  const there = looked(host, files);
  const explorer = new Explorer(heedless, there, [...files, ...Object.keys(there.files)]);

  test('is refused by preflight', () => {
    const errors = walk(graph, there).findings.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ code }) => code)).toEqual(mutation.refused);
  });

  test('is violated in a proof', () => {
    const { finish, wrong } = replay(explorer, readSeed(mutation.seed ?? 'nothing'));
    expect(finish.end).toBe(mutation.end);
    expect([...wrong].sort()).toEqual([...mutation.found(PLACES)].sort());
    const { violations } = explorer.explore(1);
    expect([...violations.keys()]).toEqual(expect.arrayContaining([...wrong]));
    const cause = (mutation.seed ?? 'nothing').split('@')[0];
    for (const what of wrong)
      expect(seedOf(violations.get(what)?.injections ?? []).split('@')[0], what).toBe(cause);
  });
});
