/** A document as a self-contained HTML page: no network, only its own style and its own script. */
import { createHash } from 'node:crypto';
import type { Finding } from '../errors.ts';
import type { Block, BlockOf, DocumentTree, Note, Section, States } from './document.ts';
import { excerpt } from './findings.ts';
import { html, type Markup } from './html.ts';
import { chainFigure } from './html-chain.ts';
import { childId, contentsMarkup, entriesOf, partId } from './html-contents.ts';
import { headerMarkup } from './html-header.ts';
import { machineDrawing } from './html-machine.ts';
import { SCRIPT } from './html-script.ts';
import { STYLE } from './html-style.ts';
import { asSentence, commandWords, inline } from './html-text.ts';

/** The whole page; the same document gives the same bytes. */
export function documentHtml(document: DocumentTree): string {
  const { kind, title, blocks } = document;
  const entries = entriesOf(blocks);
  const anchorOf = (name: string) => entries.find((entry) => entry.title === name)?.id;
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hashOf(STYLE)}; script-src ${hashOf(SCRIPT)}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title.name} on ${title.place}: ${kind}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
${headerMarkup(document, anchorOf)}<div class="page">
${contentsMarkup(entries)}<main>
${blocks.map((block, at) => blockMarkup(block, 2, partId(at)))}</main>
</div>
<script>${{ markup: SCRIPT }}</script>
</body>
</html>
`;
  return page.markup;
}

/** Allows exactly this text in the Content-Security-Policy. */
function hashOf(text: string): Markup {
  return { markup: `'sha256-${createHash('sha256').update(text).digest('base64')}'` };
}

/**
 * @param level of its heading, if it has one
 * @param id unique in the page
 */
function blockMarkup(block: Block, level: number, id: string): Markup {
  switch (block.is) {
    case 'section':
      return sectionMarkup(block, level, id);
    case 'paragraph':
      return html`<p>${block.text}</p>\n`;
    case 'note':
      return noteMarkup(block);
    case 'finding':
      return findingMarkup(block.finding);
    case 'commands':
      return html`<ol class="commands">\n${block.commands.map(commandMarkup)}</ol>\n`;
    case 'chain':
      return chainFigure(block.chain, id);
    case 'diff':
      return diff(block);
    case 'items':
      return html`<ul class="items">
${block.items.map(({ label, text }) => html`<li><span class="label">${label}</span> <span>${text}</span></li>\n`)}</ul>
`;
    case 'states':
      return states(block, id);
  }
}

function sectionMarkup(section: Section, level: number, id: string): Markup {
  const { number, title, about, mood, text, blocks, empty } = section;
  const look = mood ? `aside ${mood}` : number === undefined ? 'part' : 'step';
  const place = number === undefined ? undefined : html`<span class="number">${number}</span> `;
  const more = about === undefined ? undefined : html` <span class="place">${about}</span>`;
  const inner = blocks.map((block, at) => blockMarkup(block, level + 1, childId(id, at)));
  // Only the main sections are landmarks: one for each phase would be too many.
  const label = level === 2 ? html` aria-labelledby="${id}"` : undefined;
  return html`<section class="${look}"${label}>
<h${level} id="${id}">${place}${title}${more}</h${level}>
${text === undefined ? undefined : html`<p>${inline(asSentence(text))}</p>\n`}${
  inner.length === 0 && empty ? html`<p>${empty}</p>\n` : folded(section, inner)
}</section>
`;
}

function folded({ fold }: Section, inner: readonly Markup[]): Markup {
  return fold === undefined || inner.length === 0
    ? html`${inner}`
    : html`<details>
<summary>${fold}</summary>
${inner}</details>
`;
}

function noteMarkup({ mood, label, place, text }: Note): Markup {
  const where = place === undefined ? undefined : html` in <code>${place}</code>`;
  return html`<p class="flag ${mood}"><strong>${label}</strong>${where}: ${text}</p>\n`;
}

function findingMarkup({ severity, code, message, hint, position }: Finding): Markup {
  const place = position
    ? html` <span class="place">${position.file}:${position.line}:${position.column}</span>`
    : undefined;
  const parts = position ? excerpt(position) : undefined;
  return html`<div class="finding ${severity}">
<p class="head"><span class="tag">${severity} ${code}</span>${place}</p>
<p class="message">${message}</p>
${parts ? html`<pre class="excerpt"><code>${parts.before}<mark>${parts.word}</mark>${parts.after}</code></pre>\n` : undefined}${hint === undefined ? undefined : html`<p class="hint"><strong>Hint:</strong> ${hint}</p>\n`}</div>
`;
}

function commandMarkup({ command, why }: BlockOf<'commands'>['commands'][number]): Markup {
  const look = command.startsWith('#') ? 'own' : 'copy';
  return html`<li><span class="why">${why}</span><code class="command ${look}">${commandWords(command)}</code></li>\n`;
}

function diff({ title, lines }: BlockOf<'diff'>): Markup {
  const depths = lines.map(({ text }) => text.search(/[^ …]/)).filter((depth) => depth >= 0);
  const depth = Math.min(...depths);
  const shown = lines.map(({ sign, text }) => {
    const line = `${sign} ${/^ /.test(text) ? text.slice(depth) : text}`;
    if (sign === '+') return html`<ins>${line}\n</ins>`;
    if (sign === '-') return html`<del>${line}\n</del>`;
    return html`<span>${line}\n</span>`;
  });
  return html`<figure class="definition">
<figcaption>${title}</figcaption>
<pre class="diff"><code>${shown}</code></pre>
</figure>
`;
}

function states({ machine, text, ends }: States, id: string): Markup {
  const terms = ends.map(
    ({ label, code, text: meaning }) =>
      html`<div><dt>${label} <span class="quiet">exit code ${code}</span></dt><dd>${meaning}</dd></div>\n`,
  );
  return html`<div class="machine-and-ends">
${machineDrawing(machine, id)}<div>
<p>${text}</p>
<dl class="ends">
${terms}</dl>
</div>
</div>
`;
}
