/** Output for programs, and the options and names that other tools taught people. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addUnfinished } from '../../src/journal/unfinished.ts';
import { isolated } from '../isolation.ts';
import { ended, STARTED, writeRun } from '../journals.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const state = mkdtempSync(join(tmpdir(), 'blockplan-formats-'));
afterAll(() => rmSync(state, { recursive: true }));

function blockplan(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['dist/cli.js', ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: '/nowhere', ...isolated(state) },
  });
  return { status, stdout, stderr };
}

/** The JSON that a command prints, after it was checked against its published schema. */
function json(schema: string, ...argv: string[]) {
  const { stdout } = blockplan(...argv, '--format', 'json');
  const published = JSON.parse(readFileSync(join(ROOT, `schemas/${schema}.schema.json`), 'utf8'));
  const valid = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(published);
  const value = JSON.parse(stdout);
  expect(valid(value), JSON.stringify(valid.errors)).toBe(true);
  return value;
}

describe('status and list', () => {
  beforeAll(async () => {
    await addUnfinished(state, '20261123-090000-bbbbbb');
    const stranded = ended('stranded', ['vda is in between']);
    await writeRun(state, '20261123-090000-bbbbbb', [{ ...STARTED, domain: 'web2' }, stranded]);
    await writeRun(state, '20261123-100000-cccccc', [STARTED, ended('succeeded')]);
  });

  test('print JSON', () => {
    const open = json('status', 'status');
    expect(open).toMatchObject({ over: 1, elsewhere: 0, runs: [{ outcome: 'stranded' }] });
    expect(json('status', 'status', 'web1')).toMatchObject({ over: 1, elsewhere: 1, runs: [] });
    const all = json('list', 'list').runs.map(({ outcome }: { outcome: string }) => outcome);
    expect(all).toEqual(['succeeded', 'stranded']);
  });

  test('show prints JSON', () => {
    const shown = json('report', 'show', '20261123-090000-bbbbbb');
    expect(shown).toMatchObject({
      standing: { outcome: 'stranded' },
      history: { domain: 'web2', finish: { end: 'stranded' } },
    });
  });

  test('status prints metrics, and writes them to a file as well', () => {
    const metrics = blockplan('status', '--format', 'prometheus');
    expect(metrics).toMatchObject({ status: 0, stderr: '' });
    expect(metrics.stdout).toContain('blockplan_runs{outcome="stranded"} 1\n');
    expect(metrics.stdout).toContain('blockplan_last_run_outcome{domain="web2"');
    expect(blockplan('status', 'web1', '--format', 'prometheus').stdout).not.toContain('web2');
    const file = join(state, 'blockplan.prom');
    const { status, stdout } = blockplan('status', '--metrics', file, '--exit-code');
    expect(status).toBe(2);
    expect(stdout).toMatch(/^stranded: /);
    expect(readFileSync(file, 'utf8')).toBe(metrics.stdout);
    const refused = blockplan('status', '--metrics', join(state, 'nowhere/x.prom'));
    expect(refused).toMatchObject({ status: 3, stdout: '' });
    expect(refused.stderr).toContain('BP206');
  });

  test('tell monitoring by the exit code whether a run needs attention', () => {
    expect(blockplan('status').status).toBe(0);
    expect(blockplan('status', '--exit-code').status).toBe(2);
    expect(blockplan('status', 'web1', '--exit-code').status).toBe(0);
  });
});

