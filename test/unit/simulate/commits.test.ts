/** The preview of phases that commit, and what would be wrong if a run ended there. */
import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/graph/graph.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { notUndone, turningPointOf } from '../../../src/rehearse/turning-point.ts';
import { renderMermaid } from '../../../src/render/mermaid.ts';
import type { Preview } from '../../../src/simulate/preview.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { committing, type Phases } from '../../committing.ts';
import { hostForPlans, planned } from '../../plans.ts';
import { previewHtml, previewMarkdown, previewText } from '../../previews.ts';
import { looked } from '../../worlds.ts';

function preview(plan: Plan): Preview {
  const host = hostForPlans();
  return previewPlan(plan, looked(host, walk(compile(plan), host).files));
}

const previewOf = (steps: Readonly<Record<string, Phases>>) => preview(committing(steps).plan);
const BACKUP = { backup: ['draft', 'publish!', 'retire'] };

describe('a preview', () => {
  const shown = previewOf(BACKUP);

  test('has what is kept, and from which phase on', () => {
    const phases = shown.steps.flatMap((step) => step.phases);
    expect(phases.map(({ kept }) => kept)).toEqual([
      undefined,
      'the file /new/backup.publish',
      undefined,
    ]);
    expect(shown.machine.states.filter(({ kept }) => kept).map(({ name }) => name)).toEqual([
      'backup:publish',
    ]);
    expect(shown.totals.pointsOfNoReturn).toBe(0);
  });

  test.each([
    ['text', (of: Preview) => previewText(of, false)],
    ['Markdown', previewMarkdown],
    ['HTML', previewHtml],
  ])('says so in %s', (_format, write) => {
    const text = write(shown).replaceAll(/<[^>]*>|[*`]/g, '');
    expect(text).toMatch(/kept from here on/i);
    expect(text).toContain(
      'the file /new/backup.publish; if a later phase fails, everything up to here is kept',
    );
    expect(text).toContain('a rollback keeps the file /new/backup.publish once complete');
    expect(text).toMatch(/rollback if this phase fails/i);
    expect(text).not.toContain('until the run ends');
    expect(write(previewOf({ a: ['one'] }))).not.toMatch(/kept from|rollback keeps/i);
  });

  test('says in which state a rollback ends', () => {
    const html = previewHtml(shown);
    expect(html).toContain('the rollback ends at the last completed phase whose result is kept.');
    expect(html).toContain('or as after the last phase whose result is kept');
    const mermaid = renderMermaid(shown);
    expect(mermaid).toContain('state "backup/publish (kept from here on)"');
    expect(mermaid).toContain('undo3 --> end2: undone');
  });

  test('has no point of no return where only what is kept could not be undone', () => {
    const plan = committing({ a: ['one!', 'two'] }).plan;
    const [step] = plan.steps;
    if (!step) throw new Error('a plan has a step');
    const stuck = committing({ a: ['one|', 'two'] }).plan.steps[0]?.step.phases({})[0];
    const phases = step.step
      .phases({})
      .map((phase, at) => (at === 0 && stuck ? { ...phase, undo: stuck.undo } : phase));
    const { totals } = preview({
      ...plan,
      steps: [{ ...step, step: { ...step.step, phases: () => phases } }],
    });
    expect(totals.pointsOfNoReturn).toBe(0);
    expect(previewOf({ a: ['one|', 'two'] }).totals.pointsOfNoReturn).toBe(1);
  });
});

/** The findings of a plan with a step that commits in the middle. */
function findingsWith(before: readonly string[], after: readonly string[]): string[] {
  const kinds = (lines: readonly string[]) => (lines.length > 0 ? planned(lines).plan.steps : []);
  const { plan } = committing({ keep: ['one', 'two!'] });
  const rest = kinds(after).map((step) => ({ ...step, id: `later-${step.id}` }));
  const steps = [...kinds(before), ...plan.steps, ...rest].map((step, at) => ({
    ...step,
    path: ['steps', at],
  }));
  return preview({ ...plan, steps }).findings.map(({ code, message }) => `${code} ${message}`);
}

describe('a failure behind a commit', () => {
  const SNAPSHOT =
    'snapshot-create-as: { name: s, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: /new/overlay }] }';
  const MERGE = 'blockcommit: { disk: vda, shallow: true, pivot: true, delete: true }';
  const temporary = (all: readonly string[]) => all.filter((each) => each.startsWith('BP159'));

  test('must not leave the domain transient', () => {
    expect(findingsWith(['undefine: {}'], ['redefine: {}'])).toEqual([
      expect.stringMatching(
        /^BP123 if a phase after keep\/two fails, the run ends with "testvm" transient/,
      ),
    ]);
    expect(findingsWith(['undefine: {}', 'redefine: {}'], []).join()).not.toContain('BP123');
  });

  test('would leave what a later step removes', () => {
    const found = temporary(findingsWith([SNAPSHOT], [MERGE]));
    expect(found).toEqual([
      expect.stringContaining('if a phase after keep/two fails, /new/overlay would remain'),
    ]);
    expect(temporary(findingsWith([SNAPSHOT], []))).toEqual([]);
    expect(temporary(findingsWith([SNAPSHOT, MERGE], []))).toEqual([]);
  });

  test('does not count what is removed in the step that commits', () => {
    const all = (steps: Readonly<Record<string, Phases>>) =>
      previewOf(steps).findings.map(({ message }) => message);
    expect(all({ a: ['one', '-a.one', 'two!', 'three'] })).toEqual([]);
    expect(all({ a: ['one', 'two!', '-a.one'] })).toEqual([
      expect.stringContaining('/new/a.one would remain'),
    ]);
  });
});

test('a rehearsal turns back before the first phase that commits', () => {
  const { plan, graph } = committing(BACKUP);
  const walked = walk(graph, looked(hostForPlans(), walk(graph, hostForPlans()).files)).phases;
  const turn = turningPointOf(plan, walked);
  expect(turn?.graph.nodes.map(({ phase }) => phase.name)).toEqual(['draft', 'turn']);
  expect(notUndone(plan, walked)).toEqual({
    phase: 'backup/publish',
    reason: 'a rollback keeps the file /new/backup.publish once complete',
  });
});
