/** Notifications, metrics and reports of the built command line, without libvirt. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { addUnfinished } from '../../src/journal/unfinished.ts';
import { isolated } from '../isolation.ts';
import { ended, STARTED, writeRun } from '../journals.ts';
import { scratchFolder, written } from '../scratch-folder.ts';
import { unreachableServer } from '../unreachable.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const folder = scratchFolder('cli-after-run');
const state = join(folder, 'state');
const file = (name: string) => join(folder, name);
const fits = new Ajv2020({ strict: true }).compile(
  JSON.parse(readFileSync(join(ROOT, 'schemas/notification.schema.json'), 'utf8')),
);

// Without virsh, a run is refused.
const env = { PATH: '/nowhere', HOME: folder, ...isolated(state) };

function blockplan(...argv: string[]) {
  return spawnSync(process.execPath, ['dist/cli.js', ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    env,
  });
}

const PLAN = 'plan: blockplan/v1\nname: move\ndomain: web1\nsteps: [{ undefine: {} }]\n';
const notify = (name: string) =>
  written(
    folder,
    `${name}.yaml`,
    `notify: blockplan/v1
targets:
  - command: [/bin/sh, -c, '/bin/cat > "$1"', sh, ${file(`${name}.json`)}]
  - on: [stranded]
    command: [/bin/sh, -c, '/bin/cat > "$1"', sh, ${file(`${name}.stranded`)}]
  - command: [/nowhere/page]
metrics: ${file(`${name}.prom`)}
`,
  );
const sentTo = (name: string) => {
  const sent = JSON.parse(readFileSync(file(`${name}.json`), 'utf8'));
  expect(fits(sent), JSON.stringify(fits.errors)).toBe(true);
  return sent;
};

describe('a run that is refused', () => {
  test('is reported to those who asked for it, with the exit code as it was', () => {
    const { status, stderr } = blockplan(
      'run',
      written(folder, 'move.yaml', PLAN),
      '--yes',
      '--notify',
      notify('a'),
    );
    expect(status).toBe(3);
    expect(stderr).toContain('BP190');
    expect(stderr).toContain(
      'warning BP205: the command /nowhere/page failed: it could not be started: the program, or the interpreter in its first line, does not exist',
    );
    expect(sentTo('a')).toMatchObject({
      ...{ subject: 'REFUSED: web1, plan move', outcome: 'preflight-refused', exitCode: 3 },
      ...{ plan: 'move', domain: 'web1', command: 'run' },
    });
    expect(existsSync(file('a.stranded'))).toBe(false);
    expect(readFileSync(file('a.prom'), 'utf8')).toContain('blockplan_runs{outcome="succeeded"}');
  });

  test('is named by its file if the plan is invalid', () => {
    const plan = written(folder, 'bad.yaml', 'plan: v1\n');
    expect(blockplan('run', plan, '--yes', '--notify', notify('b')).status).toBe(2);
    expect(sentTo('b')).toMatchObject({ subject: `REFUSED: plan ${plan}`, exitCode: 2 });
  });

  test('is printed at once, and the command ends with the time limit of a webhook', async () => {
    await using server = await unreachableServer();
    const target = `{ webhook: { url: "http://127.0.0.1:${server.port}" }, timeout: 2 }`;
    const settings = written(folder, 'dead.yaml', `notify: blockplan/v1\ntargets: [${target}]\n`);
    const words = ['run', written(folder, 'move.yaml', PLAN), '--yes', '--notify', settings];
    const process_ = spawn(process.execPath, ['dist/cli.js', ...words], { cwd: ROOT, env });
    let stderr = '';
    const times: Record<string, number> = {};
    process_.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      for (const code of ['BP190', 'BP205'])
        if (stderr.includes(code)) times[code] ??= performance.now();
    });
    const [status] = (await once(process_, 'close')) as [number];
    const ended = performance.now();
    expect(status).toBe(3);
    expect(stderr).toContain('failed: it did not answer within 2 s');
    expect(times['BP205']! - times['BP190']!).toBeGreaterThan(1000);
    // Node's fetch holds the process for 10 s.
    expect(ended - times['BP205']!).toBeLessThan(5000);
  });

  test('is not reported for a preview', () => {
    const words = ['run', written(folder, 'move.yaml', PLAN), '--dry-run', '--notify', notify('c')];
    expect(blockplan(...words).status).toBe(3);
    expect(existsSync(file('c.json'))).toBe(false);
  });
});

test('errors in the notification file are reported before anything is done', () => {
  const bad = written(
    folder,
    'wrong.yaml',
    'notify: blockplan/v1\ntargets:\n  - mial: { to: root }\n',
  );
  for (const more of [['--yes'], ['--dry-run']]) {
    const { status, stderr } = blockplan(
      'run',
      written(folder, 'move.yaml', PLAN),
      '--notify',
      bad,
      ...more,
    );
    expect(status).toBe(2);
    expect(stderr).toContain(`${bad}:3:5: error BP024: unknown key "mial" in item 1 of "targets"`);
  }
});

test.runIf(process.getuid?.() !== 0)("a user's own notification file is found", () => {
  mkdirSync(file('.config/blockplan'), { recursive: true });
  writeFileSync(file('.config/blockplan/notify.yaml'), 'notify: v1\n');
  expect(blockplan('run', written(folder, 'move.yaml', PLAN), '--yes').stderr).toContain(
    'notify.yaml:1:9',
  );
});

test('an error in the notification file does not keep an interrupted run from being finished', async () => {
  const bad = written(folder, 'wrong.yaml', 'notify: v1\n');
  const { status, stderr } = blockplan('rollback', 'nowhere', '--notify', bad);
  expect(status).toBe(2);
  expect(stderr).toContain('warning BP022');
  expect(stderr).toContain('BP210');
});

test('a forgotten run has a report that says so', async () => {
  const run = await writeRun(state, 'stranded', [
    { ...STARTED, host: hostname() },
    ended('stranded'),
  ]);
  await addUnfinished(state, 'stranded');
  expect(blockplan('forget', 'stranded').status).toBe(0);
  expect(JSON.parse(readFileSync(join(run, 'report.json'), 'utf8')).standing.outcome).toBe(
    'forgotten',
  );
  expect(readFileSync(join(run, 'report.md'), 'utf8')).toMatch(/^# forgotten: /);
});

describe('throttle', () => {
  test('refuses what cannot be throttled', async () => {
    await writeRun(state, 'over', [STARTED, ended('succeeded')]);
    const codeOf = (...words: string[]) => {
      const { status, stderr } = blockplan('throttle', ...words);
      return [status, /BP\d+/.exec(stderr)?.[0]];
    };
    expect(codeOf('over', '50M')).toEqual([3, 'BP211']);
    expect(codeOf('over', 'fast')).toEqual([2, 'BP083']);
    expect(codeOf('nowhere', '50M')).toEqual([2, 'BP210']);
    expect(codeOf('over')[0]).toBe(2);
  });
});
