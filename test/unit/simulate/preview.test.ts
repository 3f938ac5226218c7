import { describe, expect, test } from 'vitest';
import { readFacts } from '../../../src/facts/read.ts';
import { statesOf } from '../../../src/machine/machine.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { previewTotals } from '../../../src/render/preview-totals.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostFor, hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { BASE, disk, frozen, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

type Read = ReturnType<typeof planned>;

function previewed({ plan, graph }: Read, host: HostState = hostForPlans()) {
  return previewPlan(plan, frozen(looked(host, walk(graph, host).files)));
}

const COPY = 'blockcopy: { disk: vda, dest: /new/copy, shallow: true, pivot: true }';

test('the preview names its source', () => {
  const { plan } = planned([COPY]);
  expect(previewPlan(plan, world()).source).toEqual({ kind: 'live', uri: 'qemu:///system' });
  const read = previewPlan(plan, world(), { facts: 'web1.facts.json', fingerprint: 'f' });
  expect(read.source).toEqual({ kind: 'facts', file: 'web1.facts.json' });
  expect(read.totals.fingerprint).toBe('f');
});

test.each(SHIPPED)('facts without the files that %s creates give the same rollbacks', (file) => {
  const read = shipped(file);
  const host = hostFor(file);
  const told = previewPlan(read.plan, looked(host, walk(read.graph, host).files), { facts: 'f' });
  const silent = previewPlan(read.plan, host, { facts: 'f' });
  expect(silent.steps).toEqual(told.steps);
  const unchecked = silent.preconditions.filter(({ checked }) => checked === 'no');
  expect(unchecked.map(({ what }) => what).join()).toContain(' does not exist');
  expect(JSON.stringify(silent.steps)).toMatch(
    /remove the (file that the step created|folder of the backup)/,
  );
});

test('errors come before warnings, with their positions in the plan', () => {
  const { findings } = previewed(planned([COPY, 'undefine: {}']));
  expect(findings.map(({ code, position }) => [code, position?.line])).toEqual([['BP123', 7]]);
});

test('a commit without a base, on a disk with a job, is refused and not shown', () => {
  const commit = 'blockcommit: { disk: vda, shallow: true, active: true, pivot: true }';
  const busy = disk('vda', [SNAP2], { job: { type: 'copy', ready: false } });
  const { findings, steps } = previewed(planned([commit]), world({ disks: [busy], others: [] }));
  expect(findings.map(({ code }) => code)).toEqual(['BP105', 'BP113']);
  expect(steps).toEqual([]);
});

test('the rollback of a backup cancels it, and that of a finished copy does not', () => {
  const backup = planned(['backup-begin: { store: /backup, name: b }']);
  const copied = previewed(backup).steps[0]?.phases[0]?.undoCommands ?? [];
  expect(copied.map(({ command, why }) => `${why}: ${command}`)).toEqual([
    'cancel the backup of vda, if it is still running: virsh domjobabort --domain testvm',
    "until QEMU has closed the copies: # wait for libvirt's event: the backup of vda has ended",
    expect.stringMatching(/^remove the folder of the backup: rm -r \/backup\/b\.partial/),
  ]);
  const copy = planned(['blockcopy: { disk: vda, dest: /new/copy, finish: true }']);
  const [mirror, finish] = previewed(copy).steps[0]?.phases ?? [];
  expect(mirror?.undoCommands.map(({ why }) => why)).toEqual([
    'cancel the copy of vda',
    'remove the file that the step created',
  ]);
  expect(finish?.undoCommands).toEqual([]);
});

describe('the totals', () => {
  test('count steps, phases and changes', () => {
    const { totals, steps } = previewed(planned([COPY]));
    expect(totals).toMatchObject({ steps: 1, phases: 2, changes: 2, pointsOfNoReturn: 0 });
    expect(steps.map(({ id, line }) => [id, line])).toEqual([['blockcopy', 6]]);
  });

  test('count no change if the host is already as planned', () => {
    const { totals, findings } = previewed(planned(['redefine: {}']));
    expect(findings).toEqual([]);
    expect(totals).toMatchObject({ steps: 1, changes: 0 });
  });

  test('count points of no return', () => {
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

test('commands include their argument vectors', () => {
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

test('only the changes to the definition are shown, with some context', () => {
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

test('a definition that only the journal keeps meanwhile does not change', () => {
  const { steps } = previewed(shipped('live-storage-migration-classic.yaml'));
  expect(steps.map(({ definition }) => definition.length > 0)).toEqual([false, false, true]);
});

describe('the machine', () => {
  test.each(SHIPPED)('of %s is the one that runs', (file) => {
    const read = shipped(file);
    const { machine } = previewed(read, hostFor(file));
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

  test('has no unreachable state', () => {
    const { machine } = previewed(planned([COPY], 'stop'));
    expect(machine.states.map(({ name }) => name)).toEqual([
      ...['blockcopy:mirror', 'blockcopy:pivot', 'succeeded', 'stranded', 'uncertain'],
    ]);
  });
});

describe('with incomplete facts', () => {
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
  const RUNS = 'the guest is running, and vda is a disk on local files or block devices' as const;

  test('requirements on run state and other guests are not checked', () => {
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

  test('requirements on free space are not checked in a folder without free space in the facts', () => {
    const room = 'the folder of /new/copy exists, is writable and has enough free space';
    const disks = `disks: [{ target: vda, chain: ${CHAIN} }]\nfolders:\n  /new: `;
    expect(marks(fromFacts('{ name: testvm }', `${disks}{ writable: true }\n`))[room]).toBe('no');
    expect(marks(fromFacts('{ name: testvm }', `${disks}{ free: 1 GiB }\n`))[room]).toBe('facts');
    expect(marks(fromFacts('{ name: testvm }', `${disks}absent\n`))[room]).toBe('facts');
  });

  test('requirements on snapshots, a managed save image, NVRAM or a TPM are not checked', () => {
    const undefine = planned([
      'undefine: {}',
      'snapshot-create-as: { name: s, disk-only: true }',
      'redefine: {}',
    ]);
    expect(marks(silent(undefine.plan))).toMatchObject({
      'the guest is running, and has a definition': 'no',
      'the domain has no managed save image': 'no',
      'the plan keeps the NVRAM file and the TPM state, if any': 'no',
      'no snapshot is named s': 'no',
    });
  });

  test('a copy of unknown size is listed without a size', () => {
    const { totals, findings } = silent();
    expect(findings).toEqual([]);
    expect(totals).toMatchObject({ copies: [{ to: '/new/copy' }], space: [{ folder: '/new' }] });
    expect(totals.copies[0]).not.toHaveProperty('bytes');
    const words = previewTotals(silent()).map(({ text }) => text);
    expect(words).toContain('copies an unknown amount to /new/copy');
    expect(words).toContain('needs an unknown amount in /new (free space unknown)');
  });

  test('one layer of unknown size makes the amount unknown, and a capacity limits it', () => {
    const whole = planned(['blockcopy: { disk: vda, dest: /new/copy, pivot: true }']).plan;
    const of = (disk: string) =>
      fromFacts('{ name: testvm }', `disks: [{ target: vda, ${disk} }]\n`, whole).totals.copies;
    const chain = `chain: [{ file: ${SNAP2}, size: 1 MiB }, ${BASE}]`;
    expect(of(chain)).toEqual([{ to: '/new/copy' }]);
    expect(of(`capacity: 2 MiB, ${chain}`)).toEqual([{ to: '/new/copy', bytes: 2 * 2 ** 20 }]);
  });

  test('a missing guest is missing by the facts if they name no connection', () => {
    const messageOf = (rest: string) =>
      fromFacts('{ name: testvm, state: gone }', rest).findings.map(({ message }) => message);
    expect(messageOf('')).toEqual(['the domain "testvm" does not exist, according to the facts']);
    expect(messageOf('host: { uri: qemu+unix:///session }\n')).toEqual([
      'qemu+unix:///session has no domain "testvm"',
    ]);
  });
});
