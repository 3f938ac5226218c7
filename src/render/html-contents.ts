/** The contents list of the page, and the ids that it leads to. */
import type { Block } from './document.ts';
import { html, type Markup } from './html.ts';

/** A section in the contents list. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  /** Its numbered sections. */
  readonly steps: readonly (Entry & { readonly number: number })[];
}

/** The id of a block of the page, by its position. */
export function partId(at: number): string {
  return `part-${at + 1}`;
}

/** The id of a block inside another one. */
export function childId(parent: string, at: number): string {
  return `${parent}-${at + 1}`;
}

export function entriesOf(blocks: readonly Block[]): Entry[] {
  return blocks.flatMap((block, at) =>
    block.is === 'section'
      ? [{ id: partId(at), title: block.title, steps: stepsOf(block.blocks, partId(at)) }]
      : [],
  );
}

function stepsOf(blocks: readonly Block[], parent: string): Entry['steps'] {
  return blocks.flatMap((block, at) =>
    block.is === 'section' && block.number !== undefined
      ? [{ id: childId(parent, at), title: block.title, steps: [], number: block.number }]
      : [],
  );
}

/** Nothing for a page that is short anyway. */
export function contentsMarkup(entries: readonly Entry[]): Markup {
  if (entries.length < 3) return html``;
  const steps = ({ steps: list }: Entry) =>
    list.length === 0
      ? undefined
      : html`\n<ol>\n${list.map(
          ({ id, number, title }) =>
            html`<li><a href="#${id}"><span class="count">${number}</span> ${title}</a></li>\n`,
        )}</ol>\n`;
  return html`<nav aria-label="Contents">
<ul>
${entries.map((entry) => html`<li><a href="#${entry.id}">${entry.title}</a>${steps(entry)}</li>\n`)}</ul>
</nav>
`;
}
