/** The marker is checked at the beginning of each phase, and costs a run that cannot set it only once. */
import { expect, test } from 'vitest';
import type { Driver } from '../../../src/commands/driver.ts';
import { EffectFailed, NoEvents } from '../../../src/model/effect-failed.ts';
import type { Marker } from '../../../src/model/marker.ts';
import { MarkerCheck } from '../../../src/run/marker-check.ts';

const OWN: Marker = {
  run: 'r',
  host: 'here',
  hostId: 'id',
  user: 'u',
  pid: 1,
  since: '2026-02-01T00:00:00.000Z',
};
const EARLIER: Marker = { ...OWN, run: 'r9', since: '2026-01-01T00:00:00.000Z' };
const pivot = { step: 'copy', phase: 'pivot', direction: 'do' } as const;

/** A check on a domain with that marker. */
function scene(seen: Marker | undefined, mark: Driver['mark'] = async () => {}) {
  const marks: (Marker | undefined)[][] = [];
  const check = new MarkerCheck(OWN);
  let now = seen;
  const driver = {
    seenMarker: () => ({ marker: seen }),
    marker: async () => now,
    mark: async (...given: Parameters<Driver['mark']>) => {
      marks.push(given);
      await mark(...given);
      now = given[0];
    },
  } as unknown as Driver;
  return { marks, before: (of: Parameters<MarkerCheck['before']>[1]) => check.before(driver, of) };
}

test('an outdated marker of this machine is replaced, and nothing else', async () => {
  const { marks, before } = scene(EARLIER);
  await before(pivot);
  expect(marks).toEqual([[OWN, EARLIER]]);
});

test.each<[string, Partial<Marker>]>([
  ['of another machine', { host: 'h9' }],
  ['of another machine of the same name', { hostId: 'other' }],
  ['of an unknown machine', { hostId: '' }],
  ['of a later run', { since: '2026-03-01T00:00:00.000Z' }],
  ['of an unknown time', { since: '' }],
])('a marker %s stops the run', async (_which, other) => {
  const { marks, before } = scene({ ...EARLIER, ...other });
  await expect(before(pivot)).rejects.toThrow('has locked the domain meanwhile');
  expect(marks).toEqual([]);
});

test('a marker that another run sets meanwhile stops the run', async () => {
  const check = new MarkerCheck(OWN);
  const driver = { seenMarker: () => ({ marker: undefined }), mark: async () => {} };
  const raced = { ...driver, marker: async () => EARLIER } as unknown as Driver;
  await expect(check.before(raced, pivot)).rejects.toThrow('run r9 (u on here) has locked');
});

test('a marker that cannot be set is tried once in a run', async () => {
  const { marks, before } = scene(undefined, async () => {
    throw new NoEvents('no events');
  });
  await before(pivot);
  await before({ ...pivot, direction: 'undo' });
  await before({ ...pivot, phase: 'mirror', direction: 'undo' });
  expect(marks).toHaveLength(1);
});

test('a marker that is refused is tried again in the next phase', async () => {
  const { marks, before } = scene(undefined, async () => {
    throw new EffectFailed('the guest has stopped');
  });
  await before(pivot);
  await before({ ...pivot, direction: 'undo' });
  expect(marks).toHaveLength(2);
});

test('what keeps a definition from being lost is done whoever has marked the domain', async () => {
  const { before } = scene({ ...EARLIER, host: 'h9' });
  await before({ step: 'run', phase: 'salvage', direction: 'undo' });
  await expect(before({ ...pivot, step: 'run' })).rejects.toThrow('has locked');
});
