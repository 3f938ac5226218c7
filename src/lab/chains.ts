/** The chains of a guest's disks in libvirt's XML and in the images' headers, read with virsh and qemu-img only. */
import type { LabHost } from './host.ts';

/** The files of an image's chain according to the headers, active layer first. */
export async function imageChain(host: LabHost, image: string): Promise<string[]> {
  const told = await host.qemuImg('info', '-U', '--backing-chain', '--output=json', image);
  return (JSON.parse(told) as { filename: string }[]).map((layer) => layer.filename);
}

/** The format of an image, as qemu-img recognizes it. */
export async function imageFormat(host: LabHost, image: string): Promise<string> {
  const told = await host.qemuImg('info', '-U', '--output=json', image);
  return (JSON.parse(told) as { format: string }).format;
}

/** The chain of a disk in the live XML, active layer first. */
export async function liveChain(host: LabHost, domain: string, target: string): Promise<string[]> {
  return sources(diskXml(await host.virsh('dumpxml', domain), target), true);
}

/** The source of a disk in the persistent definition. */
export async function persistentSource(
  host: LabHost,
  domain: string,
  target: string,
): Promise<string | undefined> {
  return sources(diskXml(await host.virsh('dumpxml', domain, '--inactive'), target), false)[0];
}

function sources(disk: string, withBacking: boolean): string[] {
  const text = disk.replace(/<mirror[\s\S]*?<\/mirror>/g, '');
  const found = [...text.matchAll(/<source (?:file|dev)='([^']*)'/g)].map((match) =>
    unescapeXml(match[1]!),
  );
  return withBacking ? found : found.slice(0, 1);
}

function unescapeXml(text: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => characters[name]!);
}

/** The `<disk>` element of that target. */
function diskXml(xml: string, target: string): string {
  const disks = xml.match(/<disk [\s\S]*?<\/disk>/g) ?? [];
  return disks.find((disk) => disk.includes(`<target dev='${target}'`)) ?? '';
}

/**
 * Rejects if `qemu-img check` finds an error in one of the images; raw images are not checked. A running guest has to be
 * suspended meanwhile.
 */
export async function assertCleanImages(host: LabHost, images: readonly string[]): Promise<void> {
  for (const image of images) {
    if ((await imageFormat(host, image)) === 'raw') continue;
    await host.qemuImg('check', '-U', image);
  }
}

/** By target, the chain of each disk's active image according to the headers. */
export async function imageChains(host: LabHost, xml: string): Promise<Record<string, string[]>> {
  const disks = (xml.match(/<disk [\s\S]*?<\/disk>/g) ?? []).flatMap((disk) => {
    const target = /<target dev='([^']*)'/.exec(disk)?.[1] ?? '';
    const [active] = sources(disk, false);
    return active?.startsWith('/') ? [{ target, active }] : [];
  });
  const chains = disks.map(
    async ({ target, active }) => [target, await imageChain(host, active)] as const,
  );
  return Object.fromEntries(await Promise.all(chains));
}

/** A disk of a running guest, as its QEMU has it open. */
export interface OpenedDisk {
  readonly target: string;
  /** Its layers, active one first. */
  readonly files: readonly string[];
  /** The same layers as one image for qemu-img, whatever their headers name. */
  readonly image: string;
}

/** The local disks of a live XML. */
export function openedDisks(xml: string): OpenedDisk[] {
  return (xml.match(/<disk [\s\S]*?<\/disk>/g) ?? []).flatMap((disk) => {
    const target = /<target dev='([^']*)'/.exec(disk)?.[1] ?? '';
    const files = sources(disk, true);
    const formats = [...disk.matchAll(/<(?:driver|format) [^>]*\btype='([^']*)'/g)];
    if (!files[0]?.startsWith('/')) return [];
    const image = files.reduceRight<object | null>((backing, filename, at) => {
      const driver = formats[at]?.[1];
      const type = filename.startsWith('/dev/') ? 'host_device' : 'file';
      return {
        driver,
        file: { driver: type, filename },
        ...(driver === 'raw' ? {} : { backing }),
      };
    }, null);
    return [{ target, files, image: `json:${JSON.stringify(image)}` }];
  });
}
