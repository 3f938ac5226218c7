import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { checkConnection } from '../../../src/libvirt/connection-uri.ts';
import { openEvents } from '../../../src/libvirt/events.ts';
import { openVirsh } from '../../../src/libvirt/virsh.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('uri');

function codeOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof BlockplanError) return error.findings[0]?.code;
    throw error;
  }
}

test.each([
  undefined,
  'qemu:///system',
  'qemu:///session',
  'qemu+unix:///system?socket=/run/lab-1/libvirt-sock',
  'qemu+unix:///session',
  'test:///default',
  'an-alias',
])('%s is accepted as the libvirt of this host', (uri) => {
  expect(codeOf(() => checkConnection(uri === undefined ? {} : { uri }))).toBeUndefined();
});

const REFUSED: readonly (readonly [uri: string, code: string])[] = [
  ['qemu+ext:///system?command=/tmp/x.sh', 'BP198'],
  ['qemu:///system?command=/tmp/x.sh', 'BP198'],
  ['qemu+unix:///system?socket=/run/x&command=/tmp/x.sh', 'BP198'],
  ['qemu+unix:///system?socket=/run/x;command=/tmp/x.sh', 'BP198'],
  ['qemu+unix:///system?socket=/run/x&%63ommand=/tmp/x.sh', 'BP198'],
  ['qemu+unix:///system?socket=relative', 'BP198'],
  ['qemu+ssh:///system?command=/tmp/x.sh', 'BP198'],
  ['qemu+libssh2:///system?netcat=/tmp/x.sh', 'BP198'],
  ['qemu:///embed?root=/tmp/x', 'BP198'],
  ['qemu:///system#fragment', 'BP198'],
  ['qemu:///system\n', 'BP198'],
  ['test:///tmp/x.xml', 'BP198'],
  ['esx:///system', 'BP198'],
  [':::', 'BP198'],
  ['', 'BP198'],
  ['-c', 'BP198'],
  ['qemu+ssh://root@192.0.2.1/system', 'BP197'],
  ['qemu+ssh://-oProxyCommand=x/system', 'BP197'],
  ['qemu+tcp://127.0.0.1:1/system?command=x', 'BP197'],
];

test.each(REFUSED)('%s is refused as %s', (uri, code) => {
  expect(codeOf(() => checkConnection(uri === undefined ? {} : { uri }))).toBe(code);
});

test.each(['qemu:///sytem', 'qemu+ssh://root@192.0.2.1/system'])(
  '%s from a variable is refused by the name of the variable',
  (uri) => {
    const variable = 'LIBVIRT_DEFAULT_URI';
    expect(() => checkConnection({ uri, variable })).toThrow(`${variable})`);
  },
);

test('no program is started for a refused connection', async () => {
  const command = join(folder, 'virsh');
  await writeFile(command, `#!/bin/sh\n: > ${folder}/started\n`);
  await chmod(command, 0o755);
  for (const [uri] of REFUSED) {
    await expect(openVirsh(localHost, { uri, command })).rejects.toBeInstanceOf(BlockplanError);
    await expect(openEvents(localHost, { uri, command, domain: 'x' })).rejects.toBeInstanceOf(
      BlockplanError,
    );
  }
  expect(existsSync(join(folder, 'started'))).toBe(false);
});
