/** What was in the guest's chains before is no obstacle, also where another process of the run has seen it. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { HostIO } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { openLiveDriver } from '../../../src/libvirt/live-driver.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { definitionXml, disk, world } from '../../worlds.ts';
import { scripted } from './scripted-virsh.ts';
import { unlimitedSearch } from './unlimited-search.ts';

const folder = scratchFolder('former-layers');
const at = (name: string) => join(folder, name);
const image = (name: string, ...words: string[]) =>
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', ...words, at(name), '1M']);

beforeAll(() => {
  for (const name of ['base', 'spare']) image(name);
  for (const name of ['active', 'merged']) image(name, '-b', at('base'), '-F', 'qcow2');
});

function driverOf(layers: readonly string[], io: HostIO = unlimitedSearch) {
  const virsh = scripted(([verb]) => {
    if (verb === 'dominfo') return 'State: shut off\nPersistent: yes\n';
    return verb === 'dumpxml' ? definitionXml('testvm', 'uuid', []) : '';
  });
  const options = { domain: 'testvm', readonly: true, writeDurably: writeFile, layers };
  return openLiveDriver(io, options, Promise.resolve(virsh));
}

test('the layers of a resumed run do not count as overlays that no domain uses', async () => {
  const seen = world({ disks: [disk('vda', ['active', 'base'].map(at))], others: [] });
  const found = async (layers: readonly string[]) =>
    (await (await driverOf(layers)).survey(seen, [], { searched: [at('base')] })).overlays;
  expect(await found([])).toEqual([{ file: at('merged'), backing: at('base') }]);
  expect(await found([at('merged')])).toBeUndefined();
});

test('a search that was incomplete is reported when a file is removed', async () => {
  const findOverlays = async () => ({ overlays: [], unread: ['/hung'] });
  const driver = await driverOf([], { ...localHost, findOverlays });
  const notices: string[] = [];
  await driver.perform(
    { tool: 'remove-file', file: at('spare'), why: '' },
    {
      folder,
      onProgress: () => {},
      onMade: async () => {},
      onNotice: (message) => notices.push(message),
    },
  );
  expect(notices).toEqual([expect.stringContaining('was incomplete: /hung could not be read')]);
  expect(existsSync(at('spare'))).toBe(false);
});
