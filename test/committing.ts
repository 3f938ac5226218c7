/** Plans for tests of phases that commit, which only backup-begin has: each of their phases creates one file. */
import { compile, type Graph } from '../src/graph/graph.ts';
import { fileAt } from '../src/model/file-identity.ts';
import type { Plan, PlannedStep } from '../src/plan/plan.ts';
import { type AnyStep, defineStep, NoRollback, type Phase } from '../src/steps/define.ts';
import { makeFile, removeFile } from '../src/steps/effects/files.ts';
import { fileExists, fileIsAbsent } from '../src/steps/phases/expect.ts';
import { requireNewFile } from '../src/steps/requirements/new-file.ts';
import { removeMade } from '../src/steps/rollbacks/cancel.ts';

/**
 * The phases of a step, in order: `publish!` commits, `burn|` is a point of no return, and `-backup.draft` removes the
 * file of the phase `backup/draft`.
 */
export type Phases = readonly string[];

/** The file that a phase creates. */
function fileOf(step: string, phase: string): string {
  return `/new/${step}.${phase}`;
}

/** A plan whose steps have these phases. */
export function committing(
  steps: Readonly<Record<string, Phases>>,
  onFailure: Plan['onFailure'] = 'rollback',
): { plan: Plan; graph: Graph } {
  const nowhere = { file: '', line: 1, column: 1, source: '', length: 1 };
  const plan: Plan = {
    name: 'test',
    domain: 'testvm',
    steps: Object.entries(steps).map(
      ([id, phases], at): PlannedStep => ({
        ...{ id, step: stepOf(id, phases), params: {}, path: ['steps', at] },
      }),
    ),
    hooks: [],
    onFailure,
    warnings: [],
    text: { file: 'test.yaml', source: '', locate: () => nowhere },
  };
  return { plan, graph: compile(plan) };
}

function stepOf(id: string, phases: Phases): AnyStep {
  const made = phases
    .filter((each) => !each.startsWith('-'))
    .map((each) => fileOf(id, nameOf(each)));
  return defineStep({
    kind: 'create-files',
    summary: 'Creates files.',
    schema: { type: 'object', additionalProperties: false, properties: {} },
    unoffered: {},
    check: () => [],
    requires(_params, state, needs) {
      for (const file of made) requireNewFile(needs, state, [], file, 0);
    },
    products: () => [],
    examples: [],
    phases: () => phases.map((each) => phaseOf(id, each)),
  });
}

function nameOf(word: string): string {
  return word.replace(/[!|]$/, '');
}

function phaseOf(id: string, word: string): Phase {
  if (word.startsWith('-')) return removing(`/new/${word.slice(1)}`);
  const name = nameOf(word);
  const file = fileOf(id, name);
  const what = `the file ${file}`;
  return {
    name,
    summary: `create ${file}`,
    rollback: 'remove it again',
    effects: () => [makeFile(file, 'create it')],
    expects: () => [fileExists(file)],
    undo(before, now) {
      const effects = removeMade(before, now, file, false);
      if (word.endsWith('|') && effects.length > 0)
        throw new NoRollback(`${file} cannot be removed`);
      return effects;
    },
    ...(word.endsWith('!') ? { commits: { what, removal: `remove ${file}` } } : {}),
  };
}

function removing(file: string): Phase {
  return {
    name: 'remove',
    summary: `remove ${file}`,
    rollback: 'create it again',
    effects: () => [removeFile(file, 'it is not needed any more')],
    expects: () => [fileIsAbsent(file)],
    undo: (_before, now) => (fileAt(now, file) ? [] : [makeFile(file, 'create it again')]),
  };
}
