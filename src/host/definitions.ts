/** How libvirt changes persistent definitions. */
import { type DefinedChain, definedChain, readDefinition } from '../model/defined-chain.ts';
import { bothUnsupported } from '../model/disk-elements.ts';
import { setDiskSource } from '../model/domain-xml.ts';
import { isSameLocation } from '../model/file-identity.ts';
import { type Disk, isUp, type Layer } from '../model/host-state.ts';
import { memoized } from '../model/memoized.ts';
import { isOlder } from '../model/release.ts';
import { escapeXml } from '../model/xml-edit.ts';
import { nameIn } from './file-names.ts';
import { filesBelow, type SimulatedHost, updateDisk, updateDomain } from './simulated-host.ts';

const moved = memoized(
  (xml: string, target: string, file: string, format: string, block: string) =>
    setDiskSource(xml, target, { file, format, ...(block ? { block: true as const } : {}) }),
  500,
);

/** The same definition with the chain below the source written into it, as libvirt does. */
function withChainBelow(xml: string, target: string, below: DefinedChain): string {
  const at = xml.indexOf(`<target dev='${target}'`);
  const text = backingText(below.layers, below.ends, '      ');
  return at < 0 || text === ''
    ? xml
    : `${xml.slice(0, at)}${text.trimStart()}      ${xml.slice(at)}`;
}

/** The same definition without the chain below the source. */
function withoutChainBelow(xml: string, target: string): string {
  const disks = xml.matchAll(/<disk[\s>][\s\S]*?<\/disk>/g);
  const disk = [...disks].find(([text]) => text.includes(`<target dev='${target}'`));
  if (!disk) return xml;
  const [text] = disk;
  const short = text.replace(/\s*(<backingStore[\s\S]*<\/backingStore>|<backingStore\/>)/, '');
  return `${xml.slice(0, disk.index)}${short}${xml.slice(disk.index + text.length)}`;
}

function backingText(
  [top, ...below]: readonly Layer[],
  chainEnds: boolean,
  margin: string,
): string {
  if (!top) return chainEnds ? `${margin}<backingStore/>\n` : '';
  const [type, attribute] = top.block ? ['block', 'dev'] : ['file', 'file'];
  return [
    `${margin}<backingStore type='${type}'>\n`,
    `${margin}  <format type='${escapeXml(top.format)}'/>\n`,
    `${margin}  <source ${attribute}='${escapeXml(top.file)}'/>\n`,
    backingText(below, chainEnds, `${margin}  `),
    `${margin}</backingStore>\n`,
  ].join('');
}

/**
 * libvirt updates the persistent definition if it names the same file as the running guest (libvirt qemu_blockjob.c,
 * qemuBlockJobGetConfigDisk and qemuBlockJobRewriteConfigDiskSource; seen on libvirt 9.0).
 *
 * An overlay is added above the chain in the definition. After a pivot to a layer that the definition also names, the part
 * below that layer is kept. After any other pivot the definition names the chain down to the first layer that libvirt has
 * found in a header; without such a layer it names the whole chain, and its end unless {@link forgetsTheEnd}.
 *
 * If the guest is off, the definition names only the overlay, unless it names a layer below its source: then it keeps all
 * of them, and whether the chain ends there (seen on libvirt 9.0 and 11.3).
 * @param before the former live chain
 * @param after the current live chain
 */
export function definitionFollows(
  host: SimulatedHost,
  target: string,
  before: readonly Layer[],
  after: readonly Layer[],
): SimulatedHost {
  return rewritten(host, target, (xml) => {
    const [top] = after;
    const defined = definedChain(xml, target);
    if (!top || !areAlike(defined.layers[0], before[0])) return xml;
    const on = moved(xml, target, top.file, top.format, top.block ? 'block' : '');
    if (isUp(host.state))
      return withChainBelow(on, target, chainBelow(host, target, defined, before, after));
    return defined.layers.length > 1 ? withChainBelow(on, target, defined) : on;
  });
}

function chainBelow(
  host: SimulatedHost,
  target: string,
  defined: DefinedChain,
  before: readonly Layer[],
  [top, ...below]: readonly Layer[],
): DefinedChain {
  const { layers, ends: stops } = defined;
  if (areAlike(below[0], before[0])) return defined;
  const at = before.findIndex((layer) => areAlike(layer, top));
  if (at >= 0 && names(defined, before.slice(0, at + 1)))
    return { layers: layers.slice(at + 1), ends: stops };
  const found = below.findIndex(({ file }) => host.detected.includes(nameIn(host, file)));
  if (found >= 0) return { layers: below.slice(0, found), ends: false };
  return { layers: below, ends: !forgetsTheEnd(host, target) };
}

