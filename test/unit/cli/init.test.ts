/** Which names `blockplan init` gives to new files where the first ones are taken. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { initCommand } from '../../../src/cli/init.ts';
import type { TemplateName } from '../../../src/plan/templates.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'blockplan-names-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const DATED = '/to/web1-2026-11-29.qcow2';
const TIMED = '/to/web1-2026-11-29-094500.qcow2';
const overlay = (place: string, count = '') => `${place}.blockplan-backup${count}.qcow2`;
const ON_HOST = '/images/web1.qcow2';
const IN_PLAN = '${vars.source}';

/** The new files of the plan for a guest on whose host these files exist; the code of a refusal. */
async function namesOf(template: TemplateName, existing: readonly string[]): Promise<string[]> {
  vi.useFakeTimers({ now: new Date('2026-11-29T09:45:00Z'), toFake: ['Date'] });
  const facts = join(folder, 'facts.yaml');
  const files = Object.fromEntries(existing.map((file) => [file, { size: '1 MiB' }]));
  const disks = [{ target: 'vda', capacity: '2 GiB', chain: ['/images/web1.qcow2'] }];
  const domain = { name: 'web1', agent: true };
  writeFileSync(facts, JSON.stringify({ facts: 'blockplan/v1', domain, disks, files }));
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  try {
    await initCommand(template, 'web1', { facts, to: '/to' });
  } catch (error) {
    return (error as { findings: { code: string }[] }).findings.map(({ code }) => code);
  }
  const plan = written.join('');
  return ['dest', 'overlay'].flatMap(
    (name) => new RegExp(`^ {2}${name}: (\\S+)`, 'm').exec(plan)?.[1] ?? [],
  );
}

test.each<[TemplateName, readonly string[], readonly string[]]>([
  ['migrate', ['/to/web1.qcow2'], ['/to/web1-2.qcow2']],
  ['migrate', ['/to/web1.qcow2', '/to/web1-2.qcow2'], ['/to/web1-3.qcow2']],
  ['backup', [], ['/to/web1-${run.date}.qcow2', overlay(IN_PLAN)]],
  ['backup', [DATED], ['/to/web1-${run.date}-${run.time}.qcow2', overlay(IN_PLAN)]],
  ['backup', [overlay(ON_HOST)], ['/to/web1-${run.date}.qcow2', overlay(IN_PLAN, '-2')]],
  [
    'backup',
    [overlay(ON_HOST), overlay(ON_HOST, '-2')],
    ['/to/web1-${run.date}.qcow2', overlay(IN_PLAN, '-3')],
  ],
  [
    'backup',
    [DATED, overlay(ON_HOST)],
    ['/to/web1-${run.date}-${run.time}.qcow2', overlay(IN_PLAN, '-2')],
  ],
  ['backup-mirror', [DATED], ['/to/web1-${run.date}-${run.time}.qcow2']],
  ['backup-mirror', [DATED, TIMED], ['BP106']],
])('%s, where %j exist: %j', async (template, existing, names) => {
  expect(await namesOf(template, existing)).toEqual(names);
});
