/** The last step of a backup: its manifest says how long each image is, so that one that was cut is found later. */
import { readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import type { BackupPlace } from '../../../src/libvirt/backup-place.ts';
import { MadeFiles } from '../../../src/libvirt/made-files.ts';
import { performBackup } from '../../../src/libvirt/make-backup.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { manifestOf, statesOf, writeBackup } from '../../stores.ts';
import { scripted } from './scripted-virsh.ts';

const folder = scratchFolder('publish-backup');

const CHECKPOINT = `<domaincheckpoint><name>mon</name><creationTime>1764500000</creationTime></domaincheckpoint>`;

/**
 * A draft that this run has made, with all but its end.
 * @param answer what virsh prints of its checkpoint
 */
async function draftIn(
  store: string,
  answer: string | Error = CHECKPOINT,
): Promise<{ draft: string; publish: () => Promise<void> }> {
  const { ended: _, ...manifest } = manifestOf('mon', 1);
  const draft = join(store, 'mon.partial');
  writeBackup(store, manifest, '.partial');
  const stamp = await localHost.stat(draft);
  if (!stamp) throw new Error('no draft');
  const made = new MadeFiles(localHost, [{ file: draft, ino: stamp.ino, born: stamp.born }]);
  const virsh = scripted(() => answer);
  const place = { io: localHost, virsh, domain: 'web1', made } as unknown as BackupPlace;
  const effect = { tool: 'publish-backup', draft, to: join(store, 'mon'), why: 'w' } as const;
  const context = { folder, onMade: async () => {}, onProgress: () => {} };
  return { draft, publish: () => performBackup(effect, place, context) };
}

test('an image that is cut after the backup is complete makes it broken', async () => {
  const store = join(folder, 'cut');
  const { publish } = await draftIn(store);
  await publish();
  const image = join(store, 'mon/vda.qcow2');
  const { disks } = JSON.parse(readFileSync(join(store, 'mon/manifest.json'), 'utf8'));
  expect(disks[0].length).toBe(statSync(image).size);
  expect(await statesOf(store)).toEqual({ mon: 'complete' });
  truncateSync(image, disks[0].length - 1);
  expect(await statesOf(store)).toEqual({
    mon: expect.stringContaining('broken: mon: vda.qcow2 is incomplete: it has a length of '),
  });
});

test('a backup without one of its images is not published', async () => {
  const store = join(folder, 'missing');
  const { draft, publish } = await draftIn(store);
  rmSync(join(draft, 'vda.qcow2'));
  await expect(publish()).rejects.toThrow(`${draft}/vda.qcow2 does not exist`);
  expect(statSync(draft).isDirectory()).toBe(true);
});

test('its time is that of its checkpoint; without the checkpoint it is not published', async () => {
  const store = join(folder, 'timed');
  const { publish } = await draftIn(store);
  await publish();
  const { time } = JSON.parse(readFileSync(join(store, 'mon/manifest.json'), 'utf8'));
  expect(Date.parse(time)).toBe(1_764_500_000_000);
  const gone = await draftIn(join(folder, 'gone'), new Error('no domain checkpoint'));
  await expect(gone.publish()).rejects.toThrow(
    'the checkpoint mon cannot be read: no domain checkpoint',
  );
});
