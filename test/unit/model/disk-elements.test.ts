import { describe, expect, test } from 'vitest';
import {
  DISK_PROPERTIES,
  type DiskProperty,
  propertyAt,
  propertyText,
  whyUnsupported,
} from '../../../src/model/disk-elements.ts';
import { readDomainXml } from '../../../src/model/domain-xml.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { requireDiskForJob } from '../../../src/steps/requirements/disk.ts';
import { Needs } from '../../../src/steps/requirements/requirement.ts';
import { world } from '../../worlds.ts';

/** An element of a disk, as XML. */
interface Element {
  readonly attributes: Record<string, string>;
  readonly children: Record<string, Element>;
}

const element = (
  attributes: Record<string, string> = {},
  children: Record<string, Element> = {},
): Element => ({ attributes: { ...attributes }, children: { ...children } });

/** A disk in the live XML of a running guest, with two layers below. */
function ordinaryDisk(): Element {
  const base = element(
    { type: 'block', index: '3' },
    { format: element({ type: 'raw' }), source: element({ dev: '/dev/vg/base' }) },
  );
  return element(
    { type: 'file', device: 'disk' },
    {
      driver: element({ name: 'qemu', type: 'qcow2' }),
      source: element({ file: '/i/top', index: '1' }),
      backingStore: element(
        { type: 'file', index: '2' },
        {
          format: element({ type: 'qcow2' }),
          source: element({ file: '/i/mid' }),
          backingStore: base,
        },
      ),
      target: element({ dev: 'vda', bus: 'virtio' }),
      alias: element({ name: 'virtio-disk0' }),
    },
  );
}

