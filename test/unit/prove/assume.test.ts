/** What a proof assumes is complete: all that the facts leave out, and nothing that they contain. */
import { expect, test } from 'vitest';
import { readFacts } from '../../../src/facts/read.ts';
import { writeFacts } from '../../../src/facts/write.ts';
import { provePlan } from '../../../src/prove/prove.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { looked } from '../../worlds.ts';

const { graph } = planned(['blockcopy: { disk: vda, dest: /new/copy.qcow2, finish: true }']);

function assumed(facts: string): readonly string[] {
  const state = readFacts(facts, 'testvm.facts.yaml');
  return provePlan(graph, state, walk(graph, state).files).assumptions;
}

const FILES = ['/new/copy.qcow2 does not exist yet', '/new has free space and is writable'];
const DISKS = 'disks:\n  - { target: vda, capacity: 10 GiB, chain: [/images/a.qcow2] }\n';

test('facts with the disks only stand for the most common values', () => {
  expect(assumed(`facts: blockplan/v1\ndomain: { name: testvm }\n${DISKS}`)).toEqual([
    'libvirt is qemu:///system',
    'the guest is running',
    'its definition has nothing but these disks',
    'it does not start with its host',
    'it has no guest agent',
    'it has no managed save image',
    'it has no NVRAM file',
    'it has no TPM',
    'it has no snapshots',
    'it has no checkpoints',
    'no other domain uses its files',
    ...FILES,
  ]);
});

test('what the facts contain is not assumed', () => {
  const domain = '{ name: testvm, persistent: false, autostart: false, agent: true, tpm: false }';
  expect(assumed(`facts: blockplan/v1\ndomain: ${domain}\n${DISKS}others: []\n`)).toEqual([
    'libvirt is qemu:///system',
    'the guest is running',
    'it has no managed save image',
    'it has no NVRAM file',
    'it has no snapshots',
    'it has no checkpoints',
    ...FILES,
  ]);
});

test('the facts of an observed guest leave nothing to assume', () => {
  expect(assumed(writeFacts(looked(hostForPlans(), ['/new/copy.qcow2'])))).toEqual([]);
});
