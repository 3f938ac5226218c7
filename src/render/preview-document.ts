/** The content of a preview, from top to bottom. Every format is made from it. */
import { isDeepStrictEqual } from 'node:util';
import type { HookPoint } from '../hook.ts';
import { FINAL_STATES, type FinalState, OUTCOMES } from '../outcomes.ts';
import type {
  Preview,
  PreviewChain,
  PreviewChanges,
  PreviewFile,
  PreviewPhase,
  PreviewStep,
} from '../simulate/preview.ts';
import { timeText } from '../time-text.ts';
import { durationText, pluralText } from './amounts.ts';
import { commandNotes } from './command-notes.ts';
import type { Block, DocumentTree, Note, Section, Text } from './document.ts';
import { preconditionGroups } from './precondition-groups.ts';
import { previewTiles, SECTION_TITLES } from './preview-tiles.ts';
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
    tiles: previewTiles(preview),
    about: [...lines.map((line) => [line]), origin],
    blocks: refused ? refusal(preview) : content(preview),
  };
}

function content(preview: Preview): Block[] {
  return [
    ...hooks(preview),
    changes(preview),
    dangers(preview),
    steps(preview),
    ...commandNotes(preview).map((section): Block => ({ ...section, partOf: 'the commands' })),
    failures(preview),
    ...preconditionGroups(preview),
  ];
}

const HOOK_TIMES: Readonly<Record<HookPoint, string>> = {
  before: 'before the first step; if it fails, the run is refused and nothing is done',
  after: 'after the run has succeeded',
  'on-failure': 'after any other end of the run',
};

/** Programs that are no part of the state machine come first, so that no reviewer misses them. */
function hooks({ hooks: all = [] }: Preview): Section[] {
  if (all.length === 0) return [];
  const commands = all.map(({ point, command, timeout, repeat }) => {
    const again = repeat ? '; may run again if blockplan is killed meanwhile' : '';
    return {
      command,
      why: `${HOOK_TIMES[point]}; at most ${durationText(timeout * 1000)}${again}`,
    };
  });
  const text =
    'Hooks are programs on the machine that blockplan runs on. No rollback undoes what they do.';
  return [
    {
      ...{ is: 'section', isGroup: true, title: 'Hooks' },
      blocks: [
        { is: 'paragraph', text },
        { is: 'commands', commands },
      ],
    },
  ];
}

/** The steps of a refused plan are not run, so they would only hide the errors. */
function refusal({ findings }: Preview): Block[] {
  const text =
    'Follow the hints above. As long as a preview shows errors, blockplan run refuses the plan and changes nothing.';
  return [
    {
      ...{ is: 'section', isGroup: true, title: 'Errors' },
      blocks: findings.map((finding) => ({ is: 'finding', finding })),
    },
    { is: 'section', title: 'What to do', blocks: [{ is: 'paragraph', text }] },
  ];
}

/** What is different after the run, whatever the steps on the way. */
function changes({ changes: { chains, files, definition }, domain }: Preview): Section {
  const items = files.map((each) => ({ label: each.change, text: fileText(each, domain) }));
  const list: Block = { is: 'items', items, partOf: 'the files' };
  const stays: Block = {
    ...{ is: 'paragraph', text: 'The persistent definition stays as it is.' },
    partOf: 'the definitions',
  };
  return {
    ...{ is: 'section', title: 'Changes' },
    blocks: [
      ...chains.map(chainBlock),
      ...(items.length === 0 ? [] : [list]),
      ...(definition.length === 0 ? [stays] : [diff(definition)]),
    ],
  };
}

function fileText({ file, change, to }: PreviewFile, domain: string): string {
  if (to !== undefined) return `${file}, to ${to}`;
  return change === 'kept' ? `${file}, which ${domain} no longer uses` : file;
}

function chainBlock(chain: PreviewChain): Block {
  return { is: 'chain', chain, partOf: 'the chains' };
}

function diff(lines: PreviewStep['definition']): Block {
  return { is: 'diff', title: 'Changes to the definition', lines, partOf: 'the definitions' };
}

const LIMIT = '; if a later phase fails, everything up to here is kept';

/** What was found, and the phases to think about before the run. */
function dangers({ findings, steps: all }: Preview): Section {
  const reminders = all.flatMap(({ id, phases }) =>
    phases.flatMap((each) => {
      const { name, pauses, kept, noRollback } = each;
      const { pointOfNoReturn = kept === undefined ? noRollback : undefined } = each;
      return notes({ pauses, pointOfNoReturn, kept }, `${id}/${name}`);
    }),
  );
  return {
    ...{ is: 'section', isGroup: true, title: SECTION_TITLES.dangers },
    blocks: [...findings.map((finding): Block => ({ is: 'finding', finding })), ...reminders],
    empty: 'Nothing prevents the run, and nothing dangerous was found.',
  };
}

