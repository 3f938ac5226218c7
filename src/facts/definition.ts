/** Makes a definition for a guest whose facts give only its disks. */
import type { Disk, Layer } from '../model/host-state.ts';
import { NO_UUID } from '../model/uuid.ts';
import { escapeXml } from '../model/xml-edit.ts';

/** The smallest persistent definition with these disks, each on its active layer. */
export function minimalDefinition(name: string, disks: readonly Disk[]): string {
  return `<domain type='kvm'>
  <name>${escapeXml(name)}</name>
  <uuid>${NO_UUID}</uuid>
  <memory unit='MiB'>1024</memory>
  <os>
    <type>hvm</type>
  </os>
  <devices>
${disks.map(diskXml).join('')}  </devices>
</domain>
`;
}

function diskXml({ target, device, readonly, snapshot, chain: [active] }: Disk): string {
  const type = typeOf(active);
  const how = snapshot === undefined ? '' : ` snapshot='${escapeXml(snapshot)}'`;
  return `    <disk type='${type}' device='${device}'${how}>
      <driver name='qemu' type='${escapeXml(active?.format ?? 'raw')}'/>
${active ? `      ${sourceXml(active, type)}\n` : ''}      <target dev='${escapeXml(target)}'/>
${readonly ? '      <readonly/>\n' : ''}    </disk>
`;
}

function typeOf(active: Layer | undefined): 'file' | 'block' | 'network' {
  if (active?.block) return 'block';
  return active && !active.file.startsWith('/') ? 'network' : 'file';
}

function sourceXml({ file }: Layer, type: 'file' | 'block' | 'network'): string {
  const at = file.indexOf(':');
  if (type === 'network')
    return `<source protocol='${escapeXml(file.slice(0, at))}' name='${escapeXml(file.slice(at + 1))}'/>`;
  return `<source ${type === 'block' ? 'dev' : 'file'}='${escapeXml(file)}'/>`;
}
