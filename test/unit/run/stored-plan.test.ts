/** The compiled plan in a journal: what it holds, how a run continues with it, and how unknown parts are reported. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CompiledPlan, compiledPlanShape } from '../../../src/journal/compiled-plan.ts';
import { readRunLog, type StartRecord } from '../../../src/journal/run-log.ts';
import { createPlanMachine } from '../../../src/machine/machine.ts';
import { mismatchOf } from '../../../src/model/shape.ts';
import { otherCommands } from '../../../src/run/other-commands.ts';
import { editedText, graphOfRun } from '../../../src/run/stored-plan.ts';
import { logOf, phase, STARTED, writeRun } from '../../journals.ts';
import { hostFor, planned, SHIPPED, shipped } from '../../plans.ts';
import { BEGUN, begun, MOVE, state, stored } from './stored-plans.ts';

describe('a run continues with the plan in its journal', () => {
  test.each(SHIPPED)('%s: without its text, with the same states and commands', async (file) => {
    const { graph } = shipped(file);
    const host = hostFor(file);
    const compiled = stored(shipped(file), host);
    expect(mismatchOf(compiledPlanShape, compiled)).toBeUndefined();
    expect(compiled.steps.flatMap(({ phases }) => phases).every((each) => each.effects)).toBe(true);
    const { folder, started } = await begun(compiled, undefined, host);
    const again = await graphOfRun(folder, started, 'resume', BEGUN);
    expect(again.states).toEqual(graph.states);
    expect(again.nodes.map(({ planned: { id, params } }) => [id, params])).toEqual(
      graph.nodes.map(({ planned: { id, params } }) => [id, params]),
    );
    expect(otherCommands(again, started, BEGUN)).toEqual([]);
  });

  test('with its former transitions', async () => {
    const { folder, started } = await begun(stored(planned([MOVE], 'stop')));
    const graph = await graphOfRun(folder, started, 'resume', BEGUN);
    const machine = createPlanMachine(graph);
    const [first] = machine.start();
    expect(machine.next(first, { type: 'FAILED' })[0].final).toBe('stranded');
  });

  test('an edited text changes nothing, and gives a warning', async () => {
    const compiled = stored(planned([MOVE]));
    const { folder, started } = await begun(compiled, 'as it was');
    expect(await editedText(folder, started)).toEqual([]);
    writeFileSync(join(folder, 'plan.yaml'), 'edited');
    expect(await editedText(folder, started)).toEqual([
      {
        ...{ code: 'BP214', severity: 'warning' },
        message: `${join(folder, 'plan.yaml')} was edited after run r began: the run continues with the plan in its journal`,
        hint: 'to run the edited plan, start a new run once this one is over',
      },
    ]);
    expect((await graphOfRun(folder, started, 'resume', BEGUN)).states).toEqual(compiled.states);
    rmSync(join(folder, 'plan.yaml'));
    expect(await editedText(folder, started)).toEqual([]);
  });

  test('without one it continues with the text, which must be unchanged', async () => {
    const text = `plan: blockplan/v1\nname: test\ndomain: web1\nsteps:\n  - { id: a, ${MOVE} }\n`;
    const { folder, started } = await begun(undefined, text);
    const { graph } = planned([MOVE]);
    const phases = graph.nodes.map(({ phase: { name, summary } }) => ({ name, summary }));
    const of = { ...started, steps: [{ id: 'a', kind: 'blockcopy', phases }] };
    expect((await graphOfRun(folder, of, 'resume', BEGUN)).nodes).toHaveLength(phases.length);
    const refuses = async (record: StartRecord, code: string, message: string, hint: string) =>
      expect(graphOfRun(folder, record, 'resume', BEGUN)).rejects.toMatchObject({
        end: 'preflight-refused',
        findings: [{ code, severity: 'error', message: expect.stringContaining(message), hint }],
      });
    const other = 'by blockplan 0.9.0, whose steps have different phases';
    await refuses(started, 'BP213', other, 'use version 0.9.0, which started it');
    const restore =
      'restore the original text; to run the edited plan, start a new run once this one is over';
    writeFileSync(join(folder, 'plan.yaml'), `${text}#\n`);
    await refuses(of, 'BP214', 'plan.yaml) was edited after the run began', restore);
    expect(await editedText(folder, of)).toEqual([]);
    expect(otherCommands(graph, of, BEGUN)).toEqual([]);
    rmSync(join(folder, 'plan.yaml'));
    await refuses(of, 'BP214', 'the plan of run r cannot be read: ENOENT', restore);
  });
});

describe('a step that this version does not know', () => {
  const known = stored(planned([MOVE, 'undefine: {}']));
  const [move, undefine] = known.steps;
  const strange = { ...undefine!, id: 'later', kind: 'blockfuture' };
  const plan: CompiledPlan = { ...known, steps: [move!, strange] };
  const first = move!.id;

  test('does not matter for a rollback before it began', async () => {
    const { folder, started } = await begun(plan);
    const log = logOf(phase('do', `${first}/mirror`, 'none'));
    const graph = await graphOfRun(folder, started, 'rollback', log);
    expect(graph.nodes.map(({ planned: { id } }) => id)).toEqual([first, first]);
    expect((await graphOfRun(folder, started, 'rollback', BEGUN)).nodes).toHaveLength(2);
  });

  test('is refused if it has begun, and for a resume', async () => {
    const { folder, started } = await begun(plan);
    const has = { findings: [{ code: 'BP213', message: expect.stringContaining('later') }] };
    const log = logOf(phase('do', 'later/future', 'none'));
    await expect(graphOfRun(folder, started, 'rollback', log)).rejects.toMatchObject(has);
    await expect(graphOfRun(folder, started, 'resume', BEGUN)).rejects.toMatchObject(has);
  });
});

test('a limit that has become stricter does not refuse an admitted plan', async () => {
  const [step] = stored(planned([MOVE])).steps;
  const steps = [{ ...step!, params: { ...step!.params, dest: '', bandwidth: -1 } }];
  const { folder, started } = await begun({ ...stored(planned([MOVE])), steps });
  const long = { ...started, plan: 'x'.repeat(10_000) };
  expect((await graphOfRun(folder, long, 'resume', BEGUN)).nodes).toHaveLength(2);
});

test.each([
  ['pattern', 'snapshot-create-as', { name: 'a/b' }],
  ['minItems', 'snapshot-create-as', { diskspec: [] }],
  ['maximum', 'blockcopy', { granularity: 2 ** 30 }],
])('nor does a %s', async (_limit, kind, change) => {
  const snapshot = `snapshot-create-as: { name: s, disk-only: true, diskspec: [{ disk: vda, file: /new/o }] }`;
  const compiled = stored(planned([kind === 'blockcopy' ? MOVE : snapshot]));
  const [step] = compiled.steps;
  const steps = [{ ...step!, params: { ...step!.params, ...change } }];
  const { folder, started } = await begun({ ...compiled, steps });
  const { nodes } = await graphOfRun(folder, started, 'resume', BEGUN);
  expect(nodes[0]?.planned).toMatchObject({ params: change, path: ['steps', 0] });
});

/** A compiled plan of one move with a part of it replaced. */
function changed(change: (compiled: CompiledPlan) => unknown): CompiledPlan {
  return change(stored(planned([MOVE]))) as CompiledPlan;
}

