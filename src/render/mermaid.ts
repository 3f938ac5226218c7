/** The machine of a plan as a Mermaid state diagram, in the form that GitHub draws in a pull request. */
import type { PhaseResult } from '../outcomes.ts';
import { printable } from '../printable.ts';
import type { Preview, PreviewState } from '../simulate/preview.ts';
import { phaseText, stateText } from './state-text.ts';

/**
 * The phases, the rollbacks, and the ends. Every state leads to `uncertain` if the connection is lost: a note says so, which
 * keeps the diagram readable.
 */
export function renderMermaid({
  plan,
  domain,
  machine,
}: Pick<Preview, 'plan' | 'domain' | 'machine'>): string {
  const ids = idsOf(machine.states);
  const id = (name: string): string => ids.get(name) ?? 'unknown';
  const initial = id(machine.initial);
  const lines = [
    ...machine.states.map((state) => `state "${label(state)}" as ${id(state.name)}`),
    `[*] --> ${initial}`,
    ...machine.states.flatMap((state) =>
      state.transitions
        .filter(({ on }) => on !== 'LOST')
        .map(({ on, to }) => `${id(state.name)} --> ${id(to)}: ${word(state, on)}`),
    ),
    ...machine.states.filter(({ final }) => final).map(({ name }) => `${id(name)} --> [*]`),
    ...lostEnds(machine.states).map(
      (name) =>
        `note left of ${id(name)}: from every state, when the connection to libvirt is lost`,
    ),
    ...styles(machine.states, id),
  ];
  const title = `---\ntitle: "${yamlText(`${plan} on ${domain}`)}"\n---\n`;
  return `${title}stateDiagram-v2\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** `do1`, `undo1`, `end1`: no name from a plan, which could break the syntax of the diagram. */
function idsOf(states: readonly PreviewState[]): Map<string, string> {
  const counts = new Map<string, number>();
  return new Map(
    states.map(({ name, direction = 'end' }) => {
      const count = (counts.get(direction) ?? 0) + 1;
      counts.set(direction, count);
      return [name, `${direction}${count}`];
    }),
  );
}

function label({ name, step, phase, direction, pointOfNoReturn, kept }: PreviewState): string {
  const point = pointOfNoReturn && direction === 'do' ? ' (point of no return)' : '';
  const text =
    step === undefined || phase === undefined
      ? stateText(name)
      : phaseText({ step, phase }, direction);
  const limit = kept ? ' (kept from here on)' : '';
  return escaped(`${text}${point}${limit}`);
}

function word({ direction }: PreviewState, on: PhaseResult): string {
  if (on === 'DONE') return direction === 'undo' ? 'undone' : 'done';
  return on.toLowerCase();
}

/** The ends that a lost connection leads to. */
function lostEnds(states: readonly PreviewState[]): string[] {
  const lost = states.flatMap(({ transitions }) => transitions.filter(({ on }) => on === 'LOST'));
  return [...new Set(lost.map(({ to }) => to))];
}

function styles(states: readonly PreviewState[], id: (name: string) => string): string[] {
  const of = (chosen: (state: PreviewState) => boolean): string =>
    states
      .filter(chosen)
      .map(({ name }) => id(name))
      .join(',');
  const undo = of(({ direction }) => direction === 'undo');
  const points = of(
    ({ direction, pointOfNoReturn }) => direction === 'do' && pointOfNoReturn === true,
  );
  return [
    ...(undo === '' ? [] : ['classDef undo stroke-dasharray:4 3', `class ${undo} undo`]),
    ...(points === ''
      ? []
      : ['classDef point stroke:#d1242f,stroke-width:3px', `class ${points} point`]),
  ];
}

/** Mermaid's own numeric escapes, for every character that could have a meaning. */
function escaped(text: string): string {
  return printable(text).replace(
    /[^A-Za-z0-9 _.:/()-]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
}

/** YAML's escapes for the title, because Mermaid also reads directives in it. */
function yamlText(text: string): string {
  return printable(text).replace(
    /[^A-Za-z0-9 _.:/()-]/gu,
    (character) => `\\U${character.codePointAt(0)?.toString(16).padStart(8, '0')}`,
  );
}
