/** Generates domain XML in every spelling that XML allows, with disks on files and on block devices. */
import fc from 'fast-check';
import type { Layer } from '../../../src/model/host-state.ts';

/** One of the ways in which XML can write the same content: quotes, spaces, order, references, surrounding text. */
interface Spelling {
  readonly quote: string;
  readonly space: string;
  readonly reverse: boolean;
  readonly selfClosing: boolean;
  readonly breaks: string;
  readonly around: string;
}

const AROUND = [
  '',
  '<!-- <source file="/not/this"/> -->',
  '<?blockplan <source file="/not/this"/>?>',
  '<address type="pci" note="a &gt; b"/>',
  "<serial>größe &amp; <![CDATA[ <source file='/not/this'/> ]]></serial>",
  '<address type="pci"><x:y xmlns:x="urn:x"><source file="/not/this"/></x:y></address>',
];

export const spelling: fc.Arbitrary<Spelling> = fc.record({
  quote: fc.constantFrom('"', "'"),
  space: fc.constantFrom(' ', '  ', '\t', '\n   '),
  reverse: fc.boolean(),
  selfClosing: fc.boolean(),
  breaks: fc.constantFrom('\n', '\r\n', ''),
  around: fc.constantFrom(...AROUND),
});

export const path = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  // XML allows no control characters, and a line break in an attribute is read as a space.
  .filter((text) => !/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]|\p{Cs}/u.test(text))
  .map((text) => `/images/${text}`);

export function escaped(text: string, quote: string): string {
  const safe = text.replaceAll('&', '&#38;').replaceAll('<', '&lt;');
  return quote === '"' ? safe.replaceAll('"', '&quot;') : safe.replaceAll("'", '&#x27;');
}

function tag(name: string, attributes: Record<string, string>, how: Spelling): string {
  const pairs = Object.entries(attributes).map(
    ([key, value]) =>
      `${key}${how.reverse ? ' = ' : '='}${how.quote}${escaped(value, how.quote)}${how.quote}`,
  );
  const text = (how.reverse ? pairs.reverse() : pairs).map((pair) => how.space + pair).join('');
  return how.selfClosing ? `<${name}${text}/>` : `<${name}${text}></${name}>`;
}

export interface Place {
  readonly file: string;
  readonly format: string;
  readonly block: boolean;
}

interface Written extends Place {
  readonly target: string;
  readonly how: Spelling;
}

export function diskXml({ target, file, format, block, how }: Written): string {
  const parts = [
    tag('driver', { name: 'qemu', type: format, cache: 'none' }, how),
    tag('source', { startupPolicy: 'optional', [block ? 'dev' : 'file']: file, index: '3' }, how),
    how.around,
    tag('target', { dev: target, bus: 'virtio' }, how),
  ];
  const body = (how.reverse ? parts.reverse() : parts).join(how.breaks);
  return `<disk type=${how.quote}${block ? 'block' : 'file'}${how.quote} device='disk'>${how.breaks}${body}${how.breaks}</disk>`;
}

export function domainXml(disks: readonly Written[], how: Spelling): string {
  return `<?xml version="1.0"?>${how.breaks}<domain type='kvm' id='7'>${how.around}<name>testvm</name><uuid>u</uuid>${how.breaks}<devices>${how.breaks}${disks.map(diskXml).join(how.breaks)}${how.around}</devices></domain>${how.breaks}`;
}

export const written = (target: string) =>
  fc.record({
    target: fc.constant(target),
    file: path,
    format: fc.constantFrom('qcow2', 'raw'),
    block: fc.boolean(),
    how: spelling,
  });

/** The layer that is read from it. */
export function layerOf({ file, format, block }: Place): Layer {
  return { file, format, ...(block ? { block: true } : {}), index: 3 };
}
