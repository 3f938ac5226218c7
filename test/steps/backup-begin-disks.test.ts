/** Which disks `backup-begin` copies, and what it tells libvirt and the manifest of the others. */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/commands/effect.ts';
import { backupBeginStep } from '../../src/steps/backup-begin.ts';
import { requirementsOf } from '../../src/steps/derived.ts';
import { BASE, DATA, disk, SNAP2, world } from '../worlds.ts';
import { refusalLines } from './shown.ts';

const all = { store: '/backup/testvm', name: 'monday' };

const guest = world({
  disks: [
    disk('vda', [SNAP2, BASE]),
    disk('vdb', [DATA]),
    disk('vdc', ['/images/ro.qcow2'], { readonly: true }),
    disk('sda', ['/x.iso'], { device: 'cdrom' }),
    disk('fda', [], { device: 'floppy' }),
    disk('vdd', []),
    disk('sdb', ['/dev/sdx'], { device: 'lun' }),
  ],
});

function copying(params: object): readonly Effect[] {
  const [copy] = backupBeginStep.phases({ ...all, ...params } as never);
  return copy?.effects(guest, guest) ?? [];
}

/** What the XML says of each disk. */
function xmlOf(params: object): readonly string[] {
  const begin = copying(params).find(
    (effect): effect is Extract<Effect, { verb: 'backup-begin' }> =>
      'verb' in effect && effect.verb === 'backup-begin',
  );
  const { content } = begin!.args.backupxml;
  return [...content.matchAll(/<disk name='(\w+)' backup='(\w+)'/g)].map(
    ([, target, backup]) => `${target} ${backup}`,
  );
}

describe('a backup', () => {
  test('copies every disk that the guest can write to, unless the plan lists disks', () => {
    const no = ['vdc no', 'sda no', 'fda no', 'vdd no'];
    expect(xmlOf({})).toEqual(['vda yes', 'vdb yes', 'sdb yes', ...no]);
    expect(copying({})[0]).toMatchObject({
      sources: { vda: SNAP2, vdb: DATA, sdb: '/dev/sdx' },
      left: {
        vdc: 'it is read-only',
        sda: 'it is a cdrom',
        fda: 'it is a floppy',
        vdd: 'it has no medium',
      },
    });
  });

  test('copies the listed disks only, and records why each other one was left out', () => {
    expect(xmlOf({ disks: ['vdb', 'vdc'] })).toEqual([
      ...['vdb yes', 'vdc yes'],
      ...['vda no', 'sda no', 'fda no', 'vdd no', 'sdb no'],
    ]);
    expect(copying({ disks: ['vdb', 'vdc'] })[0]).toMatchObject({
      sources: { vdb: DATA, vdc: '/images/ro.qcow2' },
      left: {
        vda: 'the plan does not list it',
        sda: 'it is a cdrom',
        sdb: 'the plan does not list it',
      },
    });
  });

  test('waits for the copied disks, and says why', () => {
    expect(copying({ disks: ['vda', 'vdb'] }).slice(1)).toMatchObject([
      { why: 'start the backup of vda, vdb' },
      { disks: ['vda', 'vdb'], until: 'complete', why: 'until all disks are copied' },
    ]);
  });

  test('reports a disk that is listed twice, and how to leave out one that cannot be copied', () => {
    const twice = backupBeginStep.check({ ...all, disks: ['vda', 'vdb', 'vda'] } as never);
    expect(twice).toMatchObject([
      { path: ['disks', 2], message: 'vda is listed twice', hint: 'list each disk once' },
    ]);
    const odd = world({ disks: [disk('vda', [SNAP2], { unsupported: ['<transient/>'] })] });
    const [line] = refusalLines(backupBeginStep, all, odd);
    expect(line).toMatch(/^BP126 name: .*list the others in "disks"/);
  });

  test('requires a disk, by what the domain has', () => {
    const empty = world({ disks: [] });
    const { requirements } = requirementsOf(backupBeginStep, all, empty);
    expect(requirements[0]).toMatchObject({
      ...{ text: 'the guest has a disk that can be copied', knowledge: 'domain' },
    });
    const off = world({ domain: { state: 'shut off' } });
    expect(requirementsOf(backupBeginStep, all, off).requirements).toMatchObject([
      { knowledge: { told: ['state'] } },
    ]);
  });
});
