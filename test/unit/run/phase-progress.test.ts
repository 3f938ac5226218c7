/** How far an interrupted phase came: the observed state is trusted only if it is conclusive. */

import { describe, expect, test } from 'vitest';
import { nextEffectIndex, predictedStates } from '../../../src/run/phase-progress.ts';
import { requirementsOf } from '../../../src/steps/derived.ts';
import { virshEffect, wordsIn } from '../../effects.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { BASE, DATA, disk, looked, SNAP1, world } from '../../worlds.ts';

const raw = world({ disks: [disk('vdb', [DATA])] });
const COPY = '/new/copy.img';

/** The phase of that name, begun in that host state, with the host states that it passes through. */
function phaseOf(yaml: string, name: string, start = raw) {
  const { graph } = planned([yaml]);
  const node = graph.nodes.find(({ phase }) => phase.name === name)!;
  const begin = looked(start, requirementsOf(node.planned.step, node.planned.params, start).files);
  const states = predictedStates(node, { before: begin, start: begin });
  const begun = { before: states[0]!, start: begin };
  const effects = node.phase.effects(begun.before, begin);
  return { node, begun, worlds: states, effects };
}

/** The next effect if that many are done, the next one is in doubt, and that host state is observed. */
function next(
  { node, begun, worlds, effects }: ReturnType<typeof phaseOf>,
  done: number,
  at: number,
) {
  return nextEffectIndex(node, begun, worlds[at]!, { done, doubtful: effects[done]! });
}

const mirror = phaseOf(`blockcopy: { disk: vdb, dest: ${COPY}, pivot: true }`, 'mirror');
const pivot = phaseOf(`blockcopy: { disk: vdb, dest: ${COPY}, pivot: true }`, 'pivot');

test('a copy that may be incomplete is not trusted, although its file exists', () => {
  const quiet = '/images/quiet.raw';
  const there = { ...raw, files: { ...raw.files, [quiet]: { size: 5, format: 'raw' } } };
  const copy = phaseOf(
    `convert: { source: ${quiet}, source-format: raw, dest: ${COPY} }`,
    'convert',
    there,
  );
  expect(copy.effects.at(-1)).toMatchObject({ tool: 'qemu-img' });
  const last = copy.effects.length - 1;
  expect(next(copy, last, last + 1)).toBeUndefined();
  expect(next(copy, last, last)).toBeUndefined();
});

test('a define in doubt is repeated, whatever is observed', () => {
  expect(wordsIn(pivot.effects.at(-1)!)).toEqual(['define', '--file', expect.anything()]);
  expect(next(pivot, 1, 2)).toBe(1);
  const { definition = '' } = hostForPlans().domain;
  const bundle = { definition, autostart: true, snapshots: [], checkpoints: [] };
  const transient = world({ domain: { persistent: false, kept: bundle } });
  const redefine = phaseOf('redefine: {}', 'define', transient);
  expect(redefine.worlds[1]?.domain.persistent).toBe(true);
  expect(next(redefine, 0, 1)).toBe(0);
});

test('a copy that was ended is not trusted if it is unknown whether both sides were equal', () => {
  const finish = phaseOf(`blockcopy: { disk: vdb, dest: ${COPY}, finish: true }`, 'finish');
  expect(next(finish, 0, 1)).toBeUndefined();
  expect(next(finish, 0, 0)).toBe(0);
});

describe('an effect in doubt', () => {
  test('was done if its trace is observed, otherwise not', () => {
    expect(next(mirror, 0, 0)).toBe(0);
    expect(next(mirror, 0, 1)).toBe(1);
    expect(next(mirror, 1, 2)).toBe(2);
    expect(next(pivot, 0, 0)).toBe(0);
    expect(next(pivot, 0, 1)).toBe(1);
  });

  test('is waited for again if it is a wait', () => expect(next(mirror, 2, 2)).toBe(2));

  test('is unknown if the observed state is none that the phase passes through', () => {
    expect(next(mirror, 1, 0)).toBeUndefined();
    expect(
      nextEffectIndex(mirror.node, mirror.begun, pivot.worlds[1]!, { done: 1 }),
    ).toBeUndefined();
    expect(nextEffectIndex(mirror.node, mirror.begun, mirror.worlds[1]!, { done: 1 })).toBe(1);
  });
});

