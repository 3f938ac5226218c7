/** When files were last written to: a change of their owner, as libvirt makes at the stop of a guest, does not count. */
import { chmod, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { timesWritten } from '../../../src/libvirt/times-written.ts';

test('only regular files have a time, in milliseconds', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'blockplan-written-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [file, link] = [join(folder, 'a'), join(folder, 'link')];
  await writeFile(file, 'x');
  await symlink(file, link);
  await utimes(file, 1_000, 1_700_000_000.5);
  await chmod(file, 0o600);
  const files = [file, link, folder, join(folder, 'none'), '/dev/null'];
  expect(await timesWritten(localHost, files)).toEqual({
    [file]: 1_700_000_000_500,
    [link]: 1_700_000_000_500,
  });
});
