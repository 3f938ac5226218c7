import { describe, expect, test } from 'vitest';
import { driftFrom } from '../../../src/facts/drift.ts';
import { fingerprintOf } from '../../../src/facts/fingerprint.ts';
import { readFacts } from '../../../src/facts/read.ts';
import { writeFacts } from '../../../src/facts/write.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { renderDrift } from '../../../src/render/drift.ts';
import { planned } from '../../plans.ts';
import { BASE, disk, neighbour, SNAP1, SNAP2, world } from '../../worlds.ts';

const { plan } = planned(['blockcopy: { disk: vda, dest: /new/copy, shallow: true, pivot: true }']);
const reviewed = world({ disks: [disk('vda', [SNAP1, BASE])] });
const expected = fingerprintOf(plan, reviewed);
const facts = readFacts(writeFacts(reviewed), 'facts.yaml');

const now = world({
  disks: [disk('vda', [SNAP2, SNAP1, BASE])],
  domain: { snapshots: ['s1'], state: 'paused' },
  others: [neighbour('neighbour', [BASE], []), neighbour('zoo', [SNAP1], [])],
});

const told = (host: HostState, given?: HostState) =>
  renderDrift(driftFrom(expected, plan, host, given), false);

describe('what is not as it was reviewed', () => {
  test('is nothing where nothing has changed', () => {
    expect(driftFrom(expected, plan, reviewed)).toEqual([]);
    expect(driftFrom(expected, plan, facts, facts)).toEqual([]);
  });

  test('is told by part, with what is so, from a fingerprint alone', () => {
    expect(driftFrom(expected, plan, now).map(({ part }) => part)).toEqual([
      'chains',
      'definition',
      'jobs',
      'snapshots',
      'sharing',
    ]);
    expect(told(now)).toMatchInlineSnapshot(`
      "chains now:
          chains:
            disks:
              - target: vda
                device: disk
                chain:
                  - { file: /export/vmimages/base.qcow2, format: qcow2 }
                  - { file: /export/vmimages/testvm.snap1, format: qcow2 }
                  - { file: /export/vmimages/testvm.snap2, format: qcow2 }
            files:
              - { file: /new/copy, absent: true }

      definition now:
          definition:
            persistent: true
            autostart: true
            managedSave: false
            nvram: false
            tpm: false

      jobs now:
          jobs:
            state: paused
            jobs: []

      snapshots now:
          snapshots:
            snapshots:
              - s1
            checkpoints: []

      sharing now:
          sharing:
            - name: neighbour
              files:
                - /export/vmimages/base.qcow2
              writes: []
              unread: []
            - name: zoo
              files:
                - /export/vmimages/testvm.snap1
              writes: []
              unread: []
      "
    `);
  });

  test('is told line by line with the facts that were reviewed', () => {
    expect(told(now, facts)).toMatchInlineSnapshot(`
      "chains, from what was reviewed to what is so:
                chain:
                  - { file: /export/vmimages/base.qcow2, format: qcow2 }
                  - { file: /export/vmimages/testvm.snap1, format: qcow2 }
        +         - { file: /export/vmimages/testvm.snap2, format: qcow2 }
            files:
              - { file: /new/copy, absent: true }

      definition, from what was reviewed to what is so:
                  <emulator>/usr/bin/qemu-system-x86_64</emulator>
                  <disk type='file' device='disk'>
                    <driver name='qemu' type='qcow2' discard='unmap'/>
        -           <source file='/export/vmimages/testvm.snap1'/>
        +           <source file='/export/vmimages/testvm.snap2'/>
                    <target dev='vda' bus='virtio'/>
                    <alias name='ua-vda'/>
                  </disk>

      jobs, from what was reviewed to what is so:
          jobs:
        -   state: running
        +   state: paused
            jobs: []

      snapshots, from what was reviewed to what is so:
          snapshots:
        -   snapshots: []
        +   snapshots:
        +     - s1
            checkpoints: []

      sharing, from what was reviewed to what is so:
                - /export/vmimages/base.qcow2
              writes: []
              unread: []
        +   - name: zoo
        +     files:
        +       - /export/vmimages/testvm.snap1
        +     writes: []
        +     unread: []
      "
    `);
  });

  test('is told by labels where the facts are those of another guest', () => {
    const other = world({
      domain: { name: 'other' },
      disks: [disk('vda', ['/a', '/b'])],
      others: [],
    });
    const lines = driftFrom(fingerprintOf(plan, other), plan, now, other).flatMap(
      (each) => each.lines,
    );
    expect(lines.map(({ text }) => text).join('\n')).toContain('vda/3');
    expect(lines.map(({ text }) => text).join('\n')).not.toContain(SNAP2);
  });

  test('of another plan nothing is told but that it is one', () => {
    const another = planned(['blockcopy: { disk: vda, dest: /new/copy, pivot: true }']).plan;
    expect(driftFrom(expected, another, reviewed, facts)).toEqual([
      { part: 'plan', what: expect.any(String), lines: [] },
    ]);
  });
});
