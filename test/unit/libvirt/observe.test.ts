import { describe, expect, test } from 'vitest';
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

test.each([
  ['paused (I/O error)', true],
  ['paused (user)', undefined],
])('a guest that is %s', async (reason, ioError) => {
  const session = scripted(([verb]) => {
    if (verb === 'dominfo') return INFO.replace('running', 'paused');
    if (verb === 'domstate') return `${reason}\n\n`;
    return verb === 'dumpxml' ? definitionXml('testvm', 'u', []) : '';
  });
  expect(await observeDomain(session, 'testvm', false)).toMatchObject({ state: 'paused' });
  expect((await observeDomain(session, 'testvm', false)).ioError).toBe(ioError);
});

describe('a backup', () => {
  const XML = `<domainbackup mode='push'><disks>
    <disk name='vda'><target file='/s/vda.qcow2'/></disk><disk name='vdb'><target file='/s/vdb.qcow2'/></disk>
  </disks></domainbackup>`;
  const disk = (target: string) =>
    `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/i/${target}'/><target dev='${target}' bus='virtio'/></disk>`;
  const xml = definitionXml('testvm', '4dea22b3-1d52-d8f3-2516-782e98ab3fa0', []).replace(
    '</devices>',
    `${['vda', 'vdb', 'vdc'].map(disk).join('')}</devices>`,
  );

  const jobsWhile = async (copied: string, backup: string | Error) => {
    const session = scripted(([verb, , , , target = '']) => {
      if (verb === 'dominfo') return INFO;
      if (verb === 'dumpxml') return xml;
      if (verb === 'blockjob') return copied.includes(target) ? ' type=Backup\n' : '';
      return verb === 'backup-dumpxml' ? backup : '';
    });
    const { disks } = await observeDomain(session, 'testvm', false);
    return disks.map(({ job }) => job && `${job.type} to ${job.mirror}`);
  };

  test('runs on the disks that are copied', async () => {
    expect(await jobsWhile('vdb', XML)).toEqual([undefined, 'backup to /s/vdb.qcow2', undefined]);
    expect(await jobsWhile('', new Error('no domain backup job present'))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('that copies no disk never ends: it counts as running on all of its disks', async () => {
    expect(await jobsWhile('', XML)).toEqual([
      'backup to /s/vda.qcow2',
      'backup to /s/vdb.qcow2',
      undefined,
    ]);
  });
});
