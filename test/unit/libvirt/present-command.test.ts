/** What is looked at right before a command is sent: a definition that keeps edits, and whose backup is running. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { VirshEffect } from '../../../src/commands/effect.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import { openLiveDriver } from '../../../src/libvirt/live-driver.ts';
import { DomainBusy } from '../../../src/model/domain-busy.ts';
import { defineDomain } from '../../../src/steps/effects/definition.ts';
import { virshEffect } from '../../effects.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { DATA, SNAP2, world } from '../../worlds.ts';
import { backupXml } from './backup-scene.ts';
import { scripted } from './scripted-virsh.ts';

const folder = scratchFolder('present');

/** Performs a command; returns what virsh was asked, and the error if there is one. */
async function performed(effect: VirshEffect, answers: Parameters<typeof scripted>[0]) {
  const virsh = scripted(answers);
  const options = { domain: 'testvm', readonly: true, writeDurably: writeFile };
  const driver = await openLiveDriver(localHost, options, Promise.resolve(virsh));
  const context = { folder, onProgress: () => {}, onMade: async () => {} };
  const error = await driver.perform(effect, context).then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  return { asked: virsh.asked, error };
}

const FOLDER = '/s/a.partial';
const QUERY = 'backup-dumpxml --domain testvm';
const CANCEL = 'domjobabort --domain testvm';
const cancel = virshEffect(['domjobabort', '--domain', 'testvm'], { backup: FOLDER });

async function cancelled(answer: string | Error) {
  const { asked, error } = await performed(cancel, ([verb]) =>
    verb === 'backup-dumpxml' ? answer : '',
  );
  return { asked: asked.filter((words) => words === QUERY || words === CANCEL), error };
}

test('the backup of the run is cancelled, right after a look at what is running', async () => {
  expect(await cancelled(backupXml(FOLDER))).toEqual({ asked: [QUERY, CANCEL], error: undefined });
});

test.each([
  ['another backup has begun', backupXml('/other/tool')],
  ['it is over', new Error('Requested operation is not valid: no domain backup job present')],
  ['the guest has stopped', new Error('Requested operation is not valid: domain is not running')],
])('nothing is cancelled if %s', async (_title, answer) => {
  expect(await cancelled(answer)).toEqual({ asked: [QUERY], error: undefined });
});

test('nothing is cancelled while libvirt does not say what is running', async () => {
  const locked = new Error('Timed out during operation: cannot acquire state change lock');
  const { asked, error } = await cancelled(locked);
  expect(asked).toEqual([QUERY]);
  expect(error).toBeInstanceOf(DomainBusy);
  const denied = await cancelled(new Error('access denied'));
  expect(denied.asked).toEqual([QUERY]);
  expect(denied.error?.message).toContain('access denied');
});

test('a definition is sent with what a person has edited since', async () => {
  const former = world().domain.definition ?? '';
  const given = former.replace(SNAP2, '/new/copy');
  const moved = former.replace(`${SNAP2}'/>`, "/new/copy'/><backingStore/>");
  const edited = moved.replace('1048576', '2097152').replace(DATA, '/theirs');
  const over = { definition: former, layersOf: ['vda'], keepsEdits: true } as const;
  const effect = defineDomain(given, '', over) as VirshEffect;
  const { asked, error } = await performed(effect, ([verb]) => {
    if (verb === 'dominfo')
      return 'State:          shut off\nPersistent:     yes\nAutostart:      disable\n';
    return verb === 'dumpxml' ? edited : '';
  });
  expect(error).toBeUndefined();
  expect(asked.filter((words) => words.startsWith('define'))).toHaveLength(1);
  expect(await readFile(join(folder, 'define.xml'), 'utf8')).toBe(
    given.replace('1048576', '2097152').replace(DATA, '/theirs'),
  );
});
