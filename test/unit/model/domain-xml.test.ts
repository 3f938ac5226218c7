import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDomainXml, setDiskSource } from '../../../src/model/domain-xml.ts';
import { definitionXml } from '../../worlds.ts';

/** A way of writing the same thing that XML allows: quotes, spaces, order, references, what stands around it. */
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
  '<x:y xmlns:x="urn:x"><source file="/not/this"/></x:y>',
];

const spelling: fc.Arbitrary<Spelling> = fc.record({
  quote: fc.constantFrom('"', "'"),
  space: fc.constantFrom(' ', '  ', '\t', '\n   '),
  reverse: fc.boolean(),
  selfClosing: fc.boolean(),
  breaks: fc.constantFrom('\n', '\r\n', ''),
  around: fc.constantFrom(...AROUND),
});

const path = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  // XML takes no control characters, and a line break in an attribute is read as a space.
  .filter((text) => !/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]|\p{Cs}/u.test(text))
  .map((text) => `/images/${text}`);

function escaped(text: string, quote: string): string {
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

interface Written {
  readonly target: string;
  readonly file: string;
  readonly format: string;
  readonly how: Spelling;
}

function diskXml({ target, file, format, how }: Written): string {
  const parts = [
    tag('driver', { name: 'qemu', type: format, cache: 'none' }, how),
    tag('source', { startupPolicy: 'optional', file, index: '3' }, how),
    how.around,
    tag('target', { dev: target, bus: 'virtio' }, how),
  ];
  const body = (how.reverse ? parts.reverse() : parts).join(how.breaks);
  return `<disk type=${how.quote}file${how.quote} device='disk'>${how.breaks}${body}${how.breaks}</disk>`;
}

function domainXml(disks: readonly Written[], how: Spelling): string {
  return `<?xml version="1.0"?>${how.breaks}<domain type='kvm' id='7'>${how.around}<name>testvm</name><uuid>u</uuid>${how.breaks}<devices>${how.breaks}${disks.map(diskXml).join(how.breaks)}${how.around}</devices></domain>${how.breaks}`;
}

const written = (target: string) =>
  fc.record({
    target: fc.constant(target),
    file: path,
    format: fc.constantFrom('qcow2', 'raw'),
    how: spelling,
  });

const LAYERED = `<domain><devices>
  <disk type='file' device='disk'>
    <driver name='qemu' type='qcow2'/>
    <source file='/a/top' index='2'/>
    <backingStore type='file' index='1'>
      <format type='raw'/>
      <source file='/a/base'/>
      <backingStore/>
    </backingStore>
    <target dev='vda'/>
  </disk>
</devices></domain>`;

describe('reading', () => {
  test('whatever XML allows is read as what it means', () => {
    fc.assert(
      fc.property(written('vda'), written('vdb'), spelling, (a, b, how) => {
        const { name, disks } = readDomainXml(domainXml([a, b], how));
        expect(name).toBe('testvm');
        expect(disks.map(({ target, chain }) => [target, chain])).toEqual(
          [a, b].map(({ target, file, format }) => [target, [{ file, format, index: 3 }]]),
        );
      }),
    );
  });

  test('a chain, with the formats of its layers and an explicit end', () => {
    const [disk] = readDomainXml(LAYERED).disks;
    expect(disk?.chain).toEqual([
      { file: '/a/top', format: 'qcow2', index: 2 },
      { file: '/a/base', format: 'raw', index: 1 },
    ]);
  });

  test.each([
    [
      'a copy, not ready',
      "<mirror type='file' file='/c' job='copy'/>",
      { type: 'copy', ready: false, mirror: '/c' },
    ],
    [
      'a copy, ready',
      "<mirror type='file' job='copy' ready='yes'><format type='raw'/><source file='/c'/></mirror>",
      { type: 'copy', ready: true, mirror: '/c' },
    ],
    [
      'a copy that is being ended',
      "<mirror job='copy' ready='abort'><source dev='/dev/x'/></mirror>",
      { type: 'copy', ready: false, mirror: '/dev/x' },
    ],
    [
      'an active commit',
      "<mirror job='active-commit' ready='yes'><source file='/b'/></mirror>",
      { type: 'active-commit', ready: true, mirror: '/b' },
    ],
    ['a job of tomorrow', "<mirror job='turn-around'/>", { type: 'other', ready: false }],
  ])('%s', (_title, mirror, job) => {
    const xml = `<domain><devices><disk><source file='/a'/>${mirror}<target dev='vda'/></disk></devices></domain>`;
    expect(readDomainXml(xml).disks[0]?.job).toEqual(job);
  });

  test.each([
    ["<source dev='/dev/vg/lv'/>", '/dev/vg/lv'],
    ["<source protocol='nbd' name='x'><host name='h'/></source>", 'nbd:x'],
    ["<source pool='p' volume='v'/>", 'pool:p/v'],
  ])('a source that is no file: %s', (source, file) => {
    const xml = `<domain><devices><disk>${source}<target dev='vda'/></disk></devices></domain>`;
    expect(readDomainXml(xml).disks[0]?.chain).toEqual([{ file, format: 'raw' }]);
  });

  test('a CD without a medium, an agent that answers, an NVRAM file, a TPM', () => {
    const xml = `<domain><os><nvram>/n</nvram></os><devices>
      <disk device='cdrom'><target dev='sda'/></disk>
      <channel><target name='org.qemu.guest_agent.0' state='connected'/></channel>
      <tpm/></devices></domain>`;
    const { disks, agent, nvram, tpm } = readDomainXml(xml);
    expect(disks).toEqual([
      { target: 'sda', device: 'cdrom', type: 'file', readonly: true, chain: [] },
    ]);
    expect([agent, nvram, tpm]).toEqual([true, true, true]);
    expect(readDomainXml(definitionXml('g', 'u', [])).agent).toBe(false);
  });
});

describe('a changed source', () => {
  test('changes the bytes of that source and format, and no other; and back again to the same text', () => {
    fc.assert(
      fc.property(
        written('vda'),
        written('vdb'),
        spelling,
        path,
        fc.constantFrom('qcow2', 'raw'),
        (a, b, how, file, format) => {
          const xml = domainXml([a, b], how);
          const changed = setDiskSource(xml, 'vdb', { file, format });
          const { disks } = readDomainXml(changed);
          expect(disks.map(({ chain }) => chain[0])).toEqual([
            { file: a.file, format: a.format, index: 3 },
            { file, format, index: 3 },
          ]);
          // All that comes before and after the disk is untouched, and so is the disk but for the two values.
          const at = xml.indexOf(diskXml(b), xml.indexOf(diskXml(a)) + diskXml(a).length);
          const end = xml.length - at - diskXml(b).length;
          expect(changed.slice(0, at)).toBe(xml.slice(0, at));
          expect(changed.slice(changed.length - end)).toBe(xml.slice(xml.length - end));
          const back = setDiskSource(changed, 'vdb', { file: b.file, format: b.format });
          expect(setDiskSource(back, 'vdb', { file, format })).toBe(changed);
          const { quote } = b.how;
          const before = diskXml(b)
            .replace(escaped(b.file, quote), '\0')
            .replace(`type${b.how.reverse ? ' = ' : '='}${quote}${b.format}${quote}`, '\x01');
          const between = changed.slice(at, changed.length - end);
          const now = between
            .replace(escapedByBlockplan(file), '\0')
            .replace(`type${b.how.reverse ? ' = ' : '='}${quote}${format}${quote}`, '\x01');
          expect(now).toBe(before);
        },
      ),
    );
  });

  test('a definition as libvirt writes it comes back to the byte', () => {
    const disk = {
      target: 'vda',
      device: 'disk',
      type: 'file',
      file: '/a/top',
      format: 'qcow2',
      readonly: false,
    } as const;
    const xml = definitionXml('testvm', 'u', [disk, { ...disk, target: 'vdb', file: '/a/other' }]);
    const moved = setDiskSource(xml, 'vda', { file: '/b/copy', format: 'raw' });
    expect(moved).toBe(xml.replace('/a/top', '/b/copy').replace("type='qcow2'", "type='raw'"));
    expect(setDiskSource(moved, 'vda', { file: '/a/top', format: 'qcow2' })).toBe(xml);
  });

  test('an explicit chain goes with the file that it describes', () => {
    const changed = setDiskSource(LAYERED, 'vda', { file: '/b', format: 'qcow2' });
    expect(changed).toBe(
      `<domain><devices>
  <disk type='file' device='disk'>
    <driver name='qemu' type='qcow2'/>
    <source file='/b' index='2'/>
    <target dev='vda'/>
  </disk>
</devices></domain>`,
    );
  });

  test('a driver without a type gets one; a disk without a driver is left alone', () => {
    const xml = (driver: string) =>
      `<domain><devices><disk>${driver}<source file='/a'/><target dev='vda'/></disk></devices></domain>`;
    expect(setDiskSource(xml("<driver name='qemu'/>"), 'vda', { file: '/b', format: 'raw' })).toBe(
      xml("<driver type='raw' name='qemu'/>").replace('/a', '/b'),
    );
    expect(setDiskSource(xml(''), 'vda', { file: '/b', format: 'raw' })).toBe(
      xml('').replace('/a', '/b'),
    );
  });

  test.each([
    ['no such disk', "<disk><source file='/a'/><target dev='vdb'/></disk>", 'has no disk vda'],
    ['an empty drive', "<disk><target dev='vda'/></disk>", 'neither a file nor a block device'],
    [
      'a network source',
      "<disk><source protocol='rbd'/><target dev='vda'/></disk>",
      'neither a file',
    ],
  ])('%s', (_title, disk, message) => {
    const xml = `<domain><devices>${disk}</devices></domain>`;
    expect(() => setDiskSource(xml, 'vda', { file: '/b', format: 'raw' })).toThrow(message);
  });
});

/** How blockplan writes a value into an attribute, whichever quotes it has. */
function escapedByBlockplan(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;')
    .replaceAll('"', '&quot;');
}

describe('hostile XML', () => {
  test('an external entity is not resolved', () => {
    const xml = `<!DOCTYPE domain [<!ENTITY x SYSTEM "file:///etc/passwd">]><domain><name>&x;</name></domain>`;
    let name = '';
    try {
      name = readDomainXml(xml).name;
    } catch (error) {
      expect(String(error)).toMatch(/entity/i);
    }
    expect(name).not.toContain('root:');
  });

  test('entities that double are not expanded', () => {
    const entities = Array.from(
      { length: 30 },
      (_, at) => `<!ENTITY e${at + 1} "&e${at};&e${at};">`,
    );
    const xml = `<!DOCTYPE domain [<!ENTITY e0 "lol">${entities.join('')}]><domain><name>&e30;</name></domain>`;
    const began = performance.now();
    expect(() => readDomainXml(xml)).toThrow(/entity/i);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  test.each([
    ['another element at the top', '<domains/>'],
    ['no XML', 'error: no such domain'],
    ['nothing', ''],
    ['an end too early', '<domain><devices>'],
  ])('%s is refused', (_title, xml) => {
    expect(() => readDomainXml(xml)).toThrow();
  });
});
