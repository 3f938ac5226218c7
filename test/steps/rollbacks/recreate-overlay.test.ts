/** Overlays in a rollback: the commands that create them, the names in their headers, and the disks that do not change. */
import { describe, expect, test } from 'vitest';
import { recreateOverlay } from '../../../src/steps/rollbacks/recreate-overlay.ts';
import { inWords, wordsIn } from '../../effects.ts';
import { BASE, DATA, disk, SNAP1, SNAP2, world } from '../../worlds.ts';

describe('a recreated overlay', () => {
  const file = '/new/o,1';
  const onto = (base: string, name?: string, format = 'qcow2') => {
    const seen = world();
    const [vda] = seen.domain.disks;
    return recreateOverlay(seen, vda!, { file, format, base }, name).map(inWords);
  };
  const snapshot = (reuse: readonly string[]) => ({
    tool: 'virsh',
    argv: [
      ...['snapshot-create-as', '--domain', 'testvm', '--name', 'blockplan-back-vda'],
      ...['--disk-only', '--atomic', '--no-metadata', ...reuse],
      ...['--diskspec', 'vda,snapshot=external,driver=qcow2,file=/new/o,,1'],
      ...['--diskspec', 'vdb,snapshot=no', '--diskspec', 'sda,snapshot=no'],
    ],
    why: `recreate the overlay ${file} above ${SNAP2}`,
    timeoutMs: 180_000,
  });

  test('is created by libvirt if the header names the path of the backing file', () => {
    const placed = { tool: 'make-file', file, why: 'reserve the path of the overlay' };
    expect(onto(SNAP2)).toEqual([placed, snapshot([])]);
    expect(onto(SNAP2, SNAP2)).toEqual([placed, snapshot([])]);
  });

  test('is created beforehand if the header has another name for the backing file', () => {
    expect(onto(SNAP2, 'testvm.snap2')).toEqual([
      {
        tool: 'qemu-img',
        argv: ['create', '-q', '-f', 'qcow2', '-b', 'testvm.snap2', '-F', 'qcow2', file],
        bytes: 0,
        why: `create the overlay; its header names ${SNAP2} as before`,
      },
      snapshot(['--reuse-external']),
    ]);
  });

  const formatBelow = (base: string, chain: readonly string[]) => {
    const [create] = recreateOverlay(
      world({ disks: [disk('vda', chain)] }),
      disk('vda', chain),
      { file, format: 'qed', base },
      'below',
    );
    return create?.tool === 'qemu-img' ? wordsIn(create) : [];
  };

  test('gets the backing format from the chain', () => {
    expect(formatBelow('/i/base.raw', ['/i/top.qcow2', '/i/base.raw'])).toEqual([
      'create',
      '-q',
      '-f',
      'qed',
      '-b',
      'below',
      '-F',
      'raw',
      file,
    ]);
    expect(formatBelow('/i/top.qcow2', ['/i/top.qcow2', '/i/base.raw'])).toContain('qcow2');
    expect(formatBelow('/elsewhere', ['/i/top.qcow2'])).toContain('raw');
  });

  test('omits disks without a medium, and doubles the commas of the others', () => {
    const disks = [disk('vda', [SNAP2, SNAP1, BASE]), disk('vd,b', [DATA]), disk('sda', [])];
    const seen = world({ disks });
    const [, taken] = recreateOverlay(seen, disks[0]!, { file, format: 'qcow2', base: SNAP2 });
    expect(taken?.tool === 'virsh' && wordsIn(taken).slice(-4)).toEqual([
      '--diskspec',
      'vda,snapshot=external,driver=qcow2,file=/new/o,,1',
      '--diskspec',
      'vd,,b,snapshot=no',
    ]);
  });
});
