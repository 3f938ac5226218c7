import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { detachCommand, environmentOf } from '../../../src/cli/detach.ts';
import * as detachedUnit from '../../../src/cli/detached-unit.ts';
import {
  endOfUnit,
  systemctlArguments,
  type Unit,
  unitArguments,
  unitState,
} from '../../../src/cli/detached-unit.ts';
import { endOrBeginning } from '../../../src/cli/run-beginning.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { ended, phase, STARTED, writeRun } from '../../journals.ts';
import { planned } from '../../plans.ts';
import { scratchFolder, written } from '../../scratch-folder.ts';

vi.mock(import('../../../src/cli/detached-unit.ts'), { spy: true });

const UNIT: Unit = {
  run: '20261123-081502-a1b2c3',
  words: ['/usr/bin/node', '/opt/cli.js', 'run', '/s/plan.yaml', '--set', 'dest=/a $HOME ${x}/%n'],
  environment: { PATH: '/usr/bin', BLOCKPLAN_STATE_DIR: '/s', XDG_STATE_HOME: '/with space' },
  log: '/s/output.log',
  cwd: '/root',
};

const ARGUMENTS = [
  '--quiet',
  '--collect',
  '--wait',
  '--unit=blockplan-20261123-081502-a1b2c3',
  '--description=blockplan run 20261123-081502-a1b2c3',
  '--working-directory=/root',
  '--property=KillMode=process',
  '--property=UMask=0077',
  '--property=StandardOutput=append:/s/output.log',
  '--property=StandardError=append:/s/output.log',
  '--setenv=PATH=/usr/bin',
  '--setenv=BLOCKPLAN_STATE_DIR=/s',
  '--setenv=XDG_STATE_HOME=/with space',
  '--',
  '/usr/bin/node',
  '/opt/cli.js',
  'run',
  '/s/plan.yaml',
  '--set',
  'dest=/a $$HOME $${x}/%n',
];

test('a unit is named after its run, has our environment, and gets its arguments unchanged', () => {
  expect(unitArguments('system', UNIT)).toEqual(ARGUMENTS);
});

test("a user's unit is started by the user's own systemd", () => {
  expect(unitArguments('user', UNIT)).toEqual(['--user', ...ARGUMENTS]);
});

test('a detached run has the variables that it depends on, and no others', () => {
  const kept = {
    ...{ BLOCKPLAN_NOTIFY: '', LIBVIRT_DEFAULT_URI: 'qemu:///session', XDG_CONFIG_HOME: '/c' },
    ...{ PATH: '/bin', HOME: '/h' },
    ...{
      NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
      NODE_USE_SYSTEM_CA: '1',
      NODE_OPTIONS: '--no-warnings',
    },
    ...{ SSL_CERT_FILE: '/etc/all.pem', SSL_CERT_DIR: '/etc/certs' },
  };
  const env = {
    ...kept,
    SSH_AUTH_SOCK: '/s',
    TERM: 'xterm',
    MY_NODE_OPTIONS: 'x',
    UNSET: undefined,
  };
  expect(environmentOf(env, '/state')).toEqual({ ...kept, BLOCKPLAN_STATE_DIR: '/state' });
  const named = environmentOf({ BLOCKPLAN_NOTIFY: 'n.yaml' }, '/state');
  expect(named['BLOCKPLAN_NOTIFY']).toBe(resolve('n.yaml'));
});

const started = (point: 'before' | 'after' | 'on-failure'): JournalEntry => ({
  ...{ type: 'hook-started', point, number: 1, command: ['/bin/check'] },
});
const finished = (error?: string): JournalEntry => ({
  ...{ type: 'hook-finished', point: 'before', number: 1, output: [] },
  ...(error === undefined ? {} : { error }),
});
const REFUSED = { ...ended('preflight-refused'), type: 'run-judged' } as JournalEntry;
const JUDGED = { ...ended('succeeded'), type: 'run-judged' } as JournalEntry;
const FAILED = finished('exited with status 1');

/** Writes a run's journal while its process runs, then ends the process with status 3: the code that is returned. */
async function codeAfter(entries: readonly JournalEntry[]): Promise<number | undefined> {
  const state = mkdtempSync(join(tmpdir(), 'blockplan-detached-'));
  const folder = join(state, 'runs', 'r');
  mkdirSync(folder, { recursive: true });
  const go = join(state, 'go');
  const wait = `while [ ! -e '${go}' ]; do sleep 0.05; done; exit 3`;
  const child = spawn('/bin/sh', ['-c', wait], { stdio: 'ignore' });
  onTestFinished(() => {
    // Without the folder it would never see the file that it waits for.
    child.kill();
    return rm(state, { recursive: true });
  });
  const code = endOrBeginning(child, folder);
  await writeRun(state, 'r', entries);
  // The watcher would have seen it by now.
  await new Promise((resolve) => setTimeout(resolve, 300));
  writeFileSync(go, '');
  return await code;
}

