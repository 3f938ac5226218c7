import { escapeXml } from '../model/xml-edit.ts';
import { kvmWorks } from './acceleration.ts';
import type { GuestKit } from './kit.ts';

/** A disk as the guest's definition names it. */
interface DomainDisk {
  readonly target: string;
  readonly file: string;
  readonly format: 'qcow2' | 'raw';
}

/** The parameters of a lab guest's definition. */
export interface DomainSpec {
  readonly name: string;
  readonly disks: readonly DomainDisk[];
  readonly kit: GuestKit;
  readonly agent: boolean;
  /** The file the guest's serial console is written to. */
  readonly console: string;
  /** Inserted into `<devices>` as it is. */
  readonly extraXml: string;
}

const MEMORY_MIB = 96;

/** The definition of a lab guest: it boots its kernel directly and has only the devices it needs. */
export async function domainXml(spec: DomainSpec): Promise<string> {
  const kvm = await kvmWorks();
  return `<domain type='${kvm ? 'kvm' : 'qemu'}'>
  <name>${escapeXml(spec.name)}</name>
  <memory unit='MiB'>${MEMORY_MIB}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>${escapeXml(spec.kit.kernel)}</kernel>
    <initrd>${escapeXml(spec.kit.initrd)}</initrd>
    <cmdline>console=ttyS0 quiet nokaslr mitigations=off no_timer_check tsc=reliable panic=-1</cmdline>
  </os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
${spec.disks.map(diskXml).join('\n')}
    <controller type='usb' model='none'/>
    <serial type='file'>
      <source path='${escapeXml(spec.console)}' append='on'/>
      <target port='0'/>
    </serial>
${spec.agent ? AGENT : ''}
    <memballoon model='none'/>
${spec.extraXml}
  </devices>
</domain>
`;
}

const AGENT = `    <channel type='unix'>
      <target type='virtio' name='org.qemu.guest_agent.0'/>
    </channel>`;

function diskXml(disk: DomainDisk): string {
  return `    <disk type='file' device='disk'>
      <driver name='qemu' type='${disk.format}'/>
      <source file='${escapeXml(disk.file)}'/>
      <target dev='${escapeXml(disk.target)}' bus='virtio'/>
    </disk>`;
}