test('nothing is known of a step that could not begin', () => {
  const { graph } = planned(['redefine: {}']);
  const [node] = graph.nodes;
  const nothingKept = world({ domain: { persistent: false } });
  const begun = { before: nothingKept, start: nothingKept };
  expect(predictedStates(node!, { before: nothingKept, start: nothingKept })).toEqual([]);
  const doubtful = virshEffect(['define', '--file', { file: 'x', content: '<domain/>' }]);
  expect(nextEffectIndex(node!, begun, raw, { done: 0 })).toBeUndefined();
  expect(nextEffectIndex(node!, begun, raw, { done: 0, doubtful })).toBeUndefined();
});

test('nothing is known of a copy that was ended on a disk that is gone', () => {
  const finish = phaseOf(`blockcopy: { disk: vdb, dest: ${COPY}, finish: true }`, 'finish');
  const without = { ...raw, domain: { ...raw.domain, disks: [] } };
  const doubtful = finish.effects[0]!;
  expect(
    nextEffectIndex(finish.node, finish.begun, without, { done: 0, doubtful }),
  ).toBeUndefined();
});

test('a wait for a job that has ended is repeated, which shows how the job ended', () => {
  const commit = phaseOf(
    `blockcommit: { disk: vda, base: ${BASE}, top: ${SNAP1} }`,
    'commit',
    hostForPlans(),
  );
  expect(commit.effects.map(({ tool }) => tool)).toEqual(['virsh', 'await-job']);
  expect(next(commit, 0, 2)).toBe(1);
  expect(next(commit, 0, 1)).toBe(1);
  expect(next(commit, 0, 0)).toBe(0);
});

test('an effect that is done is not repeated, although an earlier host state looks the same', () => {
  const snapshot = phaseOf(
    'snapshot-create-as: { name: s, disk-only: true, quiesce: true, no-metadata: true, diskspec: [{ disk: vda, file: /new/o }] }',
    'snapshot',
    hostForPlans(),
  );
  expect(wordsIn(snapshot.effects[1]!)).toContain('guest-agent-timeout');
  expect(next(snapshot, 2, 2)).toBe(2);
});

describe('a backup', () => {
  const two = world({ disks: [disk('vda', [SNAP1, BASE]), disk('vdb', [DATA])] });
  const copy = phaseOf('backup-begin: { store: /backup, name: monday }', 'copy', two);
  const [made, begun, ended] = copy.worlds.slice(1);
  /** The state in which the backup of vda is over, and that of vdb goes on. */
  const half = {
    ...begun!,
    domain: {
      ...begun!.domain,
      disks: begun!.domain.disks.map(({ job, ...rest }) =>
        rest.target === 'vdb' && job ? { ...rest, job } : rest,
      ),
    },
  };
  const from = (done: number, now: typeof raw, doubtful = copy.effects[done]) =>
    nextEffectIndex(copy.node, copy.begun, now, { done, ...(doubtful ? { doubtful } : {}) });

  test('that runs is waited for, also if it is over for one of the disks', () => {
    for (const done of [1, 2]) for (const now of [begun!, half]) expect(from(done, now)).toBe(2);
    expect(nextEffectIndex(copy.node, copy.begun, half, { done: 2 })).toBe(2);
  });

  test('whose end was not reported is made anew, and so is a folder of an earlier attempt', () => {
    for (const done of [1, 2]) expect(from(done, ended!)).toBeUndefined();
    expect(nextEffectIndex(copy.node, copy.begun, made!, { done: 1 })).toBeUndefined();
    expect(from(0, made!)).toBeUndefined();
  });

  test('whose end was reported is complete', () => {
    expect(nextEffectIndex(copy.node, copy.begun, ended!, { done: 3 })).toBe(3);
  });

  test('of another tool is not waited for', () => {
    const foreign = {
      ...begun!,
      domain: {
        ...begun!.domain,
        disks: begun!.domain.disks.map((each) => ({
          ...each,
          ...(each.job ? { job: { ...each.job, mirror: '/elsewhere/x' } } : {}),
        })),
      },
    };
    expect(from(2, foreign)).toBeUndefined();
  });
});