function xmlOf(name: string, { attributes, children }: Element): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}='${value}'`);
  const inner = Object.entries(children).map(([key, each]) => xmlOf(key, each));
  return `<${name}${pairs.join('')}>${inner.join('')}</${name}>`;
}

/** The disk with the property at that place of the table, in the given layer. */
function diskWith(at: string, value: string, layer: 'disk' | 'backingStore' = 'disk'): string {
  const disk = ordinaryDisk();
  const [path = '', attribute] = at.split('@');
  const names = path.split('/');
  if (names[0] === 'mirror') disk.children['mirror'] = element({ type: 'file', job: 'copy' });
  let here = layer === 'disk' ? disk : (disk.children['backingStore'] ?? disk);
  for (const name of names) {
    if (name === 'disk') continue;
    here.children[name] ??= element();
    here = here.children[name];
  }
  if (attribute !== undefined) here.attributes[attribute] = value;
  return xmlOf('disk', disk);
}

const domain = (disk: string) => `<domain><devices>${disk}</devices></domain>`;

/** The reasons for which preflight refuses the only disk of that XML. */
function reasons(disk: string): string[] {
  const [read] = readDomainXml(domain(disk)).disks;
  if (!read) throw new Error('the XML has no disk');
  const { job: _a, ...quiet } = read;
  const host: HostState = world({ disks: [quiet] });
  const needs = new Needs();
  requireDiskForJob(needs, host, 'vda');
  const unmet = needs.stated.flatMap((requirement) => requirement.unmet);
  return unmet.map(({ code, message }) => `${code} ${message}`);
}

/** Places that can be in a layer below as well. */
const inLayers = ({ at }: DiskProperty) => /^source(?!@(file|dev))|^encryption/.test(at);

const refusedOutright = DISK_PROPERTIES.filter(({ treatment }) => treatment === 'refused');
const taken = DISK_PROPERTIES.filter(({ treatment }) => treatment !== 'refused');

describe('every property of a disk', () => {
  test('an ordinary disk is accepted', () => {
    expect(reasons(xmlOf('disk', ordinaryDisk()))).toEqual([]);
  });

  test('is in the list once, with a reason', () => {
    const places = DISK_PROPERTIES.map(({ at }) => at);
    expect(places.filter((at, index) => places.indexOf(at) !== index)).toEqual([]);
    for (const { at, because } of DISK_PROPERTIES) expect(because, at).toMatch(/^[^.]{8,}$/);
  });

  test.each(refusedOutright.map((each) => [each.at, each] as const))(
    '%s is refused',
    (at, each) => {
      const text = propertyText(at);
      const layers = inLayers(each) ? (['disk', 'backingStore'] as const) : (['disk'] as const);
      for (const layer of layers)
        expect(reasons(diskWith(at, 'x', layer))).toEqual([
          `BP126 vda has ${text}: ${whyUnsupported(text)}`,
        ]);
      expect(whyUnsupported(text)).toBe(each.because);
    },
  );

  const values = DISK_PROPERTIES.flatMap(({ at, refusedValues = {} }) =>
    Object.entries(refusedValues).map(([value, why]) => [at, value, why] as const),
  );
  test.each(values)('%s = %s is refused', (at, value, why) => {
    const layer = at.startsWith('format') ? 'backingStore' : 'disk';
    const text = propertyText(at, value);
    const [disk] = readDomainXml(domain(diskWith(at, value, layer))).disks;
    expect(disk?.unsupported).toEqual([text]);
    expect(whyUnsupported(text)).toBe(why);
    expect(reasons(diskWith(at, value, layer))).not.toEqual([]);
  });

  test.each(taken.map((each) => [each.at, each] as const))('%s is accepted', (at, each) => {
    const layer = at.startsWith('format') ? 'backingStore' : 'disk';
    for (const value of each.values ?? ['1']) {
      const [disk] = readDomainXml(domain(diskWith(at, value, layer))).disks;
      expect(disk?.unsupported, value).toBeUndefined();
    }
  });

  const inside = taken
    .filter(({ at, whole }) => !at.includes('@') && !whole)
    .map(({ at }) => at)
    .concat('disk');
  test.each(inside)('an unknown property is refused in %s', (at) => {
    const layer = at === 'format' ? 'backingStore' : 'disk';
    const child = at === 'disk' ? 'tomorrow' : `${at}/tomorrow`;
    for (const place of [child, `${at}@tomorrow`]) {
      const text = propertyText(place);
      const [disk] = readDomainXml(domain(diskWith(place, 's3cr3t', layer))).disks;
      expect(disk?.unsupported).toEqual([text]);
      expect(text).not.toContain('s3cr3t');
      expect(whyUnsupported(text)).toMatch('blockplan does not know it');
    }
  });

  test('an unknown value is refused, and not repeated', () => {
    for (const { at } of DISK_PROPERTIES.filter((each) => each.values)) {
      const layer = at.startsWith('format') ? 'backingStore' : 'disk';
      const [disk] = readDomainXml(domain(diskWith(at, 's3cr3t', layer))).disks;
      expect(disk?.unsupported).toEqual([propertyText(at)]);
    }
  });

  test('everything inside an element that is irrelevant as a whole is irrelevant', () => {
    for (const { at } of DISK_PROPERTIES.filter(({ whole }) => whole)) {
      const layer = at.startsWith('format') ? 'backingStore' : 'disk';
      expect(reasons(diskWith(`${at}/tomorrow@x`, '1', layer)), at).toEqual([]);
    }
  });

  test('a disk on the network has one reason, not one for each part of its address', () => {
    const xml = `<disk type='network' device='disk'><driver name='qemu' type='raw'/>
      <source protocol='rbd' name='p/i'><host name='h' port='1'/><auth username='u'/></source>
      <target dev='vda' bus='virtio'/></disk>`;
    expect(readDomainXml(domain(xml)).disks[0]?.unsupported).toEqual(["<disk type='network'>"]);
  });

  test('the source of SCSI reservations is not a source of the disk', () => {
    const xml = `<disk type='block' device='disk'><source dev='/dev/sda'>
      <reservations managed='no'><source type='unix' path='/s' mode='client'/></reservations></source>
      <target dev='vda'/></disk>`;
    expect(readDomainXml(domain(xml)).disks[0]?.unsupported).toEqual(['<reservations>']);
  });
});

test('a place that is on no list has no entry', () => {
  expect(propertyAt('tomorrow')).toBeUndefined();
  expect(propertyAt('constructor')).toBeUndefined();
});

test.each([
  ['', undefined],
  ["detect_zeroes='off'", undefined],
  ["detect_zeroes='on'", true],
  ["detect_zeroes='unmap'", true],
])('whether zeroes are detected: %s', (attribute, detectZeroes) => {
  const xml = `<domain><devices><disk type='file'><driver name='qemu' ${attribute}/><target dev='vda'/></disk></devices></domain>`;
  expect(readDomainXml(xml).disks[0]?.detectZeroes).toBe(detectZeroes);
});
