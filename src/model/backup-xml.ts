/** libvirt's XML of a push backup (libvirt, formatbackup). */
import { dirname } from 'node:path';
import { child, children } from './layer-xml.ts';
import { escapeXml } from './xml-edit.ts';
import { parseXml } from './xml-tree.ts';

/** The copy of one disk in a backup. */
export interface BackupTarget {
  readonly disk: string;
  /** The file that QEMU writes the copy to. */
  readonly file: string;
  /** The checkpoint since which changes are copied; absent for a full copy. */
  readonly since?: string;
}

/** The XML for `virsh backup-begin`: copies into existing qcow2 files. */
export function backupXml(targets: readonly BackupTarget[], left: readonly string[]): string {
  return [
    "<domainbackup mode='push'>",
    '  <disks>',
    ...targets.flatMap(({ disk, file, since }) => [
      `    <disk name='${escapeXml(disk)}' backup='yes' type='file' ${modeOf(since)}>`,
      "      <driver type='qcow2'/>",
      `      <target file='${escapeXml(file)}'/>`,
      '    </disk>',
    ]),
    // libvirt includes every disk that is not listed.
    ...left.map((disk) => `    <disk name='${escapeXml(disk)}' backup='no'/>`),
    '  </disks>',
    '</domainbackup>',
    '',
  ].join('\n');
}

/** The mode is a property of each disk: full and incremental ones can be in the same backup (seen on libvirt 9.0). */
function modeOf(since: string | undefined): string {
  return since === undefined
    ? "backupmode='full'"
    : `backupmode='incremental' incremental='${escapeXml(since)}'`;
}

/**
 * The disks that a backup copies, from its XML or from what `virsh backup-dumpxml` prints.
 * @throws Error when it is not well-formed XML
 */
export function readBackupXml(xml: string): BackupTarget[] {
  const disks = child(parseXml(xml).root ?? fail(), 'disks');
  return (disks ? children(disks, 'disk') : []).flatMap((disk) => {
    const target = child(disk, 'target')?.attributes;
    const file = target?.file ?? target?.dev;
    const { name = '', incremental: since } = disk.attributes;
    return file === undefined
      ? []
      : [{ disk: name, file, ...(since === undefined ? {} : { since }) }];
  });
}

/** Whether a backup writes into that folder, from the same XML: then it is the one that was started for it. */
export function backsUpInto(xml: string, folder: string): boolean {
  return readBackupXml(xml).some(({ file }) => dirname(file) === folder);
}

function fail(): never {
  throw new Error('the XML has no root');
}