describe('validate', () => {
  const plan = join(state, 'a,b: 100%.yaml');
  beforeAll(() =>
    writeFileSync(plan, 'plan: blockplan/v1\nname: p\ndomain: web1\nsteps: [{ id: a }]\nhu: 1\n'),
  );
  const good = 'plans/live-storage-migration.yaml';

  test('prints JSON', () => {
    const { plans } = json('validate', 'validate', good, plan);
    expect(plans).toMatchObject([
      { file: good, valid: true, findings: [] },
      { file: plan, valid: false },
    ]);
    expect(plans[1].findings.map(({ code }: { code: string }) => code)).toContain('BP024');
  });

  test('prints annotations for GitHub, one line each', () => {
    const { status, stdout, stderr } = blockplan('validate', good, plan, '--format', 'github');
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    const file = plan.replace('%', '%25').replace(',', '%2C').replace(':', '%3A');
    const [first, ...rest] = stdout.trimEnd().split('\n');
    for (const line of [first, ...rest]) expect(line).toMatch(/^::error file=[^:,]+,line=\d+,col=/);
    expect(stdout).toContain(`::error file=${file},line=5,col=1,title=BP024::`);
    expect(stdout).toContain('%0Ahint: ');
  });
});

describe('prove, doctor and rescue', () => {
  const plan = 'plans/live-backup-mirror.yaml';
  const facts = ['--facts', 'test/facts/live-backup-mirror.facts.yaml'];

  test('print a proof, a case, and why a command is refused', () => {
    const proof = json('prove', 'prove', plan, ...facts);
    expect(proof).toMatchObject({ format: 'blockplan-proof/v1', violations: [] });
    expect(json('prove', 'prove', plan, ...facts, '--replay', proof.faults[0].seed)).toMatchObject({
      ...{ format: 'blockplan-proof-case/v1', wrong: [] },
    });
    const refused = { format: 'blockplan-refusal/v1', end: 'input-refused', exitCode: 2 };
    expect(json('prove', 'prove', 'nowhere.yaml', ...facts)).toMatchObject(refused);
    expect(json('prove', 'prove', plan, ...facts, '--replay', 'x@1:hollow')).toMatchObject(refused);
  });

  test('print why they are refused without a virsh', () => {
    const refused = { format: 'blockplan-refusal/v1', end: 'preflight-refused', exitCode: 3 };
    expect(json('doctor', 'doctor', 'web1')).toMatchObject(refused);
    expect(json('prove', 'prove', plan)).toMatchObject(refused);
    expect(json('rescue', 'rescue')).toMatchObject({
      ...refused,
      end: 'input-refused',
      exitCode: 2,
    });
  });

  test('print an entry for each unfinished run', () => {
    expect(json('rescue', 'rescue', '--all')).toMatchObject({
      format: 'blockplan-rescue/v1',
      definitions: [{ outcome: 'left alone', run: '20261123-090000-bbbbbb' }],
    });
  });
});

test('the help fits into 80 columns', () => {
  const { stdout } = blockplan('--help');
  expect(stdout.split('\n').filter(({ length }) => length > 80)).toEqual([]);
  expect(stdout).toContain('\n    5  stranded: ');
});

