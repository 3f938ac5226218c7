import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isChainTerminated, readDomainXml, setDiskSource } from '../../../src/model/domain-xml.ts';
import { definitionXml } from '../../worlds.ts';
import {
  diskXml,
  domainXml,
  escaped,
  layerOf,
  type Place,
  path,
  spelling,
  written,
} from './arbitrary-domain-xml.ts';

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
  test('accepts every spelling that XML allows', () => {
    fc.assert(
      fc.property(written('vda'), written('vdb'), spelling, (a, b, how) => {
        const { name, disks } = readDomainXml(domainXml([a, b], how));
        expect(name).toBe('testvm');
        expect(disks.map(({ target, chain }) => [target, chain])).toEqual(
          [a, b].map((each) => [each.target, [layerOf(each)]]),
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
      "<mirror type='block' job='copy' ready='abort'><source dev='/dev/x'/></mirror>",
      { type: 'copy', ready: false, mirror: '/dev/x' },
    ],
    [
      'an active commit',
      "<mirror job='active-commit' ready='yes'><source file='/b'/></mirror>",
      { type: 'active-commit', ready: true, mirror: '/b' },
    ],
    ['an unknown job', "<mirror job='turn-around'/>", { type: 'other', ready: false }],
  ])('%s', (_title, mirror, job) => {
    const xml = `<domain><devices><disk><source file='/a'/>${mirror}<target dev='vda'/></disk></devices></domain>`;
    expect(readDomainXml(xml).disks[0]?.job).toEqual(job);
  });

  test.each([
    ['network', "<source protocol='nbd' name='x'><host name='h'/></source>", 'nbd:x'],
    ['volume', "<source pool='p' volume='v'/>", 'pool:p/v'],
    ['dir', "<source dir='/d'/>", 'dir:/d'],
    ['vhostuser', "<source type='unix' path='/s'/>", 'vhostuser:/s'],
    ['vhostvdpa', "<source dev='/dev/v'/>", 'vhostvdpa:/dev/v'],
    ['nvme', "<source type='pci' namespace='1'/>", 'nvme:1'],
  ])('a source that is not a file: %s', (type, source, file) => {
    const xml = `<domain><devices><disk type='${type}'>${source}<target dev='vda'/></disk></devices></domain>`;
    expect(readDomainXml(xml).disks[0]?.chain).toEqual([{ file, format: 'raw' }]);
  });

  test('a block device, above a file', () => {
    const xml = `<domain><devices><disk type='block'><source dev='/dev/vg/lv'/><backingStore type='file'><source file='/b'/></backingStore><target dev='vda'/></disk></devices></domain>`;
    expect(readDomainXml(xml).disks[0]?.chain).toEqual([
      { file: '/dev/vg/lv', format: 'raw', block: true },
      { file: '/b', format: 'raw' },
    ]);
  });

  test.each([
    ['file', [{ file: '/f', format: 'raw' }]],
    ['block', [{ file: '/d', format: 'raw', block: true }]],
    ['volume', [{ file: 'pool:p/v', format: 'raw' }]],
  ])('the type decides which of several sources counts: %s', (type, chain) => {
    const source = "<source file='/f' dev='/d' pool='p' volume='v'/>";
    const xml = `<domain><devices><disk type='${type}'>${source}<target dev='vda'/></disk></devices></domain>`;
    expect(readDomainXml(xml).disks[0]?.chain).toEqual(chain);
  });

  test('a source that libvirt ignores for the type is an empty drive', () => {
    const xml = `<domain><devices><disk type='file'><source dev='/d'/><target dev='vda'/></disk></devices></domain>`;
    expect(readDomainXml(xml).disks[0]?.chain).toEqual([]);
  });

  test('a CD drive without a medium, a connected agent, an NVRAM file, a TPM', () => {
    const xml = `<domain><os><nvram>/n</nvram></os><devices>
      <disk device='cdrom'><target dev='sda'/></disk>
      <channel><target name='org.qemu.guest_agent.0' state='connected'/></channel>
      <tpm/></devices></domain>`;
    const { disks, agent, nvram, tpm } = readDomainXml(xml);
    expect(disks).toEqual([{ target: 'sda', device: 'cdrom', readonly: true, chain: [] }]);
    expect([agent, nvram, tpm]).toEqual([true, true, true]);
    expect(readDomainXml(definitionXml('g', 'u', [])).agent).toBe(false);
  });
});

describe('a changed source', () => {
  test('changes only the bytes of that source and format, and can be changed back to the same text', () => {
    fc.assert(
      fc.property(
        written('vda'),
        written('vdb'),
        spelling,
        fc.record({ file: path, format: fc.constantFrom('qcow2', 'raw'), block: fc.boolean() }),
        (a, b, how, place) => {
          const xml = domainXml([a, b], how);
          const changed = setDiskSource(xml, 'vdb', layerOf(place));
          const { disks } = readDomainXml(changed);
          expect(disks.map(({ chain }) => chain[0])).toEqual([layerOf(a), layerOf(place)]);
          // Everything before and after the disk is untouched, and so is the disk except for type, name and values.
          const at = xml.indexOf(diskXml(b), xml.indexOf(diskXml(a)) + diskXml(a).length);
          const end = xml.length - at - diskXml(b).length;
          expect(changed.slice(0, at)).toBe(xml.slice(0, at));
          expect(changed.slice(changed.length - end)).toBe(xml.slice(xml.length - end));
          const back = setDiskSource(changed, 'vdb', layerOf(b));
          expect(setDiskSource(back, 'vdb', layerOf(place))).toBe(changed);
          const between = changed.slice(at, changed.length - end);
          const blank = (text: string, { block, format }: Place, file: string) => {
            const { quote, space, reverse } = b.how;
            const is = `${reverse ? ' = ' : '='}${quote}`;
            return text
              .replace(`<disk type=${quote}${block ? 'block' : 'file'}`, '<disk \x02')
              .replace(`${space}${block ? 'dev' : 'file'}${is}${file}${quote}`, '\0')
              .replace(`type${is}${format}${quote}`, '\x01');
          };
          const same = place.file === b.file;
          expect(
            blank(
              between,
              place,
              same ? escaped(b.file, b.how.quote) : escapedByBlockplan(place.file),
            ),
          ).toBe(blank(diskXml(b), b, escaped(b.file, b.how.quote)));
        },
      ),
    );
  });

  test('a definition that libvirt wrote is restored byte for byte', () => {
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

  test('an explicit chain is removed with the file that it describes', () => {
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

  test('an explicit end of the chain is removed too: the new source may have layers below it', () => {
    const ended = LAYERED.replace(/<backingStore type[\s\S]*<\/backingStore>/, '<backingStore/>');
    expect(setDiskSource(ended, 'vda', { file: '/a/top', format: 'qcow2' })).toBe(ended);
    const changed = setDiskSource(ended, 'vda', { file: '/b', format: 'qcow2' });
    expect(changed).toBe(ended.replace('/a/top', '/b').replace('\n    <backingStore/>', ''));
  });

  test('the type and the name of the attribute follow the new source, and are restored', () => {
    const xml = LAYERED.replace(/\s*<backingStore type[\s\S]*<\/backingStore>/, '');
    const moved = setDiskSource(xml, 'vda', { file: '/dev/vg/lv', format: 'raw', block: true });
    expect(moved).toBe(
      xml
        .replace("type='file'", "type='block'")
        .replace("file='/a/top'", "dev='/dev/vg/lv'")
        .replace("type='qcow2'", "type='raw'"),
    );
    expect(setDiskSource(moved, 'vda', { file: '/a/top', format: 'qcow2' })).toBe(xml);
    // The same path, this time as a file.
    const asFile = setDiskSource(moved, 'vda', { file: '/dev/vg/lv', format: 'raw' });
    expect(asFile).toBe(moved.replace("type='block'", "type='file'").replace('dev=', 'file='));
    const bare =
      "<domain><devices><disk><source file='/a'/><target dev='vda'/></disk></devices></domain>";
    expect(setDiskSource(bare, 'vda', { file: '/d', format: 'raw', block: true })).toBe(
      bare.replace('<disk>', "<disk type='block'>").replace("file='/a'", "dev='/d'"),
    );
  });

  test('a driver without a type gets one', () => {
    const xml = (driver: string) =>
      `<domain><devices><disk>${driver}<source file='/a'/><target dev='vda'/></disk></devices></domain>`;
    expect(setDiskSource(xml("<driver name='qemu'/>"), 'vda', { file: '/b', format: 'raw' })).toBe(
      xml("<driver type='raw' name='qemu'/>").replace('/a', '/b'),
    );
  });

  test('a disk without a driver gets one, unless it stays raw', () => {
    const xml = (driver: string, file: string) =>
      `<domain><devices>\n  <disk>\n    ${driver}<source file='${file}'/>\n    <target dev='vda'/>\n  </disk>\n</devices></domain>`;
    const raw = setDiskSource(xml('', '/a'), 'vda', { file: '/b', format: 'raw' });
    expect(raw).toBe(xml('', '/b'));
    const moved = setDiskSource(xml('', '/a'), 'vda', { file: '/b', format: 'qcow2' });
    expect(moved).toBe(xml("<driver name='qemu' type='qcow2'/>\n    ", '/b'));
    expect(readDomainXml(moved).disks[0]?.chain).toEqual([{ file: '/b', format: 'qcow2' }]);
  });

  test.each([
    ["<disk type='block'><source file='/f' dev='/d'/>", "<disk type='block'><source dev='/n'/>"],
    ["<disk type='file'><source file='/f' dev='/d'/>", "<disk type='block'><source dev='/n'/>"],
    [
      "<disk type='volume'><source pool='p' volume='v' mode='host' index='1'/>",
      "<disk type='block'><source dev='/n' index='1'/>",
    ],
  ])('only one of several sources is kept: %s', (before, after) => {
    const xml = (disk: string) =>
      `<domain><devices>${disk}<target dev='vda'/></disk></devices></domain>`;
    const moved = setDiskSource(xml(before), 'vda', { file: '/n', format: 'raw', block: true });
    expect(moved).toBe(xml(after));
    expect(setDiskSource(moved, 'vda', { file: '/n', format: 'raw', block: true })).toBe(moved);
  });

  test('a property that may belong to the old source only is refused', () => {
    const xml = (slices: string) =>
      `<domain><devices><disk><source file='/a'>${slices}</source><target dev='vda'/></disk></devices></domain>`;
    const slices = "<slices><slice type='storage' offset='512' size='4096'/></slices>";
    const source = { file: '/b', format: 'raw' };
    expect(() => setDiskSource(xml(slices), 'vda', source)).toThrow('has <slices>');
    expect(setDiskSource(xml(''), 'vda', source)).toBe(xml('').replace('/a', '/b'));
  });

  test.each([
    ['no such disk', "<disk><source file='/a'/><target dev='vdb'/></disk>", 'has no disk vda'],
    ['an empty drive', "<disk><target dev='vda'/></disk>", 'neither a file nor a block device'],
    [
      'a network source',
      "<disk type='network'><source protocol='rbd'/><target dev='vda'/></disk>",
      'neither a file',
    ],
  ])('%s', (_title, disk, message) => {
    const xml = `<domain><devices>${disk}</devices></domain>`;
    expect(() => setDiskSource(xml, 'vda', { file: '/b', format: 'raw' })).toThrow(message);
  });
});

/** How blockplan escapes the value of an attribute, with either kind of quotes. */
function escapedByBlockplan(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;')
    .replaceAll('"', '&quot;');
}

describe('the end of a chain', () => {
  const withBacking = (text: string) =>
    `<domain><devices><disk type='file'><source file='/a'/>${text}<target dev='vda'/></disk></devices></domain>`;

  test.each<[string, boolean]>([
    ['', false],
    ['<backingStore/>', true],
    [`<backingStore type='file'><source file='/b'/></backingStore>`, false],
    [`<backingStore type='file'><source file='/b'/><backingStore/></backingStore>`, true],
  ])('%j: %s', (text, ends) => {
    expect(isChainTerminated(withBacking(text), 'vda')).toBe(ends);
    expect(isChainTerminated(withBacking(text), 'vdb')).toBe(false);
  });
});
