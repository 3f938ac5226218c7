// The unit tests beside the file that is changed: they take seconds, and no lab.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: process.env.BLOCKPLAN_MUTATION_TESTS.split(','),
    testTimeout: 60_000,
    maxWorkers: 1,
    // The modules are read once for all files: what a mutant takes is mostly their reading.
    isolate: false,
  },
});
