import { describe, expect, test } from 'vitest';
import { driftClauses, driftFrom } from '../../../src/facts/drift.ts';
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
  renderDrift(driftFrom(expected, plan, host, given && { plan, state: given }), false);

describe('drift from the reviewed state', () => {
  test('is empty if nothing changed', () => {
    expect(driftFrom(expected, plan, reviewed)).toEqual([]);
    expect(driftFrom(expected, plan, facts, { plan, state: facts })).toEqual([]);
  });

  test('is described for a user by the things, not by the names of the parts', () => {
    expect(driftClauses(['jobs', 'sharing'])).toEqual([
      "the guest's state, or the block jobs on its disks, are not what was reviewed",
      'the other guests that share files are not what was reviewed',
    ]);
  });

  test('is reported by part, with the current state, from a fingerprint alone', () => {
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

  test('is reported line by line with the reviewed facts', () => {
    expect(told(now, facts)).toMatchInlineSnapshot(`
      "chains, as reviewed (-) and now (+):
                chain:
                  - { file: /export/vmimages/base.qcow2, format: qcow2 }
                  - { file: /export/vmimages/testvm.snap1, format: qcow2 }
        +         - { file: /export/vmimages/testvm.snap2, format: qcow2 }
            files:
              - { file: /new/copy, absent: true }

      definition, as reviewed (-) and now (+):
                  <emulator>/usr/bin/qemu-system-x86_64</emulator>
                  <disk type='file' device='disk'>
                    <driver name='qemu' type='qcow2' discard='unmap'/>
        -           <source file='/export/vmimages/testvm.snap1'/>
        +           <source file='/export/vmimages/testvm.snap2'/>
                    <target dev='vda' bus='virtio'/>
                    <alias name='ua-vda'/>
                  </disk>

      jobs, as reviewed (-) and now (+):
          jobs:
        -   state: running
        +   state: paused
            jobs: []

      snapshots, as reviewed (-) and now (+):
          snapshots:
        -   snapshots: []
        +   snapshots:
        +     - s1
            checkpoints: []

      sharing, as reviewed (-) and now (+):
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

  test('is reported with labels if the facts are of another guest', () => {
    const other = world({
      domain: { name: 'other' },
      disks: [disk('vda', ['/a', '/b'])],
      others: [],
    });
    const lines = driftFrom(fingerprintOf(plan, other), plan, now, { plan, state: other }).flatMap(
      (each) => each.lines,
    );
    expect(lines.map(({ text }) => text).join('\n')).toContain('vda/3');
    expect(lines.map(({ text }) => text).join('\n')).not.toContain(SNAP2);
  });

  test('is reported without lines if the plan differs', () => {
    const another = planned(['blockcopy: { disk: vda, dest: /new/copy, pivot: true }']).plan;
    expect(driftFrom(expected, another, reviewed, { plan: another, state: facts })).toEqual([
      { part: 'plan', what: expect.any(String), lines: [] },
    ]);
  });
});
