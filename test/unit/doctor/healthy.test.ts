/** Healthy guests of every kind: the doctor reports nothing. */
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { Disk } from '../../../src/model/host-state.ts';
import { disk, neighbour } from '../../worlds.ts';
import {
  BUNDLE,
  bitmaps,
  type Change,
  checkpoint,
  copying,
  DATA,
  header,
  left,
  MARKER,
  MIB,
  OVERLAY,
  patient,
  snapshot,
  TEMPLATE,
  TOP,
} from './patients.ts';

describe('a healthy guest', () => {
  const cases: Record<string, Change> = {
    'that runs on a clone of a template': {},
    'that is off': { scene: { domain: { state: 'shut off' } } },
    'that its operator has paused': {
      scene: { domain: { state: 'paused' } },
      seen: { reason: 'user' },
    },
    'with a changed medium in its drive': {
      scene: {
        disks: [
          disk('sda', ['/iso/b.iso'], {
            device: 'cdrom',
            readonly: true,
            persistentSource: '/iso/a.iso',
          }),
        ],
      },
    },
    'with a transient disk, whose writes libvirt discards': {
      scene: {
        disks: [
          disk('vda', [`${TOP}.TRANSIENT-testvm`, TOP, TEMPLATE], {
            persistentSource: TOP,
            unsupported: ['<transient>'],
          }),
        ],
      },
    },
    'with a disk that was attached only to the running guest': {
      scene: {
        disks: [
          {
            ...disk('vdc', ['/images/more.qcow2']),
            persistentSource: undefined,
          } as unknown as Disk,
        ],
      },
    },
    'with a definition that names its file through a symbolic link': {
      scene: {
        disks: [disk('vda', [TOP, TEMPLATE], { persistentSource: '/link' })],
        files: { [TOP]: { size: MIB, identity: '1:2' }, '/link': { size: MIB, identity: '1:2' } },
      },
    },
    'with an external snapshot in its chain': {
      scene: { disks: [disk('vda', [OVERLAY, TOP])] },
      seen: {
        snapshots: [
          { name: 's', disks: [{ target: 'vda', kind: 'external', overlay: OVERLAY, base: TOP }] },
        ],
      },
    },
    'with an internal snapshot': {
      seen: {
        snapshots: [{ name: 's', disks: [{ target: 'vda', kind: 'internal' }] }],
        headers: { [TOP]: { layers: [header(TOP, { snapshots: ['s'] }), header(TEMPLATE)] } },
      },
    },
    'with an internal snapshot in a layer below an overlay': {
      seen: {
        snapshots: [{ name: 's', disks: [{ target: 'vda', kind: 'internal' }] }],
        headers: { [TOP]: { layers: [header(TOP), header(TEMPLATE, { snapshots: ['s'] })] } },
      },
    },
    'with an internal snapshot in a volume that cannot be read': {
      scene: { disks: [disk('vda', ['pool:default/web1'])] },
      seen: snapshot({ kind: 'internal' }),
    },
    'with a snapshot of a disk that only the running guest lacks': {
      definition: (xml) =>
        xml.replace(
          '<channel',
          "<disk type='file' device='disk'><source file='/z'/><target dev='vdz'/></disk><channel",
        ),
      seen: snapshot({ target: 'vdz', overlay: '/z', base: '/y' }),
    },
    'that is off, with a bitmap that another guest uses': {
      scene: {
        disks: [disk('vda', [TOP])],
        domain: { state: 'shut off' },
        others: [neighbour('web2', [TOP], [])],
      },
      seen: bitmaps(true),
    },
    'that is off, with a bitmap that another guest may use': {
      scene: {
        disks: [disk('vda', [TOP])],
        domain: { state: 'shut off' },
        others: [neighbour('web2', [], [], ['/images/web2.qcow2'])],
      },
      seen: bitmaps(true),
    },
    'with a checkpoint whose bitmap QEMU has intact': { seen: checkpoint(65_536) },
    'with a checkpoint whose bitmap is unknown while it runs': { seen: checkpoint() },
    'that is off, with a checkpoint whose bitmap was saved': {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      seen: { ...checkpoint(), ...bitmaps(false) },
    },
    'that is off, with an intact bitmap of another tool': {
      scene: { disks: [disk('vda', [TOP])], domain: { state: 'shut off' } },
      seen: bitmaps(false),
    },
    'with a running backup of another tool': {
      scene: {
        disks: [
          disk('vda', [TOP, TEMPLATE], { job: { type: 'backup', ready: false, mirror: '/b/vda' } }),
        ],
      },
    },
    'on a clone in another folder with a similar name': {
      scene: { disks: [disk('vda', ['/images/debian.web1', TEMPLATE])] },
    },
    'that a run works on': {
      scene: copying(true),
      seen: { marker: MARKER },
      patient: { markedAlive: true, runs: [left({ alive: true })] },
    },
    'that an active run has made transient': {
      scene: { domain: { persistent: false } },
      patient: { runs: [left({ alive: true, bundle: BUNDLE })] },
    },
    'with a managed save image that names the same files': {
      scene: { domain: { state: 'shut off', managedSave: true } },
      seen: { saved: { vda: TOP, vdb: DATA } },
    },
    'beside clones of other guests': {
      scene: { others: [neighbour('web2', ['/images/web2.qcow2', TEMPLATE], [])] },
      seen: { beside: [{ file: '/images/web2.qcow2', backing: TEMPLATE }] },
    },
    'whose base another guest uses': {
      scene: {
        disks: [disk('vda', ['/images/base.web1', '/images/base.qcow2'])],
        others: [neighbour('web2', ['/images/base.qcow2'], [])],
      },
    },
    'that was reverted, with its other branch kept': {
      scene: { files: { '/images/web1.s1': { size: MIB } } },
      seen: {
        ...snapshot({ overlay: '/images/web1.s1' }),
        beside: [{ file: '/images/web1.s1', backing: TEMPLATE }],
      },
    },
  };

  test.each(Object.entries(cases))('%s', (name, change) => {
    const found = patient(change);
    const newer = {
      ...found,
      state: { ...found.state, host: { uri: 'qemu:///system', libvirt: '11.3.0' } },
    };
    expect(diagnose(name.includes('reverted') ? newer : found).findings).toEqual([]);
  });
});
