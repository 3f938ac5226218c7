/** The compiled plan in a journal: what it holds, how a run goes on by it, and what this version says of one it does not know. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/graph/graph.ts';
import { type CompiledPlan, compiledPlanShape } from '../../../src/journal/compiled-plan.ts';
import { planSumOf } from '../../../src/journal/folder.ts';
import { beginningOf, type RunStarted, readJournal } from '../../../src/journal/replay.ts';
import { createPlanMachine } from '../../../src/machine/machine.ts';
import { onLocal } from '../../../src/model/hosts.ts';
import { misfitOf } from '../../../src/model/shape.ts';
import {
  compiledPlanOf,
  editedText,
  graphOfRun,
  otherCommands,
} from '../../../src/run/stored-plan.ts';
import { STARTED, writeRun } from '../../journals.ts';
import { hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const state = scratchFolder('stored-plan');
const HOST = hostForPlans();
const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';
let runs = 0;

function stored(of: ReturnType<typeof planned>): CompiledPlan {
  return JSON.parse(JSON.stringify(compiledPlanOf(of.graph, HOST)));
}

/** The beginning of a run as it is read from disk, and the run's folder. */
async function begun(
  compiled: CompiledPlan | undefined,
  text?: string,
): Promise<{ folder: string; started: RunStarted }> {
  const plan = compiled ? { compiled } : {};
  const sum = text === undefined ? {} : { planSum: planSumOf(text) };
  const entry = {
    ...STARTED,
    plan: 'test',
    version: '0.9.0',
    hosts: onLocal(HOST),
    ...plan,
    ...sum,
  };
  const folder = await writeRun(state, `run-${++runs}`, [entry]);
  if (text !== undefined) writeFileSync(join(folder, 'plan.yaml'), text);
  const replay = await readJournal(folder);
  expect(replay.strange).toBeUndefined();
  return { folder, started: beginningOf(replay)! };
}

describe('a run goes on by the plan in its journal', () => {
  test.each(SHIPPED)('%s: without its text, with the same states and commands', async (file) => {
    const { graph } = shipped(file);
    const compiled = stored(shipped(file));
    expect(misfitOf(compiledPlanShape, compiled)).toBeUndefined();
    expect(compiled.steps.flatMap(({ phases }) => phases).every((each) => each.effects)).toBe(true);
    const { folder, started } = await begun(compiled);
    const again = await graphOfRun(folder, started);
    expect(again.states).toEqual(graph.states);
    expect(again.nodes.map(({ planned: { id, params } }) => [id, params])).toEqual(
      graph.nodes.map(({ planned: { id, params } }) => [id, params]),
    );
    expect(otherCommands(again, started)).toEqual([]);
  });

  test('with the transitions that it had', async () => {
    const { folder, started } = await begun(stored(planned([MOVE], 'stop')));
    const graph = await graphOfRun(folder, started);
    const machine = createPlanMachine(graph);
    const [first] = machine.start();
    expect(machine.next(first, { type: 'FAILED' })[0].final).toBe('stranded');
  });

  test('an edited text changes nothing, and is warned of', async () => {
    const compiled = stored(planned([MOVE]));
    const { folder, started } = await begun(compiled, 'as it was');
    expect(await editedText(folder, started)).toEqual([]);
    writeFileSync(join(folder, 'plan.yaml'), 'edited');
    expect(await editedText(folder, started)).toMatchObject([
      { code: 'BP214', severity: 'warning' },
    ]);
    expect((await graphOfRun(folder, started)).states).toEqual(compiled.states);
    rmSync(join(folder, 'plan.yaml'));
    expect(await editedText(folder, started)).toEqual([]);
  });

  test('without one it goes on by the text, which must be as it was', async () => {
    const text = `plan: blockplan/v1\nname: test\ndomain: web1\nsteps:\n  - { id: a, ${MOVE} }\n`;
    const { folder, started } = await begun(undefined, text);
    const { graph } = planned([MOVE]);
    const phases = graph.nodes.map(({ phase: { name, summary } }) => ({ name, summary }));
    const of = { ...started, steps: [{ id: 'a', kind: 'blockcopy', phases }] };
    expect((await graphOfRun(folder, of)).nodes).toHaveLength(phases.length);
    await expect(graphOfRun(folder, started)).rejects.toMatchObject({
      findings: [{ code: 'BP213' }],
    });
    writeFileSync(join(folder, 'plan.yaml'), `${text}#\n`);
    await expect(graphOfRun(folder, of)).rejects.toMatchObject({ findings: [{ code: 'BP214' }] });
    expect(await editedText(folder, of)).toEqual([]);
    expect(otherCommands(graph, of)).toEqual([]);
  });
});

