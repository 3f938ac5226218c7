import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { statusCommand } from '../../../src/cli/status.ts';
import { ended, STARTED, writeRun } from '../../journals.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { capturePrinted } from './printed.ts';

const folder = scratchFolder('status');
const state = join(folder, 'state');
const file = join(folder, 'blockplan.prom');
const printed = capturePrinted();

beforeEach(async () => {
  vi.stubEnv('BLOCKPLAN_STATE_DIR', state);
  for (const domain of ['web1', 'web2'])
    await writeRun(state, domain, [{ ...STARTED, domain }, ended('succeeded')]);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const domainsIn = (text: string) => [
  ...new Set([...text.matchAll(/domain="([^"]+)"/g)].map(([, domain]) => domain)),
];

test.each(['text', 'json', 'prometheus'] as const)(
  'the metrics file has all runs, whichever are printed as %s',
  async (format) => {
    expect(await statusCommand('web1', { format, metrics: file })).toBe(0);
    expect(domainsIn(readFileSync(file, 'utf8'))).toEqual(['web1', 'web2']);
    expect(domainsIn(printed.stdout)).toEqual(format === 'prometheus' ? ['web1'] : []);
  },
);
