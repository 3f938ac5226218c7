import { expect, test } from 'vitest';
import { backupXml, readBackupXml } from '../../../src/model/backup-xml.ts';

const targets = [
  { disk: 'vda', file: "/s/a.partial/vda's & <more>.qcow2" },
  { disk: 'vdb', file: '/s/a.partial/vdb.qcow2', since: "mon's" },
];

test('what is written is read again, and other disks are left out by name', () => {
  const xml = backupXml(targets, ['sda']);
  expect(readBackupXml(xml)).toEqual(targets);
  expect(xml).toContain("<disk name='sda' backup='no'/>");
});

test('the XML of a running backup, as libvirt 9.0 prints it', () => {
  const xml = `<domainbackup mode='push' id='1'>
  <disks>
    <disk name='vda' backup='yes' type='file' backupmode='full' index='1'>
      <driver type='qcow2'/>
      <target file='/s/a/vda.qcow2'/>
    </disk>
    <disk name='vdb' backup='yes' type='block' backupmode='full'>
      <target dev='/dev/sdz'/>
    </disk>
    <disk name='sda' backup='no'/>
  </disks>
</domainbackup>`;
  expect(readBackupXml(xml)).toEqual([
    { disk: 'vda', file: '/s/a/vda.qcow2' },
    { disk: 'vdb', file: '/dev/sdz' },
  ]);
  expect(readBackupXml('<domainbackup/>')).toEqual([]);
  expect(() => readBackupXml('no XML')).toThrow();
});