describe('what this version does not know is refused before anything is touched', () => {
  test.each([
    [
      'a kind',
      ({ steps: [step], ...rest }: CompiledPlan) => ({
        ...rest,
        steps: [{ ...step, kind: 'blockfuture' }],
      }),
      'BP213',
      /has the step \S+ \(blockfuture\), a kind that this version does not know/,
    ],
    [
      'an option',
      ({ steps: [step], ...rest }: CompiledPlan) => ({
        ...rest,
        steps: [{ ...step, params: { ...step!.params, deep: true } }],
      }),
      'BP213',
      /with options that this version does not accept/,
    ],
    [
      'a value of an option',
      ({ steps: [step], ...rest }: CompiledPlan) => ({
        ...rest,
        steps: [{ ...step, params: { ...step!.params, shallow: 'very' } }],
      }),
      'BP213',
      /with a value of "shallow" that this version does not accept/,
    ],
    [
      'a phase',
      ({ steps: [step], ...rest }: CompiledPlan) => ({
        ...rest,
        steps: [{ ...step, phases: [{ name: 'make', effects: [] }, ...step!.phases] }],
      }),
      'BP213',
      /with the phases make, mirror, pivot; in this version they are mirror, pivot/,
    ],
    [
      'a state that a damaged plan leads to',
      ({ states: [first, ...states], ...rest }: CompiledPlan) => ({
        ...rest,
        states: [{ ...first, on: { ...first!.on, DONE: 'nowhere' } }, ...states],
      }),
      'BP212',
      /is damaged: its states do not match its phases/,
    ],
    [
      'a state that a damaged plan leads back to itself',
      ({ states: [first, ...states], ...rest }: CompiledPlan) => ({
        ...rest,
        states: [{ ...first, on: { ...first!.on, DONE: first!.name } }, ...states],
      }),
      'BP212',
      /is damaged/,
    ],
    [
      'a state that a damaged plan lacks',
      ({ states: [, ...states], ...rest }: CompiledPlan) => ({ ...rest, states }),
      'BP212',
      /is damaged/,
    ],
  ] as const)('%s', async (_title, change, code, message) => {
    const { folder, started } = await begun(changed(change));
    await expect(graphOfRun(folder, started, 'resume', BEGUN)).rejects.toMatchObject({
      end: 'preflight-refused',
      findings: [{ code, message: expect.stringMatching(message) }],
    });
    if (code === 'BP213')
      await expect(graphOfRun(folder, started, 'resume', BEGUN)).rejects.toMatchObject({
        findings: [
          {
            message: expect.stringContaining('blockplan 0.9.0'),
            hint: 'use version 0.9.0, which started it; if it is not available, diagnose the guest: blockplan doctor --connect qemu:///system web1',
          },
        ],
      });
  });
});

test.each([
  ['no plan', 'a plan'],
  ['steps that are not a list', { steps: {}, states: [] }],
  [
    'an invalid effect',
    {
      steps: [{ id: 'a', kind: 'k', params: {}, phases: [{ name: 'p', effects: [1] }] }],
      states: [],
    },
  ],
])('a record with %s is malformed', async (what, compiled) => {
  const folder = await writeRun(state, what, [
    { ...STARTED, compiled: compiled as unknown as CompiledPlan },
  ]);
  const { end, damage, strange } = await readRunLog(folder);
  expect([end.seq, damage, strange?.otherVersion]).toEqual([0, 'strange', false]);
});
