/** Right before the driver sends a definition, it looks at what would be replaced. */
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { localHost } from '../../../src/host-io/local-host.ts';
import { openLiveDriver } from '../../../src/libvirt/live-driver.ts';
import { defineDomain } from '../../../src/steps/effects/definition.ts';
import { scratchFolder } from '../../scratch-folder.ts';
import { definitionXml } from '../../worlds.ts';
import { scripted } from './scripted-virsh.ts';

const folder = scratchFolder('define');
const former = definitionXml('testvm', '4dea22b3-1d52-d8f3-2516-782e98ab3fa0', []);
const edited = former.replace("'KiB'>1048576", "'KiB'>2097152");
const given = former.replace('<vcpu ', '<vcpu  ');
const info = (state: string, saved = 'no') =>
  `State:          ${state}\nPersistent:     yes\nAutostart:      disable\nManaged save:   ${saved}\n`;

/** Whether the definition was sent to a domain that is like this by then, or why not. */
async function defined(xml: string, dominfo = info('shut off'), made: readonly string[] = []) {
  const virsh = scripted(([verb]) => {
    if (verb === 'dominfo') return dominfo;
    return verb === 'dumpxml' ? xml : '';
  });
  const options = { domain: 'testvm', readonly: true, writeDurably: writeFile };
  const driver = await openLiveDriver(localHost, options, Promise.resolve(virsh));
  const effect = defineDomain(given, '', { definition: former, off: true, made });
  if (effect.tool === 'keep-definition') throw new Error('another effect');
  const context = { folder, onProgress: () => {}, onMade: async () => {} };
  const refused = await driver.perform(effect, context).then(
    () => undefined,
    ({ message, begun }) => ({ message, begun }),
  );
  expect(virsh.asked.some((words) => words.startsWith('define'))).toBe(refused === undefined);
  if (refused) expect(refused.begun).toBe(false);
  return refused?.message;
}

test('the former definition, and the one that was sent before, are replaced', async () => {
  expect(await defined(former)).toBeUndefined();
  expect(await defined(given)).toBeUndefined();
});

test('an edited one is not, nor one of a guest that is up or has its memory saved', async () => {
  expect(await defined(edited)).toContain('the definition of "testvm" was changed meanwhile');
  expect(await defined(former, info('running'))).toContain('"testvm" is running');
  expect(await defined(former, info('shut off', 'yes'))).toContain('has a managed save image now');
});

test('no definition gets a file that the run has not made', async () => {
  const file = `${folder}/strange`;
  await writeFile(file, '');
  expect(await defined(former, undefined, [file])).toContain(`${file} is not the file that this`);
});
