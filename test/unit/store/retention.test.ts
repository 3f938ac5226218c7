/** The rule decides by the backups alone: by examples. */
import { describe, expect, test } from 'vitest';
import type { BackupStore, RetentionRule, StoredBackup } from '../../../src/model/backup-store.ts';
import { retentionOf } from '../../../src/store/retention.ts';
import { stored, storedDisk, storeOf } from '../../stored.ts';
import { at, broken, GUEST, needing, verified } from './retention-scenes.ts';

/** Each backup's fate, oldest first: why it stays, or `-`. */
function fates(
  backups: readonly StoredBackup[],
  keep: RetentionRule,
  more: Partial<BackupStore> = {},
): Record<string, string> {
  const rows = retentionOf(storeOf(backups, more), keep, GUEST, []);
  return Object.fromEntries(
    rows.toReversed().map(({ name, kept, reasons }) => [name, kept ? reasons.join(', ') : '-']),
  );
}

const DAYS = [96, 72, 48, 24, 12, 0].map((hours) => at(`b${hours}`, hours));

describe('the rule', () => {
  test('keeps the newest ones', () => {
    expect(fates(DAYS, { last: 2 })).toEqual({
      ...{ b96: '-', b72: '-', b48: '-', b24: '-' },
      ...{ b12: 'one of the newest 2', b0: 'one of the newest 2' },
    });
  });

  test('keeps the newest of each day in UTC, counted from the newest backup', () => {
    expect(fates(DAYS, { daily: 3 })).toEqual({
      ...{ b96: '-', b72: '-', b48: 'day 2026-11-30', b24: '-' },
      ...{ b12: 'day 2026-12-01', b0: 'day 2026-12-02' },
    });
  });

  test('keeps the newest of each week and month, of those that have backups', () => {
    const old = [
      at('oct', 24 * 60),
      at('nov', 24 * 20),
      at('sun', 72),
      at('mon', 48),
      at('wed', 0),
    ];
    expect(fates(old, { weekly: 3 })).toEqual({
      ...{ oct: '-', nov: 'week of 2026-11-09', sun: 'week of 2026-11-23' },
      ...{ mon: '-', wed: 'week of 2026-11-30' },
    });
    expect(fates(old, { monthly: 2 })).toEqual({
      ...{ oct: '-', nov: '-', sun: '-', mon: 'month 2026-11', wed: 'month 2026-12' },
    });
  });

  test('keeps what a pin names, and what several rules keep, with each reason', () => {
    expect(fates(DAYS, { last: 1, daily: 1, pins: ['b72'] })).toEqual({
      ...{ b96: '-', b72: 'pinned', b48: '-', b24: '-', b12: '-' },
      b0: 'the newest, day 2026-12-02',
    });
  });

  test('keeps the newest and the newest verified one in any case', () => {
    const backups = [at('a', 96, verified()), at('b', 72, verified()), at('c', 48), at('d', 0)];
    expect(fates(backups, { monthly: 1 })).toEqual({
      ...{ a: '-', b: 'the newest verified one is always kept', c: '-' },
      d: 'month 2026-12',
    });
  });

  test('that names only pins keeps the newest one', () => {
    expect(fates(DAYS.slice(-2), { pins: ['none'] })).toEqual({
      b12: '-',
      b0: 'the newest is always kept',
    });
  });

  test('does not take a backup with damage for a verified one', () => {
    const backups = [at('a', 96, verified()), at('b', 72, verified(false)), at('c', 0)];
    expect(fates(backups, { last: 1 })).toMatchObject({ a: expect.stringMatching('verified') });
    expect(fates(backups, { last: 1 }).b).toBe('-');
  });
});

