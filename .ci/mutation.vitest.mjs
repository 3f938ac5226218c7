// The unit tests that hold the files of a part: those of its room, which take seconds, and no lab.
import { defineConfig } from 'vitest/config';

const TESTS = {
  steps: ['test/steps/**/*.test.ts', 'test/unit/simulate/**/*.test.ts'],
  run: ['test/unit/run/**/*.test.ts', 'test/unit/prove/mutations.test.ts'],
  libvirt: ['test/unit/libvirt/**/*.test.ts'],
};

export default defineConfig({
  test: { include: TESTS[process.env.BLOCKPLAN_MUTATED_ROOM], testTimeout: 60_000, maxWorkers: 1 },
});