function notes(
  of: {
    readonly [Name in 'pauses' | 'pointOfNoReturn' | 'kept' | 'stopsAt']?: string | undefined;
  },
  place?: string,
): Note[] {
  const note = (mood: Note['mood'], label: string, text: string | undefined): Note[] =>
    text === undefined ? [] : [{ is: 'note', mood, label, text, place }];
  return [
    ...note('warn', 'The guest is paused', of.pauses),
    ...note('bad', 'Point of no return', of.pointOfNoReturn),
    ...note('warn', 'Kept from here on', of.kept && `${of.kept}${LIMIT}`),
    ...note('bad', 'If it fails, the run stops', of.stopsAt),
  ];
}

function steps({ steps: all, changes: shown }: Preview): Section {
  return {
    ...{ is: 'section', isGroup: true, title: 'Steps' },
    blocks: all.map((each, at) => step(each, at, shown)),
  };
}

/** @param shown the changes of the whole plan: a step does not repeat them */
function step(
  { id, kind, line, summary, phases, definition, backups }: PreviewStep,
  at: number,
  shown: PreviewChanges,
): Section {
  const isNew = definition.length > 0 && !isDeepStrictEqual(definition, shown.definition);
  return {
    ...{ is: 'section', number: at + 1, title: id, about: `${kind}, line ${line}` },
    text: withCode(summary),
    blocks: [
      ...(backups ? [retention(backups)] : []),
      ...phases.map((each) => phase(each, shown)),
      ...(isNew ? [diff(definition)] : []),
    ],
  };
}

/** Which backups stay, which are removed, and why. */
function retention(backups: NonNullable<PreviewStep['backups']>): Section {
  const removed = backups.filter(({ kept }) => !kept).length;
  const items = backups.map(({ name, time, kept, reasons }) => ({
    label: kept ? 'keep' : 'remove',
    text: `${name}${time === undefined ? '' : ` (${timeText(time)})`}: ${reasons.join(', ')}`,
  }));
  const counts = `${backups.length - removed} kept, ${removed} removed`;
  return { is: 'section', title: 'Backups', text: [counts], blocks: [{ is: 'items', items }] };
}

function phase(it: PreviewPhase, shown: PreviewChanges): Section {
  const chains = it.chains.filter((chain) => !shown.chains.some(isEqualTo(chain)));
  return {
    ...{ is: 'section', title: it.name, text: [it.summary] },
    blocks: [...notes(it), ...chains.map(chainBlock), ...commands(it.commands), rollbackOf(it)],
  };
}

function isEqualTo(chain: PreviewChain): (other: PreviewChain) => boolean {
  return (other) => isDeepStrictEqual(chain, other);
}

function rollbackOf({ noRollback, rollback: how, undoCommands, kept }: PreviewPhase): Block {
  const section = { is: 'section', partOf: 'the rollbacks' } as const;
  const fold = pluralText(undoCommands.length, 'command');
  return noRollback === undefined || kept !== undefined
    ? {
        ...{
          ...section,
          title: kept === undefined ? 'Rollback' : 'Rollback if this phase fails',
          mood: 'good',
          text: [how],
          fold,
        },
        blocks: commands(undoCommands),
      }
    : { ...section, title: 'No rollback', mood: 'bad', text: [noRollback], blocks: [] };
}

function commands(list: PreviewPhase['commands']): Block[] {
  return list.length === 0 ? [] : [{ is: 'commands', commands: list, partOf: 'the commands' }];
}

/** Makes a sentence of a clause. */
function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

const ROLLED_BACK =
  'the disks are as before the run, or as after the last phase whose result is kept; this was verified';

function failures({ plan, domain, machine }: Preview): Block {
  const has = (name: string) => machine.states.some((state) => state.name === name);
  const keeps = machine.states.some(({ kept }) => kept);
  const limit = keeps ? '; the rollback ends at the last completed phase whose result is kept' : '';
  const how = machine.states.some(({ direction }) => direction === 'undo')
    ? `If a phase fails, it and all phases before it are undone, last first${limit}.`
    : 'If a phase fails, the run stops and undoes nothing, because the plan has on-failure: stop.';
  const meaning = (end: FinalState) =>
    keeps && end === 'rolled-back' ? ROLLED_BACK : OUTCOMES[end].meaning;
  const states: Block = {
    ...{ is: 'states', plan, domain, machine, text: `Each box is a state of the run. ${how}` },
    ends: FINAL_STATES.filter(has).map((end) => ({
      ...{ label: OUTCOMES[end].word, text: sentence(meaning(end)), code: OUTCOMES[end].exitCode },
    })),
  };
  const part = { title: 'Failures and rollbacks', partOf: 'the state diagram' } as const;
  return { is: 'section', ...part, blocks: [states] };
}

/** Text between backticks in a step's summary is code. */
function withCode(text: string): Text {
  return text.split(/`([^`]*)`/).map((piece, at) => (at % 2 === 1 ? { code: piece } : piece));
}
