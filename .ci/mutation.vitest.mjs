// Runs the unit tests of one file for mutation.mjs: vitest loads the instrumented text instead of the file.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const { file, code } = JSON.parse(readFileSync(process.env.BLOCKPLAN_MUTATION_JOB, 'utf8'));

const tests = process.env.BLOCKPLAN_MUTATION_TESTS.split(',');

class InThisOrder {
  shard = (files) => files;
  sort = (files) => {
    const place = ({ moduleId }) => tests.findIndex((test) => moduleId === resolve(test));
    return [...files].sort((a, b) => place(a) - place(b));
  };
}

export default defineConfig({
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      load: (id) => (id === resolve(file) ? code : undefined),
    },
  ],
  test: {
    include: tests,
    sequence: { sequencer: InThisOrder },
    setupFiles: ['test/seed.ts'],
    runner: '.ci/mutation.runner.mjs',
    reporters: [{}],
    // Mutants must never change the expected texts in the tests.
    update: 'none',
    // The runner has its own limits, which depend on how long each test takes without a mutant.
    testTimeout: 3_600_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
    isolate: false,
  },
});
