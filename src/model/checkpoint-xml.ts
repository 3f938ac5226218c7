/** libvirt's XML of a checkpoint (libvirt, formatcheckpoint). */
import { child, children } from './layer-xml.ts';
import type { TrackedCheckpoint } from './tracking.ts';
import { escapeXml } from './xml-edit.ts';
import { parseXml } from './xml-tree.ts';

export interface CheckpointXml {
  readonly name: string;
  /** In seconds since the epoch. */
  readonly created?: number;
  /** The disks that it tracks. */
  readonly disks: readonly CheckpointXmlDisk[];
}

interface CheckpointXmlDisk {
  readonly target: string;
  readonly bitmap: string;
  /** In bytes; only printed with `--size`, and for an intact bitmap. */
  readonly size?: number;
}

/**
 * The XML of a new checkpoint that tracks these disks and no other. libvirt names each bitmap like the checkpoint. Without a
 * list it would include every disk, and refuse the checkpoint if one of them is raw.
 */
export function checkpointXml(
  name: string,
  targets: readonly string[],
  description?: string,
): string {
  return [
    '<domaincheckpoint>',
    `  <name>${escapeXml(name)}</name>`,
    ...(description === undefined
      ? []
      : [`  <description>${escapeXml(description)}</description>`]),
    '  <disks>',
    ...targets.map((target) => `    <disk name='${escapeXml(target)}' checkpoint='bitmap'/>`),
    '  </disks>',
    '</domaincheckpoint>',
    '',
  ].join('\n');
}

/** The XML that replaces libvirt's record of a checkpoint: with these disks only. Their bitmaps exist. */
export function recordXml({ name, created, disks }: TrackedCheckpoint): string {
  return [
    '<domaincheckpoint>',
    `  <name>${escapeXml(name)}</name>`,
    ...(created === undefined ? [] : [`  <creationTime>${created}</creationTime>`]),
    '  <disks>',
    ...disks.map(
      ({ target, bitmap }) =>
        `    <disk name='${escapeXml(target)}' checkpoint='bitmap' bitmap='${escapeXml(bitmap)}'/>`,
    ),
    '  </disks>',
    '</domaincheckpoint>',
    '',
  ].join('\n');
}

/**
 * Reads the XML of a checkpoint, new or as `virsh checkpoint-dumpxml` prints it.
 * @throws Error when it is not well-formed XML
 */
export function readCheckpointXml(xml: string): CheckpointXml {
  const { root } = parseXml(xml.trim());
  if (!root) throw new Error('the XML has no root');
  const name = child(root, 'name')?.text.trim() ?? '';
  const created = child(root, 'creationTime')?.text.trim() ?? '';
  const disks = child(root, 'disks');
  return {
    name,
    ...(/^\d+$/.test(created) ? { created: Number(created) } : {}),
    disks: (disks ? children(disks, 'disk') : []).flatMap((disk): CheckpointXmlDisk[] => {
      const { name: target = '', checkpoint, bitmap = name, size = '' } = disk.attributes;
      if (checkpoint !== 'bitmap') return [];
      return [{ target, bitmap, ...(/^\d+$/.test(size) ? { size: Number(size) } : {}) }];
    }),
  };
}
