/** The fuzz test in a process of its own, with a heap of 256 MiB and a fixed seed; `npm run test:fuzz` has more cases. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;

test('plans, facts, journals, bundles, XML and stores of any shape end in findings', async () => {
  // Beside the packages, so that it finds them.
  const outfile = join(ROOT, 'node_modules/.cache', `fuzz-${process.pid}.mjs`);
  await build({
    entryPoints: [join(ROOT, 'test/fuzz/main.ts')],
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', outfile },
    logLevel: 'warning',
  });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--max-old-space-size=256', outfile, '2000', '8'],
    { encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  expect(stdout).toContain('2004 cases with seed 8');
  expect(status).toBe(0);
}, 120_000);
