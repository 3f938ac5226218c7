/** What commands print in a test. */
import { afterEach, beforeEach, vi } from 'vitest';

/** Captures both streams, from the beginning of each test of a file to its end. */
export function capturePrinted(): { stdout: string; stderr: string } {
  const printed = { stdout: '', stderr: '' };
  beforeEach(() => {
    for (const stream of ['stdout', 'stderr'] as const) {
      printed[stream] = '';
      vi.spyOn(process[stream], 'write').mockImplementation((text) => {
        printed[stream] += text;
        return true;
      });
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  return printed;
}
