import { describe, expect, test } from 'vitest';
import { readFacts } from '../../../src/facts/read.ts';
import { statesOf } from '../../../src/machine/machine.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { previewTotals } from '../../../src/render/preview-totals.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { BASE, disk, frozen, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

type Read = ReturnType<typeof planned>;

function previewed({ plan, graph }: Read, host: HostState = hostForPlans()) {
  return previewPlan(plan, frozen(looked(host, walk(graph, host).files)));
}

const COPY = 'blockcopy: { disk: vda, dest: /new/copy, shallow: true, pivot: true }';

test('says what it was made from', () => {
  const { plan } = planned([COPY]);
  expect(previewPlan(plan, world()).source).toEqual({ kind: 'live', uri: 'qemu:///system' });
  const read = previewPlan(plan, world(), { facts: 'web1.facts.json', fingerprint: 'f' });
  expect(read.source).toEqual({ kind: 'facts', file: 'web1.facts.json' });
  expect(read.totals.fingerprint).toBe('f');
});

test.each(SHIPPED)(
  'facts that do not tell of the files that %s makes show the same rollbacks',
  (file) => {
    const read = shipped(file);
    const host = hostForPlans();
    const told = previewPlan(read.plan, looked(host, walk(read.graph, host).files), { facts: 'f' });
    const silent = previewPlan(read.plan, host, { facts: 'f' });
    expect(silent.steps).toEqual(told.steps);
    const unchecked = silent.preconditions.filter(({ checked }) => checked === 'no');
    expect(unchecked.map(({ what }) => what).join()).toContain('there is no file ');
    expect(JSON.stringify(silent.steps)).toContain('remove what the step made');
  },
);

test('errors come before warnings, with their positions in the plan', () => {
  const { findings } = previewed(planned([COPY, 'undefine: {}']));
  expect(findings.map(({ code, position }) => [code, position?.line])).toEqual([['BP123', 7]]);
});

test('a commit with nothing below, beside a job, is refused and not drawn', () => {
  const commit = 'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }';
  const busy = disk('vda', [SNAP2], { job: { type: 'copy', ready: false } });
  const { findings, steps } = previewed(planned([commit]), world({ disks: [busy], others: [] }));
  expect(findings.map(({ code }) => code)).toEqual(['BP105', 'BP113']);
  expect(steps).toEqual([]);
});

describe('the totals', () => {
  test('count steps, phases and what changes something', () => {
    const { totals, steps } = previewed(planned([COPY]));
    expect(totals).toMatchObject({ steps: 1, phases: 2, changes: 2, pointsOfNoReturn: 0 });
    expect(steps.map(({ id, line }) => [id, line])).toEqual([['blockcopy', 6]]);
  });

  test('nothing changes where the host is as the plan wants it', () => {
    const { totals, findings } = previewed(planned(['redefine: {}']));
    expect(findings).toEqual([]);
    expect(totals).toMatchObject({ steps: 1, changes: 0 });
  });

  test('count what nothing leads back from', () => {
    const { totals, machine } = previewed(
      planned([`blockcommit: { disk: vda, base: ${BASE}, pivot: true }`]),
      world({ disks: [disk('vda', [SNAP2, SNAP1, BASE])], others: [] }),
    );
    expect(totals.pointsOfNoReturn).toBe(2);
    expect(machine.states.filter((state) => state.pointOfNoReturn).map(({ name }) => name)).toEqual(
      ['blockcommit:commit', 'blockcommit:pivot'],
    );
  });
});

test('commands come with their words', () => {
  const commands = previewed(planned([COPY])).steps[0]?.phases[0]?.commands;
  expect(commands?.map(({ argv }) => argv)).toEqual([
    undefined,
    [
      ...['virsh', 'blockcopy', '--domain', 'testvm', '--path', 'vda', '--dest', '/new/copy'],
      ...['--shallow', '--transient-job'],
    ],
    undefined,
  ]);
});

test('of the definition only what changes is shown, with a little around it', () => {
  const { steps } = previewed(planned([COPY]));
  expect(steps[0]?.definition.map(({ sign, text }) => `${sign}${text}`)).toEqual([
    '     <emulator>/usr/bin/qemu-system-x86_64</emulator>',
    "     <disk type='file' device='disk'>",
    "       <driver name='qemu' type='qcow2' discard='unmap'/>",
    `-      <source file='${SNAP2}'/>`,
    "+      <source file='/new/copy'/>",
    "       <target dev='vda' bus='virtio'/>",
    "       <alias name='ua-vda'/>",
    '     </disk>',
  ]);
});

test('a definition that is only kept meanwhile does not change', () => {
  const { steps } = previewed(shipped('live-storage-migration-classic.yaml'));
  expect(steps.map(({ definition }) => definition.length > 0)).toEqual([false, false, true]);
});

describe('the machine', () => {
  test.each(SHIPPED)('of %s is the one that runs', (file) => {
    const read = shipped(file);
    const { machine } = previewed(read);
    const states = machine.states.map(({ name, final, transitions }) => [
      name,
      final ? { type: 'final' } : { on: Object.fromEntries(transitions.map((t) => [t.on, t.to])) },
    ]);
    const run = Object.entries(statesOf(read.graph)).map(([name, state]) => {
      const { entry: _, ...rest } = state as { entry?: unknown };
      return [name, rest];
    });
    expect(machine.initial).toBe(read.graph.initial);
    expect(states).toEqual(run);
  });

  test('has no state that cannot be reached', () => {
    const { machine } = previewed(planned([COPY], 'stop'));
    expect(machine.states.map(({ name }) => name)).toEqual([
      ...['blockcopy:mirror', 'blockcopy:pivot', 'succeeded', 'stranded', 'uncertain'],
    ]);
  });
});

describe('of facts that leave things out', () => {
  const { plan } = planned([COPY]);
  const CHAIN = `[${SNAP2}, ${SNAP1}, ${BASE}]`;
  const fromFacts = (domain: string, rest: string, of = plan) =>
    previewPlan(of, readFacts(`facts: blockplan/v1\ndomain: ${domain}\n${rest}`, 'f'), {
      facts: 'f',
    });
  const silent = (of = plan) =>
    fromFacts('{ name: testvm }', `disks: [{ target: vda, chain: ${CHAIN} }]\n`, of);
  const marks = ({ preconditions }: ReturnType<typeof silent>) =>
    Object.fromEntries(preconditions.map(({ what, checked }) => [what, checked]));
  const RUNS = 'the guest runs, and vda is a disk on local files or block devices' as const;

  test('what rests on a run state or on other guests is not taken for told', () => {
    expect(marks(silent())).toMatchObject({
      [RUNS]: 'no',
      'no other domain uses /new/copy': 'no',
    });
    const disks = `disks: [{ target: vda, chain: ${CHAIN} }]\nothers: []\n`;
    expect(marks(fromFacts('{ name: testvm, state: running }', disks))).toMatchObject({
      [RUNS]: 'facts',
      'no other domain uses /new/copy': 'facts',
    });
  });

  test('nor is room in a folder of which nobody has said how much is free', () => {
    const room = 'there is a folder for /new/copy, with room, in which files can be made';
    const disks = `disks: [{ target: vda, chain: ${CHAIN} }]\nfolders:\n  /new: `;
    expect(marks(fromFacts('{ name: testvm }', `${disks}{ writable: true }\n`))[room]).toBe('no');
    expect(marks(fromFacts('{ name: testvm }', `${disks}{ free: 1 GiB }\n`))[room]).toBe('facts');
    expect(marks(fromFacts('{ name: testvm }', `${disks}absent\n`))[room]).toBe('facts');
  });

  test('nor is what rests on snapshots, a managed save image, NVRAM or a TPM', () => {
    const undefine = planned([
      'undefine: {}',
      'snapshot-create-as: { name: s, disk-only: true }',
      'redefine: {}',
    ]);
    expect(marks(silent(undefine.plan))).toMatchObject({
      'the guest runs, and has a definition': 'no',
      'it has no managed save image': 'no',
      'it is said what becomes of an NVRAM file and a TPM state': 'no',
      'there is no snapshot s': 'no',
    });
  });

  test('a copy of untold size is told of as one', () => {
    const { totals, findings } = silent();
    expect(findings).toEqual([]);
    expect(totals).toMatchObject({ copies: [{ to: '/new/copy' }], space: [{ folder: '/new' }] });
    expect(totals.copies[0]).not.toHaveProperty('bytes');
    const words = previewTotals(silent()).map(({ text }) => text);
    expect(words).toContain('copies an unknown amount to /new/copy');
    expect(words).toContain('needs an unknown amount in /new (how much is free is not known)');
  });

  test('one untold layer makes the whole amount unknown, and a capacity bounds it', () => {
    const whole = planned(['blockcopy: { disk: vda, dest: /new/copy, pivot: true }']).plan;
    const of = (disk: string) =>
      fromFacts('{ name: testvm }', `disks: [{ target: vda, ${disk} }]\n`, whole).totals.copies;
    const chain = `chain: [{ file: ${SNAP2}, size: 1 MiB }, ${BASE}]`;
    expect(of(chain)).toEqual([{ to: '/new/copy' }]);
    expect(of(`capacity: 2 MiB, ${chain}`)).toEqual([{ to: '/new/copy', bytes: 2 * 2 ** 20 }]);
  });

  test('a guest that is gone is gone by the facts, where they name no connection', () => {
    const messageOf = (rest: string) =>
      fromFacts('{ name: testvm, state: gone }', rest).findings.map(({ message }) => message);
    expect(messageOf('')).toEqual(['the facts say that libvirt knows no domain "testvm"']);
    expect(messageOf('host: { uri: qemu+unix:///session }\n')).toEqual([
      'qemu+unix:///session knows no domain "testvm"',
    ]);
  });
});
