/** Whoever cannot open a file syncs its file system; where that is not possible either, it is known before. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { asNobody } from '../../lab/as-nobody.ts';
import { syncs } from './syncs.ts';

test.runIf(process.geteuid?.() === 0)('files of another user, and a device', async () => {
  // The sync of a file system in memory takes no time.
  const folder = mkdtempSync('/dev/shm/blockplan-syncs-');
  const at = (name: string) => join(folder, name);
  try {
    chmodSync(folder, 0o755);
    for (const [name, mode] of [
      ['opened', 0o755],
      ['entered', 0o711],
      ['closed', 0o700],
    ] as const) {
      mkdirSync(at(name));
      writeFileSync(at(`${name}/image`), 'x', { mode: 0o600 });
      chmodSync(at(name), mode);
    }
    const [device] = readdirSync('/dev')
      .map((name) => join('/dev', name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isBlockDevice());
    const names = ['opened/image', 'entered/image', 'entered/none', 'closed/image'];
    const files = [...names.map(at), ...(device === undefined ? [] : [device])];
    const answer = await asNobody('test/unit/host-io/syncs.ts', 'syncs', ...files);
    const ends = ['synced', 'synced', 'ENOENT', 'EACCES', 'EACCES'].slice(0, files.length);
    expect(answer).toEqual({ value: { unsyncable: files.slice(3), ends } });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what is missing, or is no path, is not opened', async () => {
  expect(await localHost.findUnsyncable(['/none/none', 'pool:p/v', '/', '/dev/null'])).toEqual([]);
  expect(await syncs('/none/none')).toEqual({ unsyncable: [], ends: ['ENOENT'] });
});
