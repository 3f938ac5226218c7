/** The layers of a disk in a definition are distinguished from what only a person changes in it. */
import { expect, test } from 'vitest';
import {
  isSameBesideAllLayers,
  isSameBesideLayers,
  withLayersOf,
} from '../../../src/model/definition-layers.ts';

const TARGET = "<target dev='vda' bus='virtio'/>";
const xml = (vda: string, more = '') =>
  `<domain><name>a</name><devices>${vda}<disk type='file'><source file='/b'/><target dev='vdb'/></disk></devices>${more}</domain>`;
const on = (driver: string, source: string, type = 'file', rest = TARGET) =>
  xml(`<disk type='${type}' device='disk'>${driver}${source}\n  ${rest}</disk>`);
const QCOW2 = "<driver name='qemu' type='qcow2' cache='none'/>";
const own = on(QCOW2, "<source file='/a'/>");

test.each<readonly [string, string, boolean]>([
  ['the same', own, true],
  ['another file', on(QCOW2, "<source file='/c'/>"), true],
  ['another format', on(QCOW2.replace('qcow2', 'raw'), "<source file='/a'/>"), true],
  ['a block device', on(QCOW2, "<source dev='/dev/a'/>", 'block'), true],
  ['a volume', on(QCOW2, "<source pool='p' volume='v'/>", 'volume'), true],
  ['the end of the chain', on(QCOW2, "<source file='/a'/>\n <backingStore/>"), true],
  [
    'a cache of the image',
    on(QCOW2.replace('/>', '><metadata_cache/></driver>'), "<source file='/a'/>"),
    true,
  ],
  ['another cache mode', on(QCOW2.replace('none', 'unsafe'), "<source file='/a'/>"), false],
  ['a serial number', on(QCOW2, "<source file='/a'/><serial>1</serial>"), false],
  ['another bus', own.replace('virtio', 'scsi'), false],
  ['another target', own.replace("'vda'", "'vdx'"), false],
  ['another disk elsewhere', own.replace("'/b'", "'/c'"), false],
  ['no such disk', xml(''), false],
  ['an edit elsewhere', own.replace('<name>', '<title/><name>'), false],
])('beside the layers of a disk: %s', (_title, other, same) => {
  expect(isSameBesideLayers(other, own, ['vda'])).toBe(same);
  expect(isSameBesideLayers(own, other, ['vda'])).toBe(same);
});

test('a driver that only names QEMU is none, and a text is compared', () => {
  const plain = on('', "<source file='/a'/>");
  expect(isSameBesideLayers(on("<driver name='qemu' type='raw'/>", ''), plain, ['vda'])).toBe(true);
  expect(isSameBesideLayers(on("<driver name='tap'/>", ''), plain, ['vda'])).toBe(false);
  const serial = on(QCOW2, '<serial>1</serial>');
  expect(isSameBesideLayers(serial, serial.replace('>1<', '>2<'), ['vda'])).toBe(false);
});

test('the layers of all disks', () => {
  expect(isSameBesideAllLayers(own.replace("'/b'", "'/c'"), own)).toBe(true);
  expect(isSameBesideAllLayers(own.replace("'/b'", "'/c'").replace('virtio', 'ide'), own)).toBe(
    false,
  );
});

test.each<readonly [string, string, string, string]>([
  ['a disk that has moved', on(QCOW2, "<source file='/c'/><backingStore/>"), own, own],
  [
    'an edited disk',
    own.replace('none', 'unsafe').replace('/a', '/c'),
    own,
    own.replace('none', 'unsafe'),
  ],
  [
    'an edited disk whose chain libvirt has ended',
    own.replace('none', 'unsafe').replace("'/a'/>", "'/a'/><backingStore/>"),
    own,
    own.replace('none', 'unsafe'),
  ],
  [
    'an edited disk on the network, which stays',
    own
      .replace("type='file' device", "type='network' device")
      .replace("file='/a'", "protocol='nbd'"),
    own,
    own
      .replace("type='file' device", "type='network' device")
      .replace("file='/a'", "protocol='nbd'"),
  ],
  ['a missing disk', xml(''), own, xml('')],
  ['a disk that the former definition lacks', own, xml(''), own],
  [
    'an edit elsewhere',
    own.replace('<name>', '<title/><name>'),
    own,
    own.replace('<name>', '<title/><name>'),
  ],
])('the layers that a definition gets back: %s', (_title, now, from, wanted) => {
  expect(withLayersOf(now, from, ['vda'])).toBe(wanted);
});
