import { describe, expect, it, test } from 'vitest';
import {
  brokenConnectionLine,
  connectionLost,
  connectRefused,
  connectTooSlow,
  keepaliveArguments,
  mayBeDisconnected,
} from '../../../src/libvirt/contact.ts';

/** Seen on libvirt 9.0. */
const REFUSALS: [code: string, sentence: string][] = [
  [
    'BP191',
    "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
  ],
  ['BP191', "unable to connect to server at '127.0.0.1:1': Connection refused"],
  [
    'BP191',
    'Cannot recv data: ssh: connect to host h port 22: Connection refused: Connection reset by peer',
  ],
  ['BP192', 'authentication unavailable: no polkit agent available to authenticate action'],
  [
    'BP192',
    'Cannot recv data: root@h: Permission denied (publickey,password).: Connection reset by peer',
  ],
  ['BP192', "Failed to connect socket to '/var/run/libvirt/libvirt-sock': Permission denied"],
  ['BP193', 'internal error: Unable to parse URI :::'],
  ['BP193', 'no connection driver available for bogus:///x'],
  ['BP194', 'an unknown error'],
];

describe('connectRefused', () => {
  it.each(REFUSALS)('gives %s for "%s"', (code, sentence) => {
    const stderr = `error: failed to connect to the hypervisor\nerror: ${sentence}\nerror: Failed to create '/dev/null/libvirt/virsh': Not a directory\n`;
    const error = connectRefused({ uri: 'qemu:///system' }, stderr);
    expect(error.end).toBe('preflight-refused');
    expect(error.findings[0]?.code).toBe(code);
    expect(error.message).toContain(sentence);
    expect(error.message).not.toContain('/dev/null');
    expect(error.findings[0]?.hint).toBeTruthy();
  });
});

test.each([
  [{}, 'Cannot connect to the default libvirt: '],
  [{ uri: 'qemu:///system' }, 'Cannot connect to "qemu:///system": '],
  [
    { uri: 'qemu:///sytem', variable: 'LIBVIRT_DEFAULT_URI' },
    'Cannot connect to "qemu:///sytem" (from LIBVIRT_DEFAULT_URI): ',
  ],
])('a refused connection %j is named, with the variable that it comes from', (connection, said) => {
  expect(connectRefused(connection, 'error: no').message).toContain(said);
  expect(connectTooSlow(connection, 1000).message).toBe(
    `${said.slice('Cannot connect to '.length, -2)} did not answer within 1 s.`,
  );
});

describe('contactLost', () => {
  it('names the command without an answer, with control characters escaped', () => {
    const error = connectionLost('it hung', ['define', '--file', '/a\u001b b']);
    expect(error.end).toBe('uncertain');
    expect(error.findings[0]?.code).toBe('BP201');
    expect(error.message).toContain("virsh define --file '/a\\x1b b'");
  });
});

describe('brokenConnection', () => {
  it.each([
    'error: Disconnected from qemu:///system due to end of file',
    'error: Reconnected to the hypervisor',
    'error: Failed to reconnect to the hypervisor',
    'error: no valid connection',
  ])('recognizes "%s"', (line) => {
    expect(brokenConnectionLine(`something\n${line}\n`)).toBe(line.slice('error: '.length));
  });

  it('is not confused by a name in an error', () => {
    expect(
      brokenConnectionLine("error: failed to get domain 'Disconnected from x'\n"),
    ).toBeUndefined();
  });
});

test('a domain that virsh cannot look up may mean a lost connection: virsh hides the reason', () => {
  expect(mayBeDisconnected("failed to get domain 'testvm'")).toBe(true);
  expect(mayBeDisconnected('domain is not running')).toBe(false);
});

describe('keepaliveArguments', () => {
  it('asks for keepalive on remote connections only', () => {
    expect(keepaliveArguments('qemu+ssh://root@h/system')).toEqual(['-k', '5', '-K', '4']);
    expect(keepaliveArguments('qemu:///system')).toEqual([]);
    expect(keepaliveArguments('test:///default')).toEqual([]);
    expect(keepaliveArguments(undefined)).toEqual([]);
  });
});
