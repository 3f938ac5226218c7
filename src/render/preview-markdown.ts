/**
 * A preview as a comment on a pull request: what one has to know stands open, the rest is folded. It begins with a mark
 * by which a bot finds the comment again, and it fits, whatever the plan: what is too long is left out, and that is said.
 */
import type { Finding } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Preview } from '../simulate/preview.ts';
import { code, codeBlock, folded, marker, prose } from './markdown.ts';
import { renderMermaid } from './mermaid.ts';
import { type StepDetail, stepMarkdown } from './preview-markdown-step.ts';
import { CHECKED, previewTotals } from './preview-words.ts';

/** GitHub takes comments of 65,536 characters; a bot may want to add something. */
const MOST_BYTES = 60_000;

interface Detail extends StepDetail {
  readonly machine: boolean;
  readonly preconditions: boolean;
  /** How many steps, and how many dangers of a sort, are told of. */
  readonly entries: number;
  /** How many characters of a text are told. */
  readonly longest: number;
}

/** From everything to what fits whatever the plan, with what is left out from there on. */
const CUTS: readonly (readonly [cut: Partial<Detail>, leaves: string])[] = [
  [{ machine: false }, 'the drawing of the machine'],
  [{ definitions: false }, 'the definitions'],
  [{ preconditions: false }, 'the preconditions'],
  [{ waysBack: false }, 'the ways back'],
  [{ commands: false }, 'the commands'],
  [{ chains: false }, 'the chains'],
  ...[200, 50, 10, 0].map(
    (entries) =>
      [
        { entries, longest: 200 },
        `what comes after the first ${entries} steps and dangers`,
      ] as const,
  ),
];

const WHOLE: Detail = {
  ...{
    machine: true,
    definitions: true,
    preconditions: true,
    waysBack: true,
    commands: true,
    chains: true,
  },
  ...{ entries: Number.POSITIVE_INFINITY, longest: Number.POSITIVE_INFINITY },
};

/** The comment; the same preview always gives the same one, below 60,000 bytes. */
export function renderPreviewMarkdown(preview: Preview): string {
  let detail = WHOLE;
  let comment = commentOf(preview, detail, []);
  const left: string[] = [];
  for (const [cut, leaves] of CUTS) {
    if (Buffer.byteLength(comment) < MOST_BYTES) break;
    detail = { ...detail, ...cut };
    left.push(leaves);
    comment = commentOf(preview, detail, left);
  }
  return comment;
}

function commentOf(preview: Preview, detail: Detail, left: readonly string[]): string {
  const texts = <T>(value: T): T => shortened(value, detail.longest) as T;
  const { plan, domain, description } = texts({ ...preview, steps: [], findings: [] });
  const refused = preview.findings.some(({ severity }) => severity === 'error');
  const totals = texts(previewTotals(preview)).map(({ text, mood }) =>
    mood === undefined ? prose(text) : `**${prose(text)}**`,
  );
  const steps = preview.steps.slice(0, detail.entries).map(texts);
  return `${[
    marker(`blockplan:preview:${encodeURIComponent(printable(plan))}`),
    `## ${refused ? 'Refused: ' : ''}${code(plan)} on ${code(domain)}`,
    totals.join(', '),
    ...(description === undefined ? [] : [prose(description)]),
    ...preview.findings.slice(0, detail.entries).map(texts).map(findingText),
    ...phasesToMind(steps),
    ...(left.length === 0 ? [] : [leftOut(left)]),
    ...steps.map((step, at) => stepMarkdown(step, at + 1, detail)),
    ...(detail.preconditions ? preconditions(preview) : []),
    ...(detail.machine ? [machine(preview)] : []),
  ].join('\n\n')}\n`;
}

function leftOut(left: readonly string[]): string {
  return `This comment would be too long with everything in it. It leaves out ${left.join(', ')}: ${code('blockplan preview')} tells all.`;
}

function findingText({ severity, code: name, message, hint, position }: Finding): string {
  const place = position
    ? ` in ${code(`${position.file}:${position.line}:${position.column}`)}`
    : '';
  const way = hint === undefined ? '' : `<br>Way out: ${prose(hint)}`;
  return `> **${severity} ${prose(name)}**${place}: ${prose(message)}${way}`;
}

/** The phases that nothing leads back from, and those in which the guest stands still: nobody has to unfold them to see. */
function phasesToMind(steps: Preview['steps']): string[] {
  const lines = steps.flatMap(({ id, phases }) =>
    phases.flatMap(({ name, pointOfNoReturn, noWayBack, pauses }) => {
      const reason = pointOfNoReturn ?? noWayBack;
      const place = code(`${id}/${name}`);
      return [
        ...(reason === undefined ? [] : [`- **Point of no return** ${place}: ${prose(reason)}`]),
        ...(pauses === undefined
          ? []
          : [`- **The guest stands still** in ${place}: ${prose(pauses)}`]),
      ];
    }),
  );
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function machine(preview: Preview): string {
  const lines = renderMermaid(preview).trimEnd().split('\n');
  return folded('The machine, with the ways back', [codeBlock('mermaid', lines)]);
}

function preconditions({ preconditions: all, source }: Preview): string[] {
  if (all.length === 0) return [];
  const groups = (['live', 'facts', 'no'] as const)
    .map((checked) => ({ checked, list: all.filter((each) => each.checked === checked) }))
    .filter(({ list }) => list.length > 0);
  const counts = groups.map(({ checked, list }) => `${list.length} ${CHECKED[checked]}`);
  const where = source.kind === 'live' ? source.uri : source.file;
  return [
    folded(`Preconditions: ${counts.join(', ')}`, [
      `Looked at: ${code(where)}`,
      ...groups.map(({ checked, list }) =>
        [
          `**${CHECKED[checked]}**\n`,
          ...list.map(({ step, what }) => `- ${code(step)}: ${prose(what)}`),
        ].join('\n'),
      ),
    ]),
  ];
}

/** The same with every text cut after so many characters. */
function shortened(value: unknown, longest: number): unknown {
  if (typeof value === 'string')
    return value.length > longest ? `${value.slice(0, longest)}…` : value;
  if (Array.isArray(value)) return value.map((each) => shortened(each, longest));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, shortened(each, longest)]),
  );
}
