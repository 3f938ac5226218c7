import { expect, test } from 'vitest';
import { type Unit, unitArguments } from '../../../src/cli/detach.ts';

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
  '--property=KillMode=mixed',
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
