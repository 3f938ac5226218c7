// The unit tests of the file that is changed: they take seconds and need no lab.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: process.env.BLOCKPLAN_MUTATION_TESTS.split(','),
    testTimeout: 60_000,
    maxWorkers: 1,
    // The modules are loaded once for all files: most of the time for a mutant is loading.
    isolate: false,
  },
});
