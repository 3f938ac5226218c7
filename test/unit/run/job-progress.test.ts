import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JobPace, JobProgress } from '../../../src/run/job-progress.ts';

const MIB = 2 ** 20;
const STEP = 16 * MIB;

/** What is reported of a job at that rate, polled twice a second, that advances in whole steps. */
function paces({
  rate,
  total,
  seconds,
  step = STEP,
}: {
  readonly rate: (second: number) => number;
  readonly total: number;
  readonly seconds: number;
  readonly step?: number;
}): readonly JobPace[] {
  const job = new JobProgress(1000);
  let copied = 0;
  return Array.from({ length: seconds * 2 }, (_, poll) => {
    copied += rate(poll / 2) / 2;
    const current = Math.min(total, Math.floor(copied / step) * step);
    return job.report({ current, total }, 1000 + (poll + 1) * 500);
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
