import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { environmentOf, type Unit, unitArguments } from '../../../src/cli/detach.ts';

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
