import { defineConfig } from 'vitest/config';

/** They would take another test's lab for one that was left behind. */
const LOOKS_AT_ALL_HOSTS = ['test/lab/rehearse.test.ts'];

export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/*.test.ts', 'test/unit/**/*.test.ts', 'test/steps/**/*.test.ts'],
          testTimeout: 20_000,
        },
      },
      { test: { name: 'cli', include: ['test/cli/**/*.test.ts'], testTimeout: 30_000 } },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts', 'test/crash/**/*.test.ts'],
          exclude: LOOKS_AT_ALL_HOSTS,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // A guest that boots takes a core, and the rest waits for it: two files at a time keep two cores at work.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'lab-alone',
          include: LOOKS_AT_ALL_HOSTS,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
