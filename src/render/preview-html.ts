/** The preview as one page that needs nothing else: no script, no network, nothing but its own style. */
import { createHash } from 'node:crypto';
import { EXIT_CODES, type Finding } from '../errors.ts';
import type { Preview, PreviewPhase } from '../simulate/preview.ts';
import { bytesText } from './amounts.ts';
import { excerpt } from './findings.ts';
import { html, type Markup } from './html.ts';
import { machineDrawing } from './preview-html-machine.ts';
import { stepSection } from './preview-html-step.ts';
import { STYLE } from './preview-html-style.ts';
import { CHECKED, counted, guestText, stops } from './preview-words.ts';

/** The whole page; the same preview gives the same bytes. */
export function renderHtml(preview: Preview): string {
  const style = createHash('sha256').update(STYLE).digest('base64');
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${preview.plan} on ${preview.domain}: preview</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
${header(preview)}<main>
${dangers(preview)}${steps(preview)}${machine(preview)}${preconditions(preview)}</main>
</body>
</html>
`;
  return page.markup;
}

function header(preview: Preview): Markup {
  const { plan, domain, description, source, totals } = preview;
  const from =
    source.kind === 'live'
      ? html`as seen on <code>${source.uri}</code>`
      : html`from the facts in <code>${source.file}</code>`;
  // A description is the one text of a plan that may have lines.
  const lines = (description ?? '').split('\n').filter((line) => line.trim() !== '');
  return html`<header>
<p class="kind">blockplan preview</p>
<h1>${plan} <span class="on">on</span> ${domain}</h1>
${lines.map((line) => html`<p class="description">${line}</p>\n`)}<p class="quiet">${from}</p>
${verdict(preview)}${isRefused(preview) ? undefined : html`${totalsList(totals)}${space(totals)}`}${fingerprint(totals.fingerprint)}</header>
`;
}

/** What cannot be run has no totals: the steps after the first obstacle are not even known. */
function isRefused({ findings }: Preview): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

/** The line that a reviewer reads first. */
function verdict(preview: Preview): Markup {
  const { findings, totals } = preview;
  const { changes, pointsOfNoReturn: points, pauses, steps } = totals;
  if (isRefused(preview)) {
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    return html`<p class="verdict bad"><strong>Refused</strong>: ${counted(errors, 'error')}. Nothing would be done.</p>
`;
  }
  if (changes === 0) {
    return html`<p class="verdict good"><strong>Nothing to do</strong>: no phase would change anything.</p>
`;
  }
  const warnings = findings.length;
  const back =
    points === 0
      ? stops(preview)
        ? 'A failure stops the run where it is'
        : 'Every phase has a way back'
      : counted(points, 'point of no return', 'points of no return');
  const rest = [guestText(totals), ...(warnings === 0 ? [] : [counted(warnings, 'warning')])];
  const mood = points > 0 || stops(preview) ? 'bad' : pauses + warnings > 0 ? 'warn' : 'good';
  return html`<p class="verdict ${mood}"><strong>${back}</strong>; ${rest.join(', ')}. ${counted(steps, 'step')} in all.</p>
`;
}

function totalsList({
  steps,
  phases,
  pointsOfNoReturn,
  pauses,
  copies,
}: Preview['totals']): Markup {
  const bytes = copies.map((copy) => copy.bytes ?? Number.NaN).reduce((sum, each) => sum + each, 0);
  const tiles: readonly (readonly [name: string, value: string])[] = [
    ['steps', `${steps}`],
    ['phases', `${phases}`],
    ['points of no return', `${pointsOfNoReturn}`],
    ['phases with a pause', `${pauses}`],
    copies.length === 0
      ? ['to copy', 'nothing']
      : ['to copy at most', Number.isNaN(bytes) ? 'not known' : bytesText(bytes)],
  ];
  return html`<dl class="totals">
${tiles.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>
`;
}

/** What is copied where, and what folders have to hold. */
function space({ copies, space: folders, rollback }: Preview['totals']): Markup | undefined {
  if (copies.length + folders.length + rollback.length === 0) return undefined;
  return html`<ul class="space">
${copies.map(({ to, bytes }) => html`<li>copies ${atMost(bytes)} to <code>${to}</code></li>\n`)}${folders.map(
  (each) => html`<li><code>${each.folder}</code> needs ${room(each)}</li>\n`,
)}${rollback.map(
  (each) => html`<li>the rollback needs ${room(each)} in <code>${each.folder}</code></li>\n`,
)}</ul>
`;
}

function room({ needed, free }: Preview['totals']['space'][number]): string {
  const of =
    free === undefined ? '; nobody has looked how much is free' : ` of ${bytesText(free)} free`;
  return `${atMost(needed)}${of}`;
}

function atMost(bytes: number | undefined): string {
  return bytes === undefined ? 'an unknown amount' : `at most ${bytesText(bytes)}`;
}

function fingerprint(text: string | undefined): Markup | undefined {
  return text === undefined
    ? undefined
    : html`<p class="fingerprint">fingerprint <code>${text}</code></p>\n`;
}

/** What was found, and the phases that somebody has to think about before the run. */
function dangers({ findings, steps: all }: Preview): Markup {
  const items = [
    ...findings.map(danger),
    ...all.flatMap(({ id, phases }) => phases.flatMap((phase) => toMind(id, phase))),
  ];
  return html`<section aria-labelledby="dangers">
<h2 id="dangers">Dangers</h2>
${items.length === 0 ? html`<p>Nothing is in the way, and nothing dangerous was found.</p>\n` : html`<ul class="findings">\n${items}</ul>\n`}</section>
`;
}

function toMind(
  step: string,
  { name, pointOfNoReturn, noWayBack, pauses }: PreviewPhase,
): Markup[] {
  const item = (look: string, tag: string, why: string) => html`<li class="finding ${look}">
<p class="head"><span class="tag">${tag}</span> <span class="place">${step}: ${name}</span></p>
<p class="message">${why}</p>
</li>
`;
  const reason = pointOfNoReturn ?? noWayBack;
  return [
    ...(reason === undefined ? [] : [item('error', 'point of no return', reason)]),
    ...(pauses === undefined ? [] : [item('warning', 'the guest stands still', pauses)]),
  ];
}

function danger({ severity, code, message, hint, position }: Finding): Markup {
  const place = position
    ? html` <span class="place">${position.file}:${position.line}:${position.column}</span>`
    : undefined;
  const parts = position ? excerpt(position) : undefined;
  return html`<li class="finding ${severity}">
<p class="head"><span class="tag">${severity} ${code}</span>${place}</p>
<p class="message">${message}</p>
${parts ? html`<pre class="excerpt"><code>${parts.before}<mark>${parts.word}</mark>${parts.after}</code></pre>\n` : undefined}${hint === undefined ? undefined : html`<p class="hint"><strong>What to do:</strong> ${hint}</p>\n`}</li>
`;
}

function steps(preview: Preview): Markup {
  const left = preview.totals.steps - preview.steps.length;
  const rest =
    left > 0
      ? html`<p class="quiet">${counted(left, 'more step')} cannot be shown: what is in the way comes first.</p>\n`
      : undefined;
  return html`<section aria-labelledby="steps">
<h2 id="steps">Steps</h2>
<ol class="steps">
${preview.steps.map((step, at) => stepSection(step, at + 1))}</ol>
${rest}</section>
`;
}

function machine({ machine: states }: Preview): Markup {
  const goesBack = states.states.some(({ direction }) => direction === 'undo');
  const ends = ENDS.filter(([end]) => states.states.some(({ name }) => name === end));
  return html`<section aria-labelledby="machine">
<h2 id="machine">Failures and ways back</h2>
<div class="machine-and-ends">
${machineDrawing(states, 'states')}<div>
<p>Each box is a state of the run. ${goesBack ? 'When a phase fails it is undone, and so is every phase before it, last first.' : 'When a phase fails things are left where they are, because the plan says on-failure: stop.'}</p>
<dl class="ends">
${ends.map(([name, meaning]) => html`<div><dt>${name} <span class="quiet">exit code ${EXIT_CODES[name]}</span></dt><dd>${meaning}</dd></div>\n`)}</dl>
</div>
</div>
</section>
`;
}

const ENDS = [
  ['succeeded', 'The disks are as planned, and that was verified.'],
  ['rolled-back', 'The disks are as before, and that was verified.'],
  ['stranded', 'A way back is impossible or failed: the report says what is so, and what to type.'],
  ['uncertain', 'Contact to libvirt was lost: look before you do anything else.'],
] as const;

function preconditions({ preconditions: all }: Preview): Markup | undefined {
  if (all.length === 0) return undefined;
  const groups = [...new Set(all.map(({ step }) => step))].map((id) => {
    const items = all
      .filter(({ step }) => step === id)
      .map(
        ({ what, checked }) =>
          html`<li><span class="checked ${checked}">${CHECKED[checked]}</span> <span>${what}</span></li>\n`,
      );
    return html`<h3>${id}</h3>\n<ul class="preconditions">\n${items}</ul>\n`;
  });
  return html`<section aria-labelledby="preconditions">
<h2 id="preconditions">Preconditions</h2>
${groups}</section>
`;
}
