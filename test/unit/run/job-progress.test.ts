import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JobPace, JobProgress } from '../../../src/run/job-progress.ts';

const MIB = 2 ** 20;
const STEP = 16 * MIB;

/**
 * What is reported of a job at that rate, polled twice a second, that advances in whole steps. The guest writes to what was
 * copied already, and QEMU adds that to the total.
 */
function paces({
  rate,
  total,
  seconds,
  step = STEP,
  guest = () => 0,
}: {
  readonly rate: (second: number) => number;
  readonly total: number;
  readonly seconds: number;
  readonly step?: number;
  /** Bytes per second that the guest writes. */
  readonly guest?: (second: number) => number;
}): readonly JobPace[] {
  const job = new JobProgress(1000);
  let copied = 0;
  let end = total;
  return Array.from({ length: seconds * 2 }, (_, poll) => {
    copied += rate(poll / 2) / 2;
    end += guest(poll / 2) / 2;
    // A job never copies more than there is: the rest of its time is lost.
    copied = Math.min(copied, end);
    const current = Math.min(end, Math.floor(copied / step) * step);
    return job.report({ current, total: end }, 1000 + (poll + 1) * 500);
  });
}

const last = (all: readonly JobPace[]) => all.at(-1)!;

describe('the pace of a job', () => {
  test('has the time since the job began', () => {
    const all = paces({ rate: () => 100 * MIB, total: 2 ** 40, seconds: 5 });
    expect(all.map(({ elapsedMs }) => elapsedMs)).toEqual(
      Array.from({ length: 10 }, (_, at) => (at + 1) * 500),
    );
  });

  test('has no rate before the job has made two steps, and none in a burst', () => {
    const job = new JobProgress(0);
    expect(job.report({ current: 0, total: 100 }, 0)).toEqual({ elapsedMs: 0 });
    expect(job.report({ current: 10, total: 100 }, 10)).toEqual({ elapsedMs: 10 });
    expect(job.report({ current: 20, total: 100 }, 20)).toEqual({ elapsedMs: 20 });
    expect(job.report({ current: 30, total: 100 }, 1000)).toEqual({
      ...{ elapsedMs: 1000, rate: 30, leftMs: 3000 },
    });
  });

  test.each([1, 3, 10, 40, 200, 2000])(
    'does not jump at a steady %d MiB/s that QEMU reports in steps of 16 MiB',
    (mib) => {
      const all = paces({ rate: () => mib * MIB, total: 2 ** 42, seconds: 300 });
      const rates = all.flatMap(({ rate }) => (rate === undefined ? [] : [rate]));
      expect(rates.length).toBeGreaterThan(300);
      for (const rate of rates) {
        expect(rate / (mib * MIB)).toBeGreaterThan(0.75);
        expect(rate / (mib * MIB)).toBeLessThan(1.35);
      }
      // Once the window is full, two polls in a row differ by little.
      const settled = rates.slice(100);
      for (const [at, rate] of settled.slice(1).entries())
        expect(Math.abs(rate / settled[at]! - 1)).toBeLessThan(0.1);
    },
  );

  test('follows a job that becomes slower', () => {
    const rate = (second: number) => (second < 60 ? 200 : 50) * MIB;
    const all = paces({ rate, total: 2 ** 40, seconds: 120 });
    expect(all[100]!.rate! / MIB).toBeCloseTo(200, -1);
    expect(last(all).rate! / MIB).toBeCloseTo(50, -1);
  });

  test('becomes slower while a job stands still, and then has no remaining time to speak of', () => {
    const rate = (second: number) => (second < 30 ? 100 * MIB : 0);
    const all = paces({ rate, total: 2 ** 40, seconds: 24 * 3600 });
    expect(all[50]!.rate! / MIB).toBeCloseTo(100, -1);
    expect(all[200]!.rate! / MIB).toBeLessThan(60);
    expect(last(all).rate! / MIB).toBeLessThan(1);
    expect(last(all).leftMs).toBeUndefined();
    expect(all[50]!.leftMs).toBeGreaterThan(0);
  });

  test('starts again when the bytes become fewer: it is another job', () => {
    const job = new JobProgress(0);
    for (const [at, current] of [10, 20, 30].entries())
      job.report({ current, total: 100 }, at * 1000);
    expect(job.report({ current: 5, total: 100 }, 3000)).toEqual({ elapsedMs: 3000 });
    job.report({ current: 6, total: 100 }, 4000);
    expect(job.report({ current: 7, total: 100 }, 5000)).toMatchObject({ rate: 1 });
  });

  test('has no remaining time when nothing is left', () => {
    const job = new JobProgress(0);
    for (const [at, current] of [0, 50, 100].entries())
      expect(job.report({ current, total: 100 }, at * 1000).leftMs).toBeUndefined();
  });

  test.each([
    ['finely', 2 ** 20],
    ['in steps of 16 MiB', STEP],
  ])('reported %s says when the guest writes as fast as the job copies', (_how, step) => {
    // The first minute copies the disk; then only what the guest writes is left.
    const rate = () => 20 * MIB;
    const guest = (second: number) => (second < 60 ? 0 : 20 * MIB);
    const all = paces({ rate, guest, total: 1210 * MIB, seconds: 200, step });
    const at = (second: number) => all[second * 2 - 1]!;
    expect(at(50)).toMatchObject({ leftMs: expect.any(Number) });
    expect(at(50).guestKeepsUp).toBeUndefined();
    for (let second = 90; second < 200; second++) {
      expect(at(second).guestKeepsUp).toBe(true);
      expect(at(second).leftMs).toBeUndefined();
    }
  });

  test('does not say so of a guest that writes half as fast, and expects twice the time', () => {
    const rate = () => 20 * MIB;
    const all = paces({ rate, guest: () => 10 * MIB, total: 2000 * MIB, seconds: 150, step: MIB });
    expect(all.filter(({ guestKeepsUp }) => guestKeepsUp)).toEqual([]);
    // After 100 of 200 seconds, half of the distance is left.
    expect(all[199]!.leftMs! / 1000).toBeGreaterThan(90);
    expect(all[199]!.leftMs! / 1000).toBeLessThan(110);
  });

  test('does not say so in the first seconds, nor when nothing is left', () => {
    const rate = () => 20 * MIB;
    const all = paces({ rate, guest: rate, total: 100 * MIB, seconds: 60, step: MIB });
    expect(all.slice(0, 18).filter(({ guestKeepsUp }) => guestKeepsUp)).toEqual([]);
    const job = new JobProgress(0);
    for (let second = 0; second < 60; second++)
      expect(job.report({ current: second, total: second }, second * 1000).leftMs).toBeUndefined();
    expect(job.report({ current: 60, total: 60 }, 60_000).guestKeepsUp).toBeUndefined();
  });

  test('does not say so of an idle guest, although the first report has no total yet', () => {
    const job = new JobProgress(0);
    job.report({ current: 0, total: 1 }, 0);
    for (let second = 1; second < 60; second++) {
      const pace = job.report({ current: second * 20 * MIB, total: 2000 * MIB }, second * 1000);
      expect(pace.guestKeepsUp).toBeUndefined();
      if (second > 3) expect(pace.leftMs! / 1000).toBeCloseTo(100 - second, -1);
    }
  });

  test('is never negative, infinite or not a number', () => {
    const report = fc.record({
      current: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      total: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      after: fc.nat({ max: 100_000 }),
    });
    fc.assert(
      fc.property(fc.array(report), (reports) => {
        const job = new JobProgress(0);
        let now = 0;
        for (const { current, total, after } of reports) {
          now += after;
          const { elapsedMs, rate = 0, leftMs = 1000 } = job.report({ current, total }, now);
          expect(elapsedMs).toBe(now);
          expect(Number.isFinite(rate) && rate >= 0).toBe(true);
          expect(Number.isFinite(leftMs) && leftMs > 0 && leftMs % 1000 === 0).toBe(true);
        }
      }),
    );
  });
});
