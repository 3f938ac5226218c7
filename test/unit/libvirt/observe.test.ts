import { expect, test } from 'vitest';
import { observeDomain } from '../../../src/libvirt/observe.ts';
import { definitionXml } from '../../worlds.ts';
import { scripted } from './scripted-virsh.ts';

const INFO = 'State:          running\nPersistent:     yes\nAutostart:      disable\n';

test('a domain that libvirt knows but does not describe is refused', async () => {
  const session = scripted(([verb]) => (verb === 'dominfo' ? INFO : new Error('access denied')));
  await expect(observeDomain(session, 'testvm', false)).rejects.toMatchObject({
    end: 'preflight-refused',
    findings: [{ code: 'BP196', message: expect.stringContaining('access denied') }],
  });
});

test('a running guest has its memory, and what its QEMU may access', async () => {
  const definition = definitionXml('testvm', '4dea22b3-1d52-d8f3-2516-782e98ab3fa0', []);
  const labels = `  <seclabel type='dynamic' model='apparmor' relabel='yes'><label>libvirt-4dea</label></seclabel>
  <seclabel type='dynamic' model='dac' relabel='yes'><label>+64055:+108</label></seclabel>
</domain>`;
  const live = definition.replace('<domain ', "<domain id='7' ").replace('</domain>', labels);
  const session = scripted((words) => {
    if (words[0] === 'dominfo') return INFO;
    if (words[0] === 'dumpxml') return words.includes('--inactive') ? definition : live;
    return '';
  });
  expect(await observeDomain(session, 'testvm', false)).toMatchObject({
    memory: 1024 ** 3,
    confinement: { apparmor: true, user: { uid: 64_055, gid: 108 }, givesFiles: true },
  });
});
