/** What `resume` and `rollback` refuse because of the files on disk, before they use libvirt. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Effect } from '../../src/commands/effect.ts';
import { FORMAT, type JournalEntry } from '../../src/journal/journal.ts';
import { addUnfinished, removeUnfinished, unfinishedRuns } from '../../src/journal/unfinished.ts';
import { compiledPlanOf } from '../../src/run/stored-plan.ts';
import { thisHost } from '../../src/this-host.ts';
import { isolated } from '../isolation.ts';
import {
  commanded,
  ended,
  GIVEN,
  journalText,
  KEPT,
  phase,
  STARTED,
  writeRun,
} from '../journals.ts';
import { hostForPlans, planned } from '../plans.ts';
import { definitionXml } from '../worlds.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const state = mkdtempSync(join(tmpdir(), 'blockplan-take-up-'));
afterAll(() => rmSync(state, { recursive: true }));

const HERE = { ...STARTED, host: hostname() };
const TAKEN_UP: JournalEntry = {
  type: 'run-resumed',
  how: 'resume',
  host: hostname(),
  user: 'root',
  pid: 1,
  version: '0',
};
const words = (text: string) => text.replaceAll(/\s+/g, ' ');
const { hostId } = thisHost();
const FORMER = { ...STARTED, host: 'former', hostId };
const BUNDLE = { ...KEPT.bundle, definition: definitionXml('web1', STARTED.uuid, []) };
const DONE = phase('do', 'undefine/undefine', 'DONE', []);
const PLAN =
  'plan: blockplan/v1\nname: p\ndomain: web1\nsteps:\n  - { id: undefine, undefine: {} }\n';
const planSum = createHash('sha256').update(PLAN).digest('hex');

function blockplan(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: '/nowhere', ...isolated(state) },
  });
  return { status, code: /error (BP\d+)/.exec(stderr)?.[1], stdout, stderr };
}

beforeAll(async () => {
  const { format: _, ...older } = HERE;
  await writeRun(state, 'older', [older as typeof HERE, ...DONE]);
  await writeRun(state, 'over', [HERE, ended('succeeded')]);
  await writeRun(state, 'empty', []);
  await writeRun(state, 'elsewhere', [
    { ...HERE, planSum },
    { ...TAKEN_UP, host: 'another' },
  ]);
  await writeRun(state, 'no-plan', [HERE, ...DONE]);
  const lines = journalText([HERE, ...DONE, TAKEN_UP]).split('\n');
  lines[1] = lines[1]!.replace('undefine', 'redefine');
  await writeRun(state, 'altered', lines.join('\n'));
  writeFileSync(
    join(await writeRun(state, 'edited', [{ ...HERE, planSum }]), 'plan.yaml'),
    `${PLAN}#\n`,
  );
  writeFileSync(join(await writeRun(state, 'phases', [{ ...HERE, planSum }]), 'plan.yaml'), PLAN);
  const compiled = compiledPlanOf(planned(['undefine: {}']).graph, hostForPlans());
  const [step] = compiled.steps;
  await writeRun(state, 'newer-plan', [
    { ...HERE, compiled: { ...compiled, steps: [{ ...step!, kind: 'blockfuture' }] } },
  ]);
  await writeRun(state, 'damaged-plan', [{ ...HERE, compiled: { ...compiled, states: [] } }]);
  await writeRun(state, 'newer-form', [{ ...HERE, format: FORMAT + 1 }]);
  await writeRun(state, 'newer-command', [
    HERE,
    ...commanded('do', 'a/b', { ...GIVEN.copy, verb: 'blockfuture' } as unknown as Effect, 'none'),
  ]);
  for (const run of ['over', 'empty', 'edited']) await addUnfinished(state, run);
});

test.each([
  ['older', 'BP213', 'a format that this version of blockplan does not know'],
  ['over', 'BP211', 'run over is over: succeeded'],
  ['empty', 'BP213', 'the run had not started, and nothing was done'],
  ['elsewhere', 'BP216', 'run elsewhere ran on another'],
  ['no-plan', 'BP214', 'the plan of run r cannot be read'],
  ['altered', 'BP212', 'was modified after it was written'],
  ['edited', 'BP214', 'was edited after the run began'],
  ['phases', 'BP213', 'whose steps have different phases'],
  ['newer-plan', 'BP213', '(blockfuture), a kind that this version does not know'],
  ['damaged-plan', 'BP212', 'its states do not match its phases'],
  ['newer-form', 'BP213', 'a format that this version of blockplan does not know'],
  ['newer-command', 'BP213', 'has the command "virsh blockfuture"'],
])('a run that is %s: %s', (run, code, words) => {
  for (const how of ['resume', 'rollback']) {
    const journal = () => readFileSync(join(state, 'runs', run, 'journal.jsonl'), 'utf8');
    const before = journal();
    const said = blockplan(how, run);
    expect(said).toMatchObject({ status: 3, code });
    expect(said.stderr.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(journal()).toBe(before);
  }
});

const FORGET = [
  ['a stranded run', [HERE, ended('stranded')]],
  ['an interrupted one', [HERE, ...DONE]],
  ['one of an older version', [{ ...HERE, format: undefined as unknown as number }]],
  ['one whose journal has no start record', []],
] as const;

test.each(FORGET)('%s is forgotten, and is over then', async (_title, entries) => {
  const folder = await writeRun(state, 'forgettable', entries);
  await addUnfinished(state, 'forgettable');
  expect(blockplan('forget', 'forgettable')).toMatchObject({ status: 0 });
  expect(await unfinishedRuns(state)).not.toContain('forgettable');
  expect(blockplan('status').stdout).not.toContain('forgettable');
  for (const how of ['resume', 'rollback', 'forget'])
    expect(blockplan(how, 'forgettable').status).toBe(3);
  expect(blockplan('forget', 'forgettable').code).toBe('BP211');
  rmSync(folder, { recursive: true });
});

test('a run that may hold the only definition of its domain is not forgotten', async () => {
  const folder = await writeRun(state, 'holds', [HERE, KEPT, ended('stranded')]);
  writeFileSync(join(folder, 'bundle.json'), '{}');
  await addUnfinished(state, 'holds');
  const said = blockplan('forget', 'holds');
  expect(said).toMatchObject({ status: 3, code: 'BP217' });
  expect(said.stderr).toContain('blockplan rescue holds');
  expect(await unfinishedRuns(state)).toContain('holds');
  rmSync(folder, { recursive: true });
});

test('a run of another host is neither forgotten nor rescued here', async () => {
  const entries = [STARTED, { ...KEPT, bundle: BUNDLE }] as const;
  const folder = await writeRun(state, 'far', entries);
  await addUnfinished(state, 'far');
  const journal = readFileSync(join(folder, 'journal.jsonl'), 'utf8');
  const forgotten = blockplan('forget', 'far');
  expect(forgotten).toMatchObject({ status: 3, code: 'BP216' });
  expect(words(forgotten.stderr)).toContain('ssh host1 blockplan forget far');
  expect(words(forgotten.stderr)).toContain(`remove ${join(state, 'unfinished/far')}`);
  const rescued = blockplan('rescue', 'far');
  expect(rescued).toMatchObject({ status: 3, code: 'BP216' });
  expect(words(rescued.stderr)).toContain(
    `ssh host1 blockplan rescue r; if host1 is lost, restore it here: blockplan rescue ${folder}`,
  );
  expect(blockplan('rescue', '--all').stdout).toContain(
    `left alone: web1 (run r)\n  run r ran on host1; this is ${hostname()}`,
  );
  expect(readFileSync(join(folder, 'journal.jsonl'), 'utf8')).toBe(journal);
  // Who names the file gets as far as libvirt, which does not exist here.
  expect(blockplan('rescue', folder)).toMatchObject({ code: 'BP190' });
  rmSync(folder, { recursive: true });
  await removeUnfinished(state, 'far');
});

test.runIf(hostId)('a run of this host under another name is one of this host', async () => {
  const folder = await writeRun(state, 'former', [FORMER, { ...KEPT, bundle: BUNDLE }]);
  await addUnfinished(state, 'former');
  // The plan is missing, and so is libvirt: nothing is refused for the name.
  for (const how of ['resume', 'rollback'])
    expect(blockplan(how, 'former')).toMatchObject({ status: 3, code: 'BP214' });
  expect(blockplan('rescue', 'former').code).toBe('BP190');
  expect(blockplan('rescue', '--all').stdout).not.toContain('ran on former');
  expect(blockplan('forget', 'former').code).not.toBe('BP216');
  await writeRun(state, 'former', [FORMER, { ...TAKEN_UP, host: 'later', hostId }, ...DONE]);
  expect(blockplan('resume', 'former').code).toBe('BP214');
  rmSync(folder, { recursive: true });
  await removeUnfinished(state, 'former');
});

test.runIf(hostId)('a run of another machine of this name is not one of this host', async () => {
  const folder = await writeRun(state, 'twin', [{ ...HERE, hostId: 'another' }, ...DONE]);
  const said = blockplan('resume', 'twin');
  expect(said).toMatchObject({ status: 3, code: 'BP216' });
  expect(words(said.stderr)).toContain(
    `run twin ran on another machine that is also called ${hostname()}: its machine id differs`,
  );
  expect(words(said.stderr)).toContain(
    `only if this is that host, with a new name or a new machine id: blockplan resume --from ${hostname()} twin`,
  );
  expect(blockplan('resume', '--from', hostname(), 'twin').code).toBe('BP214');
  rmSync(folder, { recursive: true });
});

test('a run of an older version continues under another name if the user says so', () => {
  for (const how of ['resume', 'rollback']) {
    expect(words(blockplan(how, 'elsewhere').stderr)).toContain(
      `ssh another blockplan ${how} elsewhere; only if this is that host, with a new name or a new machine id: blockplan ${how} --from another elsewhere`,
    );
    expect(blockplan(how, 'elsewhere', '--from', 'other').code).toBe('BP216');
    expect(blockplan(how, 'elsewhere', '--from', 'another').code).toBe('BP214');
  }
});

/** A file system that is no local disk, in a mount namespace of its own; only root can mount it. */
function onOtherStorage(...argv: string[]) {
  const script =
    'mount -t ramfs none "$1" && cp -a "$0/." "$1" && export BLOCKPLAN_STATE_DIR="$1" && shift && exec "$@"';
  const mounted = mkdtempSync(join(tmpdir(), 'blockplan-shared-'));
  const command = ['--mount', 'sh', '-c', script, state, mounted, process.execPath, 'dist/cli.js'];
  const { status, stderr } = spawnSync('unshare', [...command, ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...isolated(state) },
  });
  rmSync(mounted, { recursive: true });
  return { status, code: /error (BP\d+)/.exec(stderr)?.[1], stderr };
}

test.runIf(hostId && process.getuid?.() === 0)(
  'a copy of the machine that shares the state directory is another host',
  async () => {
    const folder = await writeRun(state, 'copied', [FORMER, { ...KEPT, bundle: BUNDLE }]);
    await addUnfinished(state, 'copied');
    for (const verb of ['resume', 'rollback', 'forget', 'rescue'])
      expect(onOtherStorage(verb, 'copied')).toMatchObject({ status: 3, code: 'BP216' });
    const asked = onOtherStorage('resume', '--from', 'former', 'copied');
    expect(asked.code, asked.stderr).toBe('BP214');
    rmSync(folder, { recursive: true });
    await removeUnfinished(state, 'copied');
  },
);

test('a run that is over or never started leaves the index', async () => {
  const left = await unfinishedRuns(state);
  expect(left).toContain('edited');
  for (const run of ['over', 'empty']) expect(left).not.toContain(run);
});