describe('other spellings', () => {
  test('--output for a format is refused with a hint', () => {
    for (const command of [
      ['run', 'x'],
      ['prove', 'x'],
      ['rehearse', 'x'],
      ['show', 'x'],
      ['attach'],
      ['resume'],
      ['rollback'],
    ]) {
      const { status, stderr } = blockplan(...command, '--output', 'json');
      expect(status).toBe(2);
      expect(stderr).toContain('(use --format json)\n');
    }
  });

  test.each([
    [['status', '--json'], 'use --format json'],
    [['status', '--prometheus'], 'use --format prometheus'],
    [['preview', 'x', '--html'], 'use --format html'],
    [['preview', 'x', '-o', 'html'], 'use --format html; for a file of that name, ./html'],
    [['list', '--output=json'], 'use --format json'],
    [['list', '-o', 'json'], 'use --format json'],
    [['list', '--output', 'yaml'], 'use --format text|json'],
    [['show'], 'see: blockplan list'],
    [['forget'], 'see: blockplan list'],
    [['doctor'], 'see: virsh list --all'],
    [['facts'], 'see: virsh list --all'],
    [['run'], 'to write one: blockplan init'],
    [['throttle', 'last'], 'write MiB/s, an amount such as 800KiB or 50M, or 0 for unlimited'],
    [['completion'], 'write bash, zsh or fish'],
    [['browse'], 'write the store, @ and the name of a backup, such as /backup/web1@latest'],
    [['init', 'migrat'], 'Did you mean migrate?'],
    [['init', 'move'], 'Did you mean migrate?'],
    [['init', 'migrate', 'x', '--dest', '/y'], 'Did you mean --to?'],
    [['init', 'migrate', 'x', '--dest=/y'], 'Did you mean --to?'],
    [['init', 'migrate', 'x', '--dsk', 'vda'], 'Did you mean --disk?'],
    [['list', '--format', 'jsno'], 'Did you mean json?'],
    [['help', 'foo'], 'see: blockplan --help'],
    [['help', 'shwo'], 'Did you mean show?'],
    [['help', 'apply'], 'Did you mean run?'],
    [['qqqq'], 'see: blockplan --help'],
    [['-c', 'a b', 'qqqq'], 'write it after the command'],
    [['-c', 'a b', 'run', 'x'], "write it after the command: blockplan run -c 'a b' x"],
    [['--connect=a', 'doctor', 'x'], 'write it after the command: blockplan doctor --connect=a x'],
    [['-c', 'a', 'rollback'], 'omit it: rollback uses the connection URI of the run'],
    [['rollback', '-c', 'a'], 'omit it: rollback uses the connection URI of the run'],
    [['validate', 'x', '--connect', 'a'], 'omit it: validate does not use libvirt'],
  ])('%j has a hint', (words, hint) => {
    const { status, stdout, stderr } = blockplan(...words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: /);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`(${hint})`);
  });

  test('an option that no command has is refused without a hint', () => {
    expect(blockplan('facts', 'x', '--json').stderr).toBe("error: unknown option '--json'\n");
    expect(blockplan('status', '--qqqq').stderr).toBe("error: unknown option '--qqqq'\n");
  });

  test.each([
    ['plan', 'preview'],
    ['apply', 'run'],
  ])('%s leads to %s', (name, command) => {
    const { status, stdout, stderr } = blockplan(name, 'plan.yaml', '--auto-approve');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toBe(`error: unknown command '${name}'\n(Did you mean ${command}?)\n`);
  });
});

describe('--help', () => {
  const { stdout } = blockplan('--help');

  test('shows the commands in groups', () => {
    const groups = [...stdout.matchAll(/^(Plan|Run|Inspect|Repair|Setup):\n((?: {2}.*\n)+)/gm)];
    const names = groups.map(([, group, text = '']) => [
      group,
      [...text.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name),
    ]);
    expect(names).toEqual([
      ['Plan', ['init', 'validate', 'preview', 'prove', 'facts', 'rehearse', 'schema']],
      ['Run', ['run', 'attach', 'throttle', 'resume', 'rollback']],
      ['Inspect', ['status', 'list', 'show', 'backups', 'browse']],
      ['Repair', ['doctor', 'rescue', 'forget']],
      ['Setup', ['completion']],
    ]);
  });

  test('has short summaries in the imperative', () => {
    const summaries = [...stdout.matchAll(/^ {2}\w+ (?:\[options\] )?.*? {2,}(\S.*)$/gm)];
    expect(summaries.length).toBeGreaterThan(16);
    for (const [, summary = ''] of summaries.slice(0, 17)) {
      expect(summary.length, summary).toBeLessThan(60);
      expect(summary).toMatch(/^[A-Z][a-z]+,? [^;]*[^.;]$/);
    }
  });
});

test('--no-color prints without colour where colour is forced', () => {
  const words = ['validate', 'nowhere.yaml'];
  const run = (...more: string[]) =>
    spawnSync(process.execPath, ['dist/cli.js', ...words, ...more], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { PATH: '/nowhere', ...isolated(state), FORCE_COLOR: '1' },
    }).stderr;
  expect(run()).toContain('\u001b[');
  expect(run('--no-color')).not.toContain('\u001b[');
});
