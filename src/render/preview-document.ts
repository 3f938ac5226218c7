/** The content of a preview, from top to bottom. Every format is made from it. */
import { FINAL_STATES, OUTCOMES } from '../outcomes.ts';
import type {
  Preview,
  PreviewPhase,
  PreviewPrecondition,
  PreviewStep,
} from '../simulate/preview.ts';
import { pluralText } from './amounts.ts';
import type { Block, DocumentTree, Note, Section, Text } from './document.ts';
import { previewTotals } from './preview-totals.ts';

/** The preview as a document; the same preview gives the same one. */
export function previewDocument(preview: Preview): DocumentTree {
  const { plan, domain, description = '', source, findings } = preview;
  const refused = findings.some(({ severity }) => severity === 'error');
  // A description is the one text of a plan that may have several lines.
  const lines = description.split('\n').filter((line) => line.trim() !== '');
  const origin: Text =
    source.kind === 'live'
      ? ['As seen on ', { code: source.uri }]
      : ['From the facts in ', { code: source.file }];
  return {
    kind: 'preview',
    title: { ...(refused && { verdict: 'Refused' }), name: plan, place: domain },
    summary: previewTotals(preview),
    about: [...lines.map((line) => [line]), origin],
    blocks: [dangers(preview), steps(preview), failures(preview), ...preconditions(preview)],
  };
}

/** What was found, and the phases to think about before the run. */
function dangers({ findings, steps: all }: Preview): Section {
  const reminders = all.flatMap(({ id, phases }) =>
    phases.flatMap(({ name, pauses, noWayBack, pointOfNoReturn = noWayBack }) =>
      notes({ pauses, pointOfNoReturn }, `${id}/${name}`),
    ),
  );
  return {
    ...{ is: 'section', isGroup: true, title: 'Dangers' },
    blocks: [...findings.map((finding): Block => ({ is: 'finding', finding })), ...reminders],
    empty: 'Nothing prevents the run, and nothing dangerous was found.',
  };
}

function notes(
  of: { readonly [Name in 'pauses' | 'pointOfNoReturn' | 'stopsAt']?: string | undefined },
  place?: string,
): Note[] {
  const note = (mood: Note['mood'], label: string, text: string | undefined): Note[] =>
    text === undefined ? [] : [{ is: 'note', mood, label, text, place }];
  return [
    ...note('warn', 'The guest is paused', of.pauses),
    ...note('bad', 'Point of no return', of.pointOfNoReturn),
    ...note('bad', 'If it fails, the run stops', of.stopsAt),
  ];
}

function steps({ totals, steps: all }: Preview): Section {
  const left = totals.steps - all.length;
  const text = `${pluralText(left, 'more step')} cannot be shown until the errors are fixed.`;
  return {
    ...{ is: 'section', isGroup: true, title: 'Steps' },
    blocks: [...all.map(step), ...(left > 0 ? [{ is: 'paragraph', text } as const] : [])],
  };
}

function step({ id, kind, line, summary, phases, definition }: PreviewStep, at: number): Section {
  const diff: Block = {
    ...{ is: 'diff', title: 'Changes to the definition', lines: definition },
    partOf: 'the definitions',
  };
  return {
    ...{ is: 'section', number: at + 1, title: id, about: `${kind}, line ${line}` },
    text: withCode(summary),
    blocks: [...phases.map(phase), ...(definition.length === 0 ? [] : [diff])],
  };
}

function phase(it: PreviewPhase): Section {
  return {
    ...{ is: 'section', title: it.name, text: [it.summary] },
    blocks: [
      ...notes(it),
      ...commands(it.commands),
      ...it.chains.map((chain): Block => ({ is: 'chain', chain, partOf: 'the chains' })),
      rollbackOf(it),
    ],
  };
}

function rollbackOf({ noWayBack, wayBack: how, undoCommands }: PreviewPhase): Block {
  const section = { is: 'section', partOf: 'the rollbacks' } as const;
  return noWayBack === undefined
    ? { ...section, title: 'Rollback', mood: 'good', text: [how], blocks: commands(undoCommands) }
    : { ...section, title: 'No rollback', mood: 'bad', text: [noWayBack], blocks: [] };
}

function commands(list: PreviewPhase['commands']): Block[] {
  return list.length === 0 ? [] : [{ is: 'commands', commands: list, partOf: 'the commands' }];
}

/** Makes a sentence of a clause. */
function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

function failures({ plan, domain, machine }: Preview): Block {
  const has = (name: string) => machine.states.some((state) => state.name === name);
  const how = machine.states.some(({ direction }) => direction === 'undo')
    ? 'If a phase fails, it and all phases before it are undone, last first.'
    : 'If a phase fails, the run stops and undoes nothing, because the plan says on-failure: stop.';
  const states: Block = {
    ...{ is: 'states', plan, domain, machine, text: `Each box is a state of the run. ${how}` },
    ends: FINAL_STATES.filter(has).map((end) => ({
      ...{ label: end, text: sentence(OUTCOMES[end].meaning), code: OUTCOMES[end].exitCode },
    })),
  };
  const part = { title: 'Failures and rollbacks', partOf: 'the state diagram' } as const;
  return { is: 'section', ...part, blocks: [states] };
}

const CHECKED: readonly (readonly [PreviewPrecondition['checked'], heading: string])[] = [
  ['live', 'checked live'],
  ['facts', 'from facts'],
  ['no', 'cannot be checked here'],
];

function preconditions({ preconditions: all, source }: Preview): Block[] {
  const where = source.kind === 'live' ? source.uri : source.file;
  const groups = CHECKED.flatMap(([checked, title]) => {
    const items = all
      .filter((each) => each.checked === checked)
      .map(({ step, what }) => ({ label: step, text: what }));
    const about = checked === 'no' ? {} : { about: where };
    return items.length === 0 ? [] : [{ title, ...about, items }];
  });
  if (groups.length === 0) return [];
  const about = groups.map(({ title, items }) => `${items.length} ${title}`).join(', ');
  const blocks = groups.map(
    ({ items, ...group }): Section => ({
      ...{ is: 'section', ...group, blocks: [{ is: 'items', items }] },
    }),
  );
  return [{ is: 'section', title: 'Preconditions', about, blocks, partOf: 'the preconditions' }];
}

/** Text between backticks in a step's summary is code. */
function withCode(text: string): Text {
  return text.split(/`([^`]*)`/).map((piece, at) => (at % 2 === 1 ? { code: piece } : piece));
}
