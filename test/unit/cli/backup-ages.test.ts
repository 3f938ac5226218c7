/** `status --max-age`: the newest good backup in a store decides, and none at all is as bad as an old one. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { statusCommand } from '../../../src/cli/status.ts';
import { onLocal } from '../../../src/model/hosts.ts';
import { writeVerification } from '../../../src/store/verification.ts';
import { ended, STARTED, writeRun } from '../../journals.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { withStore } from '../../stored.ts';
import { changeManifest, rootOf, writeStore } from '../../stores.ts';
import { world } from '../../worlds.ts';
import { capturePrinted } from './printed.ts';

const folder = scratchFolder('backup-ages');
const state = join(folder, 'state');
const store = join(folder, 'web1');
const printed = capturePrinted();
const HOUR = 3_600_000;
/** What was printed, without its line breaks. */
const said = () => printed.stdout.replaceAll(/\n +/g, ' ');

beforeEach(async () => {
  vi.stubEnv('BLOCKPLAN_STATE_DIR', state);
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 4, 2), toFake: ['Date'] });
  // Backups of the first three days of November, at two in the morning.
  writeStore(store);
  const hosts = onLocal(withStore(world(), store, null));
  await writeRun(state, 'run-1', [{ ...STARTED, hosts }, ended('succeeded')]);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  rmSync(store, { recursive: true, force: true });
  rmSync(state, { recursive: true, force: true });
});

const status = (more: Partial<Parameters<typeof statusCommand>[1]> = {}, domain?: string) =>
  statusCommand(domain, { format: 'text', exitCode: true, maxAge: 26 * HOUR, ...more });

/** What is printed as JSON, which has to match the published schema. */
async function storesOf(more: object = {}) {
  await status({ format: 'json', ...more });
  const schema = readFileSync(
    new URL('../../../schemas/status.schema.json', import.meta.url),
    'utf8',
  );
  const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(schema));
  const value = JSON.parse(printed.stdout);
  expect(valid(value), JSON.stringify(valid.errors)).toBe(true);
  return value.stores;
}

test('a backup that is new enough', async () => {
  expect(await status()).toBe(0);
  expect(said()).toContain(
    `recent: the newest good backup in ${store}, wed, is 1 d old (2026-11-03 02:00:00Z)\n`,
  );
  printed.stdout = '';
  expect(await storesOf()).toEqual([
    { store, backup: 'wed', time: '2026-11-03T02:00:00Z', tooOld: false },
  ]);
});

test('an older one, with the command that lists the backups', async () => {
  expect(await status({ maxAge: 23 * HOUR })).toBe(1);
  expect(printed.stdout).toMatch(/^too old: the newest good backup /m);
  expect(said()).toContain(` $ blockplan backups ${store}\n`);
  expect(await status({ maxAge: 23 * HOUR, exitCode: false })).toBe(0);
});

test('a broken and a damaged backup do not count', async () => {
  truncateSync(join(store, 'wed/vda.qcow2'), 100);
  expect(await storesOf()).toMatchObject([{ backup: 'tue', tooOld: true }]);
  printed.stdout = '';
  const disks = [{ target: 'vda', root: rootOf('tue'), problem: 'it differs' }];
  writeFileSync(
    join(store, 'tue/verified.json'),
    writeVerification({ time: '2026-11-03T03:00:00Z', disks }),
  );
  expect(await storesOf()).toMatchObject([{ backup: 'mon', tooOld: true }]);
});

test('a backup from the future proves nothing', async () => {
  changeManifest(store, 'wed', { time: '2027-11-03T02:00:00Z' });
  expect(await storesOf()).toMatchObject([
    { backup: 'wed', tooOld: true, problem: 'the time of wed is in the future' },
  ]);
});

test('a store that is gone, and one without a backup', async () => {
  rmSync(store, { recursive: true });
  expect(await status()).toBe(1);
  expect(said()).toContain(`too old: the backup store ${store} does not exist `);
  printed.stdout = '';
  expect(await storesOf({ store: [folder] })).toEqual([
    { store: folder, tooOld: true, problem: `${folder} has no good backup` },
  ]);
});

test('a host where no run has made a backup', async () => {
  expect(await status({}, 'web2')).toBe(1);
  expect(printed.stdout).toContain('No run on this machine has made a backup');
  expect(await status({}, 'web1')).toBe(0);
});

test('a run that needs attention is worse', async () => {
  const { addUnfinished } = await import('../../../src/journal/unfinished.ts');
  await writeRun(state, 'run-2', [STARTED]);
  await addUnfinished(state, 'run-2');
  expect(await status({ maxAge: 23 * HOUR })).toBe(2);
  expect(printed.stdout).toContain('too old: ');
});

test('--store without --max-age is refused', async () => {
  const { maxAge: _none, ...options } = { format: 'text', maxAge: 0, store: [store] } as const;
  await expect(statusCommand(undefined, options)).rejects.toThrow('--store requires --max-age');
});