test('other commands than were admitted are named, phase by phase', async () => {
  const compiled = stored(planned([MOVE]));
  const [step] = compiled.steps;
  const phases = step!.phases.map((phase, at) =>
    at === 1 ? { ...phase, effects: phase.effects.slice(1) } : phase,
  );
  const { started } = await begun({ ...compiled, steps: [{ ...step!, phases }] });
  const graph = compile({ ...planned([MOVE]).plan });
  expect(otherCommands(graph, started)).toMatchObject([
    {
      code: 'BP213',
      severity: 'warning',
      message: `run r was admitted by version 0.9.0 of blockplan; this version gives other commands in ${step!.id}/${phases[1]!.name}`,
    },
  ]);
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
        steps: [{ ...step, kind: 'blockpull' }],
      }),
      'BP213',
      /has the step \S+ \(blockpull\), a kind that this version does not know/,
    ],
    [
      'an option',
      ({ steps: [step], ...rest }: CompiledPlan) => ({
        ...rest,
        steps: [{ ...step, params: { ...step!.params, deep: true } }],
      }),
      'BP213',
      /with options that this version does not take/,
    ],
    [
      'a value of an option',
      ({ steps: [step], ...rest }: CompiledPlan) => ({
        ...rest,
        steps: [{ ...step, params: { ...step!.params, shallow: 'very' } }],
      }),
      'BP213',
      /with a value of "shallow" that this version does not take/,
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
      'a command',
      ({ steps: [step], ...rest }: CompiledPlan) => ({
        ...rest,
        steps: [
          {
            ...step,
            phases: step!.phases.map((phase) => ({
              ...phase,
              effects: [{ tool: 'virsh', verb: 'blockpull', args: {}, why: 'merge' }],
            })),
          },
        ],
      }),
      'BP213',
      /whose phase mirror has the command "virsh blockpull", which this version does not know/,
    ],
    [
      'a state that a damaged plan leads to',
      ({ states: [first, ...states], ...rest }: CompiledPlan) => ({
        ...rest,
        states: [{ ...first, on: { ...first!.on, DONE: 'nowhere' } }, ...states],
      }),
      'BP212',
      /is damaged: its states do not fit its phases/,
    ],
    [
      'a state that a damaged plan lacks',
      ({ states: [, ...states], ...rest }: CompiledPlan) => ({ ...rest, states }),
      'BP212',
      /is damaged/,
    ],
  ] as const)('%s', async (_title, change, code, message) => {
    const { folder, started } = await begun(changed(change));
    await expect(graphOfRun(folder, started)).rejects.toMatchObject({
      end: 'preflight-refused',
      findings: [{ code, message: expect.stringMatching(message) }],
    });
    if (code === 'BP213')
      await expect(graphOfRun(folder, started)).rejects.toMatchObject({
        findings: [
          {
            message: expect.stringContaining('blockplan 0.9.0'),
            hint: expect.stringContaining('use version 0.9.0'),
          },
        ],
      });
  });
});

test.each([
  ['no plan', 'a plan'],
  ['steps that are no list', { steps: {}, states: [] }],
  [
    'an effect that is none',
    {
      steps: [{ id: 'a', kind: 'k', params: {}, phases: [{ name: 'p', effects: [1] }] }],
      states: [],
    },
  ],
])('a record with %s is malformed', async (_title, compiled) => {
  const folder = await writeRun(state, `run-${++runs}`, [
    { ...STARTED, compiled: compiled as unknown as CompiledPlan },
  ]);
  const { records, damage, strange } = await readJournal(folder);
  expect([records.length, damage, strange?.otherVersion]).toEqual([0, 'strange', false]);
});
