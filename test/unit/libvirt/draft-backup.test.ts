/** The first step of an increment: its manifest names the parent, and the parent is still there afterwards. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DraftBackupEffect } from '../../../src/commands/backup-effect.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import type { BackupPlace } from '../../../src/libvirt/backup-place.ts';
import { draftBackup } from '../../../src/libvirt/draft-backup.ts';
import { MadeFiles } from '../../../src/libvirt/made-files.ts';
import { writeMark } from '../../../src/store/mark.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import {
  CAPACITY,
  changeManifest,
  rootOf,
  storedDiskOf,
  storeIn,
  UUID,
  writeStore,
} from '../../stores.ts';
import { scripted } from './scripted-virsh.ts';

const folder = scratchFolder('draft-backup');

const ANSWERS: Readonly<Record<string, string>> = {
  domuuid: `${UUID}\n`,
  version: 'Using library: libvirt 9.0.0\nRunning hypervisor: QEMU 7.2.22\n',
  domblkinfo: `Capacity:       ${CAPACITY}\n`,
  dumpxml: '<domain/>',
};

/** Drafts an increment of `wed`, while another process changes the store as soon as the manifest is written. */
function drafted(name: string, meanwhile: (store: string) => void = () => {}) {
  const store = join(folder, name);
  writeStore(store);
  const io = {
    ...localHost,
    async writeFile(path: string, text: string) {
      const stamp = await localHost.writeFile(path, text);
      if (path.endsWith('/manifest.json')) meanwhile(store);
      return stamp;
    },
  };
  const virsh = scripted(([verb = '']) => ANSWERS[verb] ?? new Error(verb));
  const made = new MadeFiles(io, []);
  const place = { io, virsh, domain: 'web1', made } as unknown as BackupPlace;
  const effect: DraftBackupEffect = {
    ...{ tool: 'draft-backup', draft: join(store, 'thu.partial'), name: 'thu', left: {} },
    ...{ sources: { vda: '/images/web1.qcow2' }, parent: 'wed', roots: { vda: rootOf('wed') } },
    ...{ checkpoint: 'thu', why: 'w' },
  };
  const context = { folder, onMade: async () => {}, onProgress: () => {} };
  return { store, done: draftBackup(place, effect, context) };
}

test('it names the parent in its manifest and in its image', async () => {
  const { store, done } = drafted('whole');
  await done;
  const { drafts } = await storeIn(store);
  expect(drafts).toMatchObject([{ name: 'thu', needs: ['wed'], disks: [{ below: 'wed' }] }]);
});

test.each<readonly [string, (store: string) => void]>([
  [
    'a prune has marked',
    (store) => writeFileSync(join(store, 'prune.json'), writeMark({ drop: [{ name: 'wed' }] })),
  ],
  ['another process has removed', (store) => rmSync(join(store, 'wed'), { recursive: true })],
  [
    'another backup has replaced',
    (store) => changeManifest(store, 'wed', { disks: [storedDiskOf('other', 'tue')] }),
  ],
])('it is refused where its parent is one that %s meanwhile', async (what, meanwhile) => {
  const { store, done } = drafted(what.replaceAll(' ', '-'), meanwhile);
  await expect(done).rejects.toThrow(/^vda in the backup wed is no longer as it was$/);
  expect((await storeIn(store)).drafts).toMatchObject([{ name: 'thu', needs: ['wed'] }]);
});
