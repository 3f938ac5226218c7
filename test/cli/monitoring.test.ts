/** The files in examples/monitoring: systemd accepts the units, and blockplan their command and the settings. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readNotifySettings } from '../../src/notify/read.ts';
import { isolated } from '../isolation.ts';
import { scratchFolder } from '../scratch-folder.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const EXAMPLE = join(ROOT, 'examples/monitoring');
const folder = scratchFolder('monitoring');
const text = (name: string) => readFileSync(join(EXAMPLE, name), 'utf8');
const service = text('blockplan-metrics.service');

test('the notification file is valid, and so is the one in the documentation', () => {
  expect(readNotifySettings(text('notify.yaml'), 'notify.yaml').targets).toHaveLength(2);
  const pages = ['docs/notifications.md', 'docs/metrics.md'].map((page) =>
    readFileSync(join(ROOT, page), 'utf8'),
  );
  const blocks = pages.flatMap((page) => [...page.matchAll(/^```yaml\n([\s\S]*?)^```/gm)]);
  expect(blocks).toHaveLength(2);
  // The file with the headers is the user's own.
  for (const [, block = ''] of blocks)
    readNotifySettings(block.replace(/^ *headers-file:.*\n/m, ''), 'page.yaml');
});

test('the units get no complaints from systemd', () => {
  const installed = service.replace(/^ExecStart=blockplan(?= )/m, `ExecStart=${ROOT}dist/cli.js`);
  expect(installed).not.toBe(service);
  writeFileSync(join(folder, 'blockplan-metrics.service'), installed);
  cpSync(join(EXAMPLE, 'blockplan-metrics.timer'), join(folder, 'blockplan-metrics.timer'));
  const units = ['service', 'timer'].map((kind) => join(folder, `blockplan-metrics.${kind}`));
  const { error, stdout, stderr } = spawnSync('systemd-analyze', ['verify', ...units], {
    encoding: 'utf8',
  });
  // Without systemd this cannot be tested.
  if (error) return;
  expect(stdout + stderr).toBe('');
});

test('the service writes the metrics that the alerts use', () => {
  const file = join(folder, 'blockplan.prom');
  const words = service.match(/^ExecStart=blockplan (.*)$/m)?.[1]?.split(' ') ?? [];
  const { status, stderr } = spawnSync(
    process.execPath,
    ['dist/cli.js', ...words.map((word) => (word.startsWith('/') ? file : word))],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: '/nowhere', ...isolated(join(folder, 'state')) },
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(readFileSync(file, 'utf8')).toContain('blockplan_runs_needing_attention 0\n');
  const documented = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8');
  const source = readFileSync(join(ROOT, 'src/render/prometheus.ts'), 'utf8');
  const names = (page: string) => [...new Set(page.match(/\bblockplan_[a-z_]+/g))].sort();
  expect(names(documented)).toEqual(names(source));
  const rules = (
    parse(text('alerts.yml')) as { groups: { rules: { expr: string }[] }[] }
  ).groups.flatMap((group) => group.rules.map(({ expr }) => expr));
  expect(rules).toHaveLength(4);
  for (const name of names(rules.join('\n'))) expect(names(source)).toContain(name);
});