test.each<readonly [string, readonly JournalEntry[]]>([
  ['has not begun', [STARTED]],
  ['is in a before hook, which may refuse it', [STARTED, started('before')]],
  ['is after a before hook', [STARTED, started('before'), finished()]],
  ['is refused', [STARTED, started('before'), FAILED, REFUSED]],
  [
    'is refused, and in an on-failure hook',
    [STARTED, started('before'), FAILED, REFUSED, started('on-failure')],
  ],
])('a detached run that %s is waited for: its exit code is returned', async (_how, entries) => {
  expect(await codeAfter(entries)).toBe(3);
});

const BEGUN = phase('do', 'mirror/mirror', 'none');
test.each<readonly [string, readonly JournalEntry[]]>([
  ['in its first step', [STARTED, ...BEGUN]],
  ['in its first step, after a before hook', [STARTED, started('before'), finished(), ...BEGUN]],
  ['judged as succeeded', [STARTED, ...BEGUN, JUDGED]],
  ['in an after hook', [STARTED, ...BEGUN, JUDGED, started('after')]],
])('a detached run that is %s has begun', async (_how, entries) => {
  expect(await codeAfter(entries)).toBeUndefined();
});

test('a unit that may still start is stopped by its name', () => {
  expect(systemctlArguments('system', 'stop', 'r1')).toEqual(['stop', 'blockplan-r1.service']);
  expect(systemctlArguments('user', 'stop', 'r1')).toEqual([
    ...['--user', 'stop', 'blockplan-r1.service'],
  ]);
  expect(unitArguments('system', { ...UNIT, run: 'r1' })).toContain('--unit=blockplan-r1');
});

describe('a unit', () => {
  const root = scratchFolder('units');
  let count = 0;

  /** A systemctl that prints these words in turn, and the last one again. */
  function systemctl(...words: readonly string[]): string {
    const folder = join(root, String(count++));
    mkdirSync(folder);
    written(folder, 'words', `${words.join('\n')}\n`);
    const script = `#!/bin/sh
cd '${folder}' && printf '%s\\n' "$*" >>asked && head -n 1 words
[ "$(sed -n '$=' words)" -gt 1 ] && sed -i 1d words
exit 3
`;
    chmodSync(written(folder, 'systemctl', script), 0o755);
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    return folder;
  }

  test.each([
    ['active', 'running'],
    ['deactivating', 'running'],
    ['inactive', 'ended'],
    ['failed', 'ended'],
    ['unknown', 'ended'],
    ['', 'unknown'],
  ])('that is %j: %s', (word, expected) => {
    const folder = systemctl(word);
    expect(unitState('user', 'r1')).toBe(expected);
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe(
      '--user is-active blockplan-r1.service\n',
    );
  });

  test('is of unknown state without systemctl', () => {
    vi.stubEnv('PATH', '/nowhere');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(unitState('system', 'r1')).toBe('unknown');
  });

  test('that outlives its systemd-run is waited for', async () => {
    const folder = await writeRun(root, 'waits', [STARTED]);
    systemctl('activating', 'active', 'inactive');
    expect(await endOfUnit('system', 'waits', folder, 1)).toBe(1);
    systemctl('active');
    await writeRun(root, 'begun', [STARTED, ...BEGUN]);
    expect(await endOfUnit('system', 'begun', join(root, 'runs/begun'), 1)).toBeUndefined();
    systemctl('');
    expect(await endOfUnit('system', 'waits', folder, 1)).toBe(1);
  });
});

test.each([
  ['ended', false],
  ['running', true],
  ['unknown', true],
] as const)('the folder of a unit that is %s after a refusal stays: %s', async (state, stays) => {
  const root = mkdtempSync(join(tmpdir(), 'blockplan-refused-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const folder = join(root, 'runs', 'r');
  mkdirSync(folder, { recursive: true });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => void vi.restoreAllMocks());
  vi.mocked(detachedUnit.managerOf).mockReturnValueOnce('system');
  vi.mocked(detachedUnit.unitState).mockReturnValueOnce(state);
  vi.mocked(detachedUnit.startUnit).mockImplementationOnce(async () => {
    written(folder, 'output.log', 'refused');
    return 3;
  });
  const options = { set: [], format: 'text' } as const;
  expect(await detachCommand(planned(['undefine: {}']).plan, root, folder, options)).toBe(3);
  expect(existsSync(folder)).toBe(stays);
});
