/** One step of the page: its phases with the way forward beside the way back, its chains, and its definition. */
import type { DiffLine } from '../model/line-diff.ts';
import type { PreviewCommand, PreviewPhase, PreviewStep } from '../simulate/preview.ts';
import { html, type Markup } from './html.ts';
import { chainFigure } from './preview-html-chain.ts';

/** @param number the step's place in the plan, counting from 1 */
export function stepSection(step: PreviewStep, number: number): Markup {
  return html`<li class="step">
<h3><span class="number">${number}</span> ${step.id} <code class="verb">${step.kind}</code> <span class="place">line ${step.line}</span></h3>
<p>${prose(step.summary)}</p>
${step.phases.map((phase, at) => phaseSection(phase, `chain-${number}-${at + 1}`))}${definition(step.definition)}</li>
`;
}

function phaseSection(phase: PreviewPhase, id: string): Markup {
  return html`<section class="phase">
<h4>${phase.name}</h4>
<p>${sentence(phase.summary)}</p>
${warnings(phase)}<div class="ways">
<div class="way forward">
<h5>What is done</h5>
${commands(phase.commands)}</div>
${wayBack(phase)}</div>
${phase.chains.map((chain, at) => chainFigure(chain, `${id}-${at + 1}`))}</section>
`;
}

function warnings({ pauses, pointOfNoReturn, stopsAt }: PreviewPhase): Markup {
  const pause =
    pauses === undefined
      ? undefined
      : html`<p class="flag warn"><strong>The guest stands still:</strong> ${pauses}</p>\n`;
  const point =
    pointOfNoReturn === undefined
      ? undefined
      : html`<p class="flag bad"><strong>Point of no return:</strong> ${pointOfNoReturn}</p>\n`;
  const stop =
    stopsAt === undefined
      ? undefined
      : html`<p class="flag bad"><strong>If it fails the run stops:</strong> ${stopsAt}</p>\n`;
  return html`${pause}${point}${stop}`;
}

function wayBack({ noWayBack, wayBack: how, undoCommands }: PreviewPhase): Markup {
  if (noWayBack !== undefined) {
    return html`<div class="way none">
<h5>No way back</h5>
<p>${sentence(noWayBack)}</p>
</div>
`;
  }
  return html`<div class="way back">
<h5>The way back</h5>
<p>${sentence(how)}</p>
${undoCommands.length === 0 ? undefined : commands(undoCommands)}</div>
`;
}

function commands(all: readonly PreviewCommand[]): Markup {
  const items = all.map(({ command, why }) => {
    const own = command.startsWith('#') ? ' own' : '';
    return html`<li><span class="why">${why}</span><code class="command${own}">${words(command)}</code></li>\n`;
  });
  return html`<ol class="commands">\n${items}</ol>\n`;
}

/** Each word holds together where a line can hold it: a browser would break a line after the hyphens of an option. */
function words(command: string): Markup[] {
  return command
    .split(/( +)/)
    .map((piece) => (/^ *$/.test(piece) ? html`${piece}` : html`<span>${piece}</span>`));
}

function definition(lines: readonly DiffLine[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  const depths = lines.map(({ text }) => text.search(/[^ …]/)).filter((depth) => depth >= 0);
  const depth = Math.min(...depths);
  const shown = lines.map(({ sign, text }) => {
    const line = `${sign} ${/^ /.test(text) ? text.slice(depth) : text}`;
    if (sign === '+') return html`<ins>${line}\n</ins>`;
    if (sign === '-') return html`<del>${line}\n</del>`;
    return html`<span>${line}\n</span>`;
  });
  return html`<figure class="definition">
<figcaption>What becomes of the persistent definition</figcaption>
<pre class="diff"><code>${shown}</code></pre>
</figure>
`;
}

/** A sentence in which what stands between backticks is code. */
function prose(text: string): Markup[] {
  return text
    .split(/`([^`]*)`/)
    .map((piece, at) => (at % 2 === 1 ? html`<code>${piece}</code>` : html`${piece}`));
}

/** A clause of a step's, as a sentence. */
function sentence(clause: string): string {
  const text = clause.charAt(0).toUpperCase() + clause.slice(1);
  return /[.!?]$/.test(text) || text === '' ? text : `${text}.`;
}
