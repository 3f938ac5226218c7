/** The top of the page: the verdict, the tiles, and the words to copy. */
import { commandLine } from '../command.ts';
import type { DocumentTree, Tile, Tone } from './document.ts';
import { html, type Markup } from './html.ts';
import { inline } from './html-text.ts';

/** The signs say what the colours say. */
const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', warn: '!', bad: '✕' };

/** @param anchorOf the id of the section with that title, if there is one */
export function headerMarkup(
  { kind, title, about, summary, tiles }: DocumentTree,
  anchorOf: (title: string) => string | undefined,
): Markup {
  const words = summary.flatMap(({ text, code }) =>
    code === undefined
      ? []
      : [html`<p class="reference">${text} <code class="copy">${code}</code></p>\n`],
  );
  return html`<header>
<p class="kind">${commandLine('blockplan', kind)}</p>
<h1>${title.name} <span class="on">on</span> ${title.place}</h1>
${about.map((text) => html`<p class="about">${inline(text)}</p>\n`)}${verdict(title, summary)}${
  tiles.length === 0
    ? undefined
    : html`<ul class="tiles" aria-label="At a glance">\n${tiles.map((tile) => tileMarkup(tile, anchorOf))}</ul>\n`
}${words}</header>
`;
}

/** The first sentence, in the colour of its worst part. */
function verdict(title: DocumentTree['title'], summary: DocumentTree['summary']): Markup {
  const parts = summary.filter(({ detail }) => !detail);
  const worst = (['bad', 'warn'] as const).find((mood) => parts.some((it) => it.mood === mood));
  const begin = title.verdict ? html`<strong>${title.verdict}</strong>: ` : undefined;
  const rest = parts.map(({ text, mood }, at) => {
    const comma = at === 0 ? '' : ', ';
    return mood === undefined ? html`${comma}${text}` : html`${comma}<strong>${text}</strong>`;
  });
  const tone = worst ?? 'good';
  return html`<div class="verdict ${tone}">${sign(tone)}<p>${begin}${rest}.</p></div>\n`;
}

function tileMarkup(
  { label, value, note, mood, bar, section }: Tile,
  anchorOf: (title: string) => string | undefined,
): Markup {
  const anchor = section === undefined ? undefined : anchorOf(section);
  const shown = anchor === undefined ? html`${value}` : html`<a href="#${anchor}">${value}</a>`;
  return html`<li class="tile ${mood ?? 'plain'}">
<p class="tile-label">${label}</p>
<p class="tile-value">${mood ? sign(mood) : undefined}${shown}</p>
${bar ? html`<meter min="0" max="${bar.whole}" value="${Math.min(bar.part, bar.whole)}" aria-label="${[label, value, note].join(' ')}"></meter>\n` : undefined}${note === undefined ? undefined : html`<p class="tile-note">${note}</p>\n`}</li>
`;
}

function sign(tone: Tone): Markup {
  return html`<span class="sign" aria-hidden="true">${SIGNS[tone]}</span>`;
}
