import { describe, expect, test } from 'vitest';
import { exampleWorld } from '../../src/generate/example-world.ts';
import { examine } from '../../src/steps/derived.ts';
import {
  guestIsUp,
  newFileNeeds,
  openableNeed,
  unsharedNeed,
  unwrittenNeed,
  workableNeed,
} from '../../src/steps/needs.ts';
import { steps } from '../../src/steps/registry.ts';
import { world } from '../worlds.ts';

const examples = steps.flatMap((step) =>
  step.examples.map(({ title, params }) => ({ kind: step.kind, title, step, params })),
);

describe.each(examples)('$kind: $title', ({ step, params }) => {
  const world = exampleWorld(step, params);
  const needs = examine(step, params, world).requirements;

  test('tells what has to be so, in clauses', () => {
    expect(needs.length).toBeGreaterThan(0);
    for (const { what } of needs) expect(what).toMatch(/^(the|there|it|no|\/\S+) [^\n]*[^.\n]$/);
    expect(what(needs)).toEqual([...new Set(what(needs))]);
  });

  test('speaks of every file that is looked at', () => {
    const told = needs.flatMap((each) =>
      typeof each.needs === 'object' && 'file' in each.needs ? [each.needs.file] : [],
    );
    expect(told).toEqual(expect.arrayContaining([...examine(step, params, world).files]));
  });

  test('copies into files only, and no more than it has room for there', () => {
    for (const { to, copied, room } of step.amounts(params, world)) {
      expect(to).toMatch(/^\//);
      expect(room).toBeGreaterThanOrEqual(copied);
      expect(room).toBeGreaterThan(0);
    }
  });
});

function what(needs: readonly { readonly what: string }[]): string[] {
  return needs.map((each) => each.what);
}

test('what is copied is what the layers hold', () => {
  const amounts = (kind: string) => {
    const step = steps.find((each) => each.kind === kind)!;
    const { params } = step.examples[0]!;
    return step.amounts(params, exampleWorld(step, params));
  };
  const MiB = 1024 * 1024;
  expect(amounts('blockcopy')).toEqual([
    { to: '/export/fast/copy.qcow2', copied: 64 * MiB, room: 64 * MiB },
  ]);
  expect(amounts('blockcommit')).toEqual([
    { to: '/images/snap1.qcow2', copied: 64 * MiB, room: 64 * MiB },
  ]);
  expect(amounts('convert')).toEqual([
    { to: '/backup/testvm.qcow2', copied: 64 * MiB, room: 64 * MiB },
  ]);
  expect(amounts('undefine')).toEqual([]);
});

describe('what a preview lists', () => {
  const running = world();
  const paused = world({ domain: { state: 'paused' } });

  test('for a file that is made', () => {
    expect(newFileNeeds('/n')).toEqual([
      { what: 'there is no file /n', needs: { file: '/n' } },
      {
        what: 'there is a folder for /n, with room, in which files can be made',
        needs: { folder: '/n' },
      },
      { what: 'no other domain uses /n', needs: 'others' },
      { what: 'the host lets QEMU write to /n', needs: 'run' },
    ]);
  });

  test('for files that others may have', () => {
    expect(unsharedNeed(['/a', '/b'])).toEqual({
      ...{ what: 'no other domain uses /a, /b', needs: 'others' },
    });
    expect(unwrittenNeed('vda')).toEqual({
      ...{ what: 'no other guest writes to a layer of vda', needs: 'others' },
    });
    expect(openableNeed('/a')).toEqual({
      ...{ what: 'the host lets QEMU write to /a', needs: 'run' },
    });
  });

  test('for a disk with a job, of a guest that runs or is paused', () => {
    expect([guestIsUp(running), guestIsUp(paused)]).toEqual([
      'the guest runs',
      'the guest is paused',
    ]);
    expect(workableNeed(paused, 'vda')).toEqual({
      what: 'the guest is paused, and vda is a disk on local files or block devices without a job',
      needs: { told: ['state'] },
    });
    expect(workableNeed(running, 'vda').what).toMatch(/^the guest runs, and vda is a disk /);
  });
});
