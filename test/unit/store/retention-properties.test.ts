/** What holds for the retention rule whatever is in a store. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RetentionRule, StoredBackup } from '../../../src/model/backup-store.ts';
import { retentionOf } from '../../../src/store/retention.ts';
import { storeOf } from '../../stored.ts';
import { at, broken, GUEST, verified } from './retention-scenes.ts';

/** A store of any shape: chains, jumping clocks, and backups that are broken, unread, foreign or marked. */
const arbitraryStore = fc
  .array(
    fc.record({
      hours: fc.integer({ min: -24 * 400, max: 24 * 400 }),
      parent: fc.option(fc.nat({ max: 20 }), { nil: undefined }),
      state: fc.constantFrom(
        'good',
        'good',
        'good',
        'broken',
        'bare',
        'foreign',
        'marked',
        'begun',
        'stray',
      ),
      verified: fc.boolean(),
    }),
    { maxLength: 20 },
  )
  .map((all) => {
    const backups = all.map(({ hours, parent, state, verified: isGood }, place): StoredBackup => {
      const needs = parent !== undefined && parent < place ? [`n${parent}`] : [];
      const name = `n${place}`;
      const backup = at(name, hours, { needs, ...(isGood ? verified() : {}) });
      if (state === 'bare') return { name, size: 1, disks: [], findings: [], needs };
      if (state === 'broken') return { ...backup, ...broken };
      if (state === 'foreign') return { ...backup, point: { ...backup.point!, uuid: 'other' } };
      if (state === 'marked') return { ...backup, dropped: { name } };
      return state === 'begun' ? { ...backup, dropped: { name, begun: true } } : backup;
    });
    const strays = all.flatMap(({ state }, place) => (state === 'stray' ? [`n${place}/x`] : []));
    return { store: storeOf(backups, { strays }), states: all.map(({ state }) => state) };
  });

const some = fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined });
const arbitraryRule = fc
  .record({ last: some, daily: some, weekly: some, monthly: some })
  .map((rule) =>
    Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)),
  ) as fc.Arbitrary<RetentionRule>;

describe('whatever is in a store', () => {
  test('what stays has all that it needs, and nothing that was not read goes', () => {
    fc.assert(
      fc.property(arbitraryStore, arbitraryRule, ({ store, states }, rule) => {
        const rows = new Map(retentionOf(store, rule, GUEST, []).map((row) => [row.name, row]));
        expect(rows.size).toBe(store.backups.length);
        for (const [place, { name, needs = [] }] of store.backups.entries()) {
          const row = rows.get(name)!;
          expect(row.reasons.length).toBeGreaterThan(0);
          if (row.kept) for (const each of needs) expect(rows.get(each)?.kept, each).toBe(true);
          if (['broken', 'bare', 'foreign', 'stray'].includes(states[place]!))
            expect(row.kept, name).toBe(true);
        }
      }),
    );
  });

  test('the newest good backup and the newest verified one stay', () => {
    fc.assert(
      fc.property(arbitraryStore, arbitraryRule, ({ store, states }, rule) => {
        const rows = retentionOf(store, rule, GUEST, []);
        const isKept = (name: string) => rows.find((row) => row.name === name)!.kept;
        const good = store.backups.filter((_, place) => /good|marked|stray/.test(states[place]!));
        for (const each of [good.at(-1), good.findLast((backup) => backup.verified)])
          if (each) expect(isKept(each.name), each.name).toBe(true);
      }),
    );
  });

  test('a larger rule keeps all that a smaller one keeps', () => {
    fc.assert(
      fc.property(arbitraryStore, arbitraryRule, fc.nat({ max: 3 }), ({ store }, rule, more) => {
        const larger = Object.fromEntries(
          Object.entries(rule).map(([unit, count]) => [unit, Number(count) + more]),
        );
        const kept = (keep: RetentionRule) =>
          new Set(
            retentionOf(store, keep, GUEST, []).flatMap((row) => (row.kept ? [row.name] : [])),
          );
        const all = kept({ last: 1, ...larger });
        for (const name of kept({ last: 1, ...rule })) expect(all).toContain(name);
      }),
    );
  });

  test('what remains is kept by the same rule: a second prune removes nothing', () => {
    fc.assert(
      fc.property(arbitraryStore, arbitraryRule, ({ store }, rule) => {
        const keep = { last: 1, ...rule };
        const rows = retentionOf(store, keep, GUEST, []);
        const left = new Set(rows.flatMap(({ kept, name }) => (kept ? [name] : [])));
        const backups = store.backups.filter(({ name }) => left.has(name));
        const again = retentionOf({ ...store, backups }, keep, GUEST, []);
        const unmarked = again.filter(({ name }) => backups.some((each) => each.name === name));
        expect(unmarked.filter(({ kept }) => !kept)).toEqual([]);
      }),
    );
  });
});
