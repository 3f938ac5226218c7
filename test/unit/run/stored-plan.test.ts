/** The compiled plan in a journal: what it holds, how a run continues with it, and how unknown parts are reported. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CompiledPlan, compiledPlanShape } from '../../../src/journal/compiled-plan.ts';
import { planSumOf } from '../../../src/journal/folder.ts';
import type { JournalEntry } from '../../../src/journal/journal.ts';
import { readRunLog, type StartRecord } from '../../../src/journal/run-log.ts';
import { createPlanMachine } from '../../../src/machine/machine.ts';
import { withDomain } from '../../../src/model/host-state.ts';
import { onLocal } from '../../../src/model/hosts.ts';
import { mismatchOf } from '../../../src/model/shape.ts';
import { otherCommands } from '../../../src/run/other-commands.ts';
import { compiledPlanOf, editedText, graphOfRun } from '../../../src/run/stored-plan.ts';
import { logOf, phase, STARTED, writeRun } from '../../journals.ts';
import { hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const state = scratchFolder('stored-plan');
const HOST = hostForPlans();
const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';
let runs = 0;

function stored(of: ReturnType<typeof planned>): CompiledPlan {
  return JSON.parse(JSON.stringify(compiledPlanOf(of.graph, HOST)));
}

/** The log of a run of which no phase has begun. */
const BEGUN = logOf([]);

/** The beginning of a run as it is read from disk, and the run's folder. */
async function begun(
  compiled: CompiledPlan | undefined,
  text?: string,
): Promise<{ folder: string; started: StartRecord }> {
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
  const { strange, started } = await readRunLog(folder);
  expect(strange).toBeUndefined();
  return { folder, started: started! };
}

describe('a run continues with the plan in its journal', () => {
  test.each(SHIPPED)('%s: without its text, with the same states and commands', async (file) => {
    const { graph } = shipped(file);
    const compiled = stored(shipped(file));
    expect(mismatchOf(compiledPlanShape, compiled)).toBeUndefined();
    expect(compiled.steps.flatMap(({ phases }) => phases).every((each) => each.effects)).toBe(true);
    const { folder, started } = await begun(compiled);
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
    expect(await editedText(folder, started)).toMatchObject([
      { code: 'BP214', severity: 'warning' },
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
    await expect(graphOfRun(folder, started, 'resume', BEGUN)).rejects.toMatchObject({
      findings: [{ code: 'BP213' }],
    });
    writeFileSync(join(folder, 'plan.yaml'), `${text}#\n`);
    await expect(graphOfRun(folder, of, 'resume', BEGUN)).rejects.toMatchObject({
      findings: [{ code: 'BP214' }],
    });
    expect(await editedText(folder, of)).toEqual([]);
    expect(otherCommands(graph, of, BEGUN)).toEqual([]);
  });
});

describe('other commands than were admitted', () => {
  const { graph } = planned([MOVE]);
  const compiled = stored(planned([MOVE]));
  const [step] = compiled.steps;
  const [mirror, pivot] = step!.phases;
  const withPhases = (phases: CompiledPlan['steps'][number]['phases']): CompiledPlan => ({
    ...compiled,
    steps: [{ ...step!, phases }],
  });
  const other = withPhases([mirror!, { ...pivot!, effects: pivot!.effects.slice(1) }]);
  const said = async (plan: CompiledPlan, entries: readonly JournalEntry[] = []) =>
    otherCommands(graph, (await begun(plan)).started, logOf(entries)).map(({ message }) => message);
  const admitted = 'run r was started by blockplan 0.9.0; this version';

  test('are reported, phase by phase', async () => {
    const { started } = await begun(other);
    expect(otherCommands(graph, started, BEGUN)).toMatchObject([
      {
        ...{ code: 'BP213', severity: 'warning' },
        message: `${admitted} runs different commands in ${step!.id}/pivot`,
        hint: 'use version 0.9.0 to run the commands that were reviewed, or roll back: blockplan rollback r',
      },
    ]);
  });

  test('do not matter in a phase that has begun: it uses the commands in the journal', async () => {
    expect(await said(other, phase('do', `${step!.id}/pivot`, 'none'))).toEqual([]);
    expect(await said(other, phase('do', `${step!.id}/mirror`, 'none'))).toHaveLength(1);
  });

  test.each([
    ['an option that this version does not know', { args: { 'future-option': true } }, 1],
    ['a field that this version does not know', { future: true }, 1],
    ['another reason', { why: 'because' }, 0],
  ])('count with %s', async (_title, change, count) => {
    const effects = pivot!.effects.map((effect) => ({
      ...effect,
      ...change,
      args: { ...('args' in effect ? effect.args : {}), ...('args' in change ? change.args : {}) },
    })) as (typeof mirror & object)['effects'];
    expect(await said(withPhases([mirror!, { ...pivot!, effects }]))).toHaveLength(count);
  });

  test('cannot be determined if a phase cannot be simulated', async () => {
    const { started } = await begun(compiled);
    const gone = withDomain(HOST, { disks: [] });
    expect(otherCommands(graph, { ...started, hosts: onLocal(gone) }, BEGUN)).toMatchObject([
      {
        message: `${admitted} cannot determine its commands in ${step!.id}/mirror, ${step!.id}/pivot`,
      },
    ]);
  });
});

describe('a step that this version does not know', () => {
  const known = stored(planned([MOVE]));
  const strange = { id: 'later', kind: 'blockfuture', params: {}, phases: [] };
  const plan: CompiledPlan = { ...known, steps: [...known.steps, strange] };
  const first = known.steps[0]!.id;

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
            hint: expect.stringContaining('use version 0.9.0'),
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
])('a record with %s is malformed', async (_title, compiled) => {
  const folder = await writeRun(state, `run-${++runs}`, [
    { ...STARTED, compiled: compiled as unknown as CompiledPlan },
  ]);
  const { end, damage, strange } = await readRunLog(folder);
  expect([end.seq, damage, strange?.otherVersion]).toEqual([0, 'strange', false]);
});
