import { describe, expect, test } from 'vitest';
import { guestShapeOf, unbuildable } from '../../../src/rehearse/guest-shape.ts';
import { pathsBelow } from '../../../src/rehearse/paths.ts';
import { planned } from '../../plans.ts';
import { BASE, DATA, disk, ISO, neighbour, SNAP1, SNAP2, world } from '../../worlds.ts';

const paths = pathsBelow('/lab');
const { plan } = planned(['blockcopy: { disk: vda, dest: /new/copy, finish: true }']);

describe('the shape of a guest', () => {
  test('has its disks, the depth and formats of their chains, and its drives', () => {
    const { written, drives } = guestShapeOf(world(), paths);
    expect(written).toMatchObject([
      { target: 'vda', chain: [BASE, SNAP1, SNAP2].map(paths.lab), format: 'qcow2' },
      { target: 'vdb', chain: [paths.lab(DATA)], format: 'raw' },
    ]);
    expect(drives).toMatchObject([
      { target: 'sda', device: 'cdrom', spec: { chain: [paths.lab(ISO)], format: 'raw' } },
    ]);
  });

  test('lists how it differs from the original', () => {
    const { differences, written } = guestShapeOf(
      world({
        disks: [
          disk('vda', ['/dev/vg/root'], {
            chain: [{ file: '/dev/vg/root', format: 'raw', block: true }],
          }),
          disk('vdb', ['/a.vmdk'], {
            chain: [{ file: '/a.vmdk', format: 'vmdk' }],
            unsupported: ['<encryption>'],
          }),
          disk('vdc', ['rbd:pool/image']),
        ],
        domain: { nvram: true, managedSave: true },
        others: [neighbour('n', [], [])],
      }),
      paths,
    );
    expect(written.map(({ target }) => target)).toEqual(['vda', 'vdb']);
    expect(differences.join('\n')).toMatchInlineSnapshot(`
      "each disk has a file system of 64 MiB, to which the guest writes consecutive numbers
      sizes in the original: vda 10 GiB, vdb 10 GiB, vdc 10 GiB
      the definition is a fixed one: one processor, 96 MiB of memory, disks on virtio, no network and no graphics
      built as qcow2: a layer of vdb (vmdk)
      in a file, not on a block device: vda: /dev/vg/root
      without properties that blockplan does not support: vdb (<encryption>)
      left out, because it is not in a file: vdc
      the guest has no NVRAM file and no TPM
      the guest has no managed save image
      other domains of the host (1) are left out; preflight has checked them
      free space, owners and permissions of files, and security labels are those of the private libvirt host"
    `);
  });

  test('is refused if no lab can have it', () => {
    expect(unbuildable(plan, world())).toEqual([]);
    const none = unbuildable(plan, world({ disks: [disk('sda', [ISO], { device: 'cdrom' })] }));
    expect(none.map(({ code }) => code)).toEqual(['BP173']);
    const { plan: device } = planned([
      'blockcopy: { disk: vda, dest: /dev/vg/new, blockdev: true, finish: true }',
    ]);
    expect(unbuildable(device, world()).map(({ code, path }) => [code, path])).toEqual([
      ['BP173', ['steps', 0, 'blockcopy', 'blockdev']],
    ]);
  });
});