describe('what else is in the store', () => {
  test('stays where a kept backup is based on it, directly or not', () => {
    const chain = [
      at('full', 72),
      at('inc1', 48, needing('full')),
      at('inc2', 24, needing('inc1')),
      at('other', 12),
      at('inc3', 0, needing('inc2')),
    ];
    expect(fates(chain, { last: 1 })).toEqual({
      ...{ full: 'inc1 needs it', inc1: 'inc2 needs it', inc2: 'inc3 needs it', other: '-' },
      inc3: 'the newest',
    });
  });

  test('is left alone and not counted if it is broken, of another guest, or without a manifest', () => {
    const { point: _none, ...bare } = at('bare', 10, needing('base'));
    const foreign = at('foreign', 0);
    const backups = [
      bare,
      at('base', 96),
      at('old', 72),
      at('good', 48),
      at('broken', 24, { ...broken, ...needing('old') }),
      { ...foreign, point: { ...foreign.point!, uuid: 'other', domain: 'web2' } },
    ];
    expect(fates(backups, { last: 1 })).toEqual({
      bare: 'left alone: it has no valid manifest',
      base: 'bare needs it',
      old: 'broken needs it',
      good: 'the newest',
      broken: 'left alone: it is broken',
      foreign: 'left alone: it is a backup of another guest, web2',
    });
  });

  test('stays where a draft needs it, or an unreadable backup may', () => {
    const draft = at('new', 0, needing('b96'));
    expect(fates(DAYS.slice(0, 2), { last: 1 }, { drafts: [draft] })).toEqual({
      b96: 'the draft new needs it',
      b72: 'the newest',
    });
    const { needs: _unknown, ...unread } = stored('lost', [], broken);
    expect(fates([...DAYS.slice(0, 2), unread], { last: 1 })).toMatchObject({
      b96: 'lost cannot be read, and may need it',
    });
  });

  test('stays with a file that blockplan did not make, and with the number of another one', () => {
    expect(fates(DAYS, { last: 4 }, { strays: ['b96/notes.txt', 'b7/x'] })).toMatchObject({
      b96: 'left alone: it contains notes.txt, which blockplan did not create',
      b72: '-',
    });
    const twin = at('twin', 0);
    const same = { ...twin, point: { ...twin.point!, sequence: 1 } };
    expect(fates([DAYS[0]!, same, at('c', 0)], { last: 1 })).toMatchObject({
      b96: 'left alone: twin has the same sequence number',
      twin: 'left alone: b96 has the same sequence number',
    });
  });

  test('is not kept once its removal has begun, unless something needs it', () => {
    const begun = (name: string) => ({ dropped: { name, begun: true } as const });
    const marked = [at('a', 72, begun('a')), at('b', 48, begun('b')), at('c', 0, needing('a'))];
    expect(fates(marked, { last: 3 })).toEqual({
      ...{ a: 'c needs it', b: '-', c: 'one of the newest 3' },
    });
    const whole = marked.map(({ dropped: _, ...each }) => ({
      ...each,
      dropped: { name: each.name },
    }));
    expect(fates(whole, { last: 3 })).toMatchObject({ b: 'one of the newest 3' });
  });

  test('is not kept as verified once a later verification has found damage below it', () => {
    const result = (time: string, problem?: string) => {
      const disk = { target: 'vda', root: 'root-of-vda', ...(problem ? { problem } : {}) };
      return { verified: { time, disks: [disk] } };
    };
    const on = (below: string) => ({ needs: [below], disks: [storedDisk('vda', { below })] });
    const of = (later: string) => [
      at('old', 96, result('2026-11-29T03:00:00Z')),
      at('full', 72),
      at('a', 48, { ...on('full'), ...result('2026-11-30T03:00:00Z') }),
      at('b', 24, { ...on('a'), ...broken, ...result(later, 'vda is damaged') }),
      at('new', 0),
    ];
    const verified = 'the newest verified one is always kept';
    expect(fates(of('2026-12-01T03:00:00Z'), { last: 1 })).toMatchObject({ old: verified });
    expect(fates(of('2026-11-30T02:00:00Z'), { last: 1 })).toMatchObject({ old: '-' });
  });
});

describe('a clock that jumps', () => {
  test('far ahead and back makes no other backup old', () => {
    const ahead = [at('a', 72), at('b', 48), at('jump', -24 * 4000), at('c', 24), at('d', 0)];
    expect(fates(ahead, { daily: 4 })).toEqual({
      a: '-',
      b: 'day 2026-11-30',
      jump: expect.stringMatching('^day 2037'),
      c: 'day 2026-12-01',
      d: 'day 2026-12-02',
    });
  });

  test('and begins at the same date after each boot leaves a day for each boot', () => {
    const boots = ['a', 'b', 'c'].flatMap((boot) => [at(`${boot}1`, 50), at(`${boot}2`, 49)]);
    expect(Object.values(fates(boots, { daily: 2 }))).toEqual([
      ...['-', '-', '-', 'day 2026-11-30', '-', 'day 2026-11-30'],
    ]);
  });
});

describe('the machine', () => {
  test('the time zone of the machine has no influence, and nothing is changed', () => {
    const zone = process.env['TZ'];
    try {
      process.env['TZ'] = 'Pacific/Kiritimati';
      const there = fates(DAYS, { daily: 2, weekly: 2 });
      process.env['TZ'] = 'America/Adak';
      expect(fates(DAYS, { daily: 2, weekly: 2 })).toEqual(there);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });
});