/**
 * Whether libvirt writes no end of the chain. 9.0.0 always writes it. 11.3.0 does not if it has found the end in a header, rather
 * than in the definition, but does after its daemon has restarted (all seen). It is unknown which release changed that. No
 * layer is below, so the next start is the same.
 */
function forgetsTheEnd({ state, foundEnds }: SimulatedHost, target: string): boolean {
  const { libvirt } = state.host;
  return libvirt !== undefined && !isOlder(libvirt, '10.0.0') && foundEnds.includes(target);
}

function names({ layers }: DefinedChain, chain: readonly Layer[]): boolean {
  return chain.every((layer, place) => areAlike(layers[place], layer));
}

/** Whether libvirt treats them as the same layer: it compares its own spelling of their paths. */
function areAlike(a: Layer | undefined, b: Layer | undefined): boolean {
  return a !== undefined && b !== undefined && isSameLocation(a, b);
}

/**
 * After a commit below the active layer, or a pull, the definition loses the layers that are gone if it names all layers down
 * to the base, or without a base the whole chain and nothing more (seen on libvirt 9.0 and 11.3); otherwise it loses all
 * layers below its source (libvirt qemu_blockjob.c, qemuBlockJobClearConfigChain).
 */
export function definitionShortens(
  host: SimulatedHost,
  target: string,
  before: readonly Layer[],
  gone: readonly string[],
): SimulatedHost {
  return rewritten(host, target, (xml) => {
    const defined = definedChain(xml, target);
    const [top, ...below] = defined.layers;
    if (!top || !areAlike(top, before[0]) || (below.length === 0 && !defined.ends)) return xml;
    const found = before.findIndex(({ file }) => nameIn(host, file) === gone.at(-1));
    const last = Math.max(0, found);
    const base = before[last + 1];
    const known =
      names(defined, before.slice(0, last + 2)) &&
      (base !== undefined || defined.layers.length === before.length);
    const ends = defined.ends || endShowsWithout(host, target, before.slice(last));
    return withChainBelow(withoutChainBelow(xml, target), target, {
      layers: known ? below.filter(({ file }) => !gone.includes(nameIn(host, file))) : [],
      ends: known && ends,
    });
  });
}

/**
 * Whether libvirt writes the end of the chain once these layers are gone. It knows an end that it does not write below a base
 * that it has found in a header, and writes it when a pull takes that base out of the chain (seen on libvirt 11.3.0).
 */
function endShowsWithout(
  host: SimulatedHost,
  target: string,
  [base, ...below]: readonly Layer[],
): boolean {
  const isFound = base !== undefined && host.detected.includes(nameIn(host, base.file));
  return isFound && below.length === 0 && forgetsTheEnd(host, target);
}

/** Changes the definition, or libvirt's remaining copy of it, and the disk's persistent source. */
function rewritten(
  host: SimulatedHost,
  target: string,
  change: (xml: string) => string,
): SimulatedHost {
  const { shadow } = host;
  const { definition, persistent } = host.state.domain;
  const former = persistent ? definition : shadow?.definition;
  const xml = former === undefined ? undefined : change(former);
  if (xml === undefined || xml === former) return host;
  if (!persistent) return { ...host, shadow: { saved: false, ...shadow, definition: xml } };
  const source = definedChain(xml, target).layers[0]?.file;
  return updateDomain(
    updateDisk(host, target, (each) => (source ? { ...each, persistentSource: source } : each)),
    { definition: xml },
  );
}

/** When a snapshot is taken or a job ends, libvirt saves the definition that it has, even if the domain was undefined. */
export function definitionIsSaved(host: SimulatedHost): SimulatedHost {
  const { shadow } = host;
  return shadow && !shadow.saved ? { ...host, shadow: { ...shadow, saved: true } } : host;
}

/** The disks of a guest that is off: those of its definition, with as much of each chain as the definition names. */
export function disksFromDefinition(host: SimulatedHost): Disk[] {
  const { definition, disks } = host.state.domain;
  if (definition === undefined) return [];
  return readDefinition(definition).disks.map((disk) => {
    const source = disk.chain[0]?.file;
    const { capacity, unsupported } = disks.find(({ target }) => target === disk.target) ?? {};
    return {
      ...disk,
      ...(source === undefined ? {} : { persistentSource: source }),
      ...(capacity === undefined ? {} : { capacity }),
      ...bothUnsupported(disk.unsupported, unsupported),
    };
  });
}

/** The files that a guest's disk consists of when it is started from that definition. */
export function openedFiles(host: SimulatedHost, definition: string, target: string): string[] {
  const { layers, ends } = definedChain(definition, target);
  const named = layers.map(({ file }) => nameIn(host, file));
  const last = named.at(-1);
  return last === undefined || ends ? named : [...named, ...filesBelow(host, last).slice(1)];
}
