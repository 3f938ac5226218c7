/** A document as a self-contained HTML page: no script, no network, only its own style. */
import { createHash } from 'node:crypto';
import { commandLine } from '../command.ts';
import type { Finding } from '../errors.ts';
import type { Block, BlockOf, DocumentTree, Note, Section, States, Text } from './document.ts';
import { excerpt } from './findings.ts';
import { html, type Markup } from './html.ts';
import { chainFigure } from './html-chain.ts';
import { machineDrawing } from './html-machine.ts';
import { STYLE } from './html-style.ts';

/** The whole page; the same document gives the same bytes. */
export function documentHtml(document: DocumentTree): string {
  const { kind, title, blocks } = document;
  const style = createHash('sha256').update(STYLE).digest('base64');
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title.name} on ${title.place}: ${kind}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
${header(document)}<main>
${blocks.map((block, at) => blockMarkup(block, 2, `part-${at + 1}`))}</main>
</body>
</html>
`;
  return page.markup;
}

function header({ kind, title, about, summary }: DocumentTree): Markup {
  const details = summary
    .filter(({ detail }) => detail)
    .map(({ text }) => html`<li>${text}</li>\n`);
  return html`<header>
<p class="kind">${commandLine('blockplan', kind)}</p>
<h1>${title.name} <span class="on">on</span> ${title.place}</h1>
${about.map((text) => html`<p class="about">${inline(text)}</p>\n`)}${verdict(title, summary)}${
  details.length === 0 ? undefined : html`<ul class="details">\n${details}</ul>\n`
}</header>
`;
}

/** The first line of the page, in the colour of its worst part. */
function verdict(title: DocumentTree['title'], summary: DocumentTree['summary']): Markup {
  const parts = summary.filter(({ detail }) => !detail);
  const worst = (['bad', 'warn'] as const).find((mood) => parts.some((it) => it.mood === mood));
  const begin = title.verdict ? html`<strong>${title.verdict}</strong>: ` : undefined;
  const rest = parts.map(({ text, mood }, at) => {
    const comma = at === 0 ? '' : ', ';
    return mood === undefined ? html`${comma}${text}` : html`${comma}<strong>${text}</strong>`;
  });
  return html`<p class="verdict ${worst ?? 'good'}">${begin}${rest}.</p>\n`;
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
      return html`<p class="quiet">${block.text}</p>\n`;
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
  const inner = blocks.map((block, at) => blockMarkup(block, level + 1, `${id}-${at + 1}`));
  return html`<section class="${look}" aria-labelledby="${id}">
<h${level} id="${id}">${place}${title}${more}</h${level}>
${text === undefined ? undefined : html`<p>${inline(sentence(text))}</p>\n`}${inner.length === 0 && empty ? html`<p>${empty}</p>\n` : inner}</section>
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
  const own = command.startsWith('#') ? ' own' : '';
  return html`<li><span class="why">${why}</span><code class="command${own}">${words(command)}</code></li>\n`;
}

/** Keeps each word together if it fits: a browser would break a line after the hyphens of an option. */
function words(command: string): Markup[] {
  return command
    .split(/( +)/)
    .map((piece) => (/^ *$/.test(piece) ? html`${piece}` : html`<span>${piece}</span>`));
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

function inline(text: Text): Markup[] {
  return text.map((each) =>
    typeof each === 'string' ? html`${each}` : html`<code>${each.code}</code>`,
  );
}

/** A clause as a sentence. */
function sentence(text: Text): Text {
  const [first = '', ...rest] = text;
  const all = [typeof first === 'string' ? raised(first) : first, ...rest];
  const last = text.at(-1) ?? '';
  const ended = typeof last === 'string' && (/[.!?]$/.test(last) || last.trim() === '');
  return ended ? all : [...all, '.'];
}

function raised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
