/** Generates the page of each step kind, and the table of all kinds, from their definitions; writes no files. */
import { stringify } from 'yaml';
import type { Finding } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { PreviewCommand, PreviewPhase } from '../simulate/preview.ts';
import { previewPlan } from '../simulate/preview-plan.ts';
import type { AnyStep, Example, OptionSchema } from '../steps/define.ts';
import { exampleState } from './example-state.ts';

/** The text of `src/steps/<kind>.md`. */
export function stepPage(step: AnyStep): string {
  const unoffered = Object.entries(step.unoffered).map(
    ([option, reason]) => `| \`${option}\` | ${cell(reason)} |`,
  );
  return page([
    `<!-- Generated from src/steps/${step.kind}.ts by \`npm run generate\`; do not edit. -->`,
    `# ${step.kind}`,
    step.summary,
    '## Options',
    ['| option | type | | meaning |', '|---|---|---|---|', ...optionRows(step)].join('\n'),
    ...(unoffered.length === 0
      ? []
      : ['## Not supported', ['| option | why |', '|---|---|', ...unoffered].join('\n')]),
    '## Examples',
    `The commands are for a ${step.kind === 'restore' ? 'guest "testvm" that is off,' : 'running guest "testvm"'} whose disk vda has the backing chain base <- snap1 <- snap2. Lines that start with # are done by blockplan itself; RUN is the folder of the run.`,
    ...step.examples.map((example) => exampleText(step, example)),
  ]);
}

/** The text of `docs/steps.md`. */
export function stepsTable(steps: readonly AnyStep[]): string {
  const rows = steps.map(
    (step) => `| [${step.kind}](../src/steps/${step.kind}.md) | ${cell(step.summary)} |`,
  );
  return page([
    '<!-- Generated from src/steps by `npm run generate`; do not edit. -->',
    '# Step kinds',
    ['| kind | what it does |', '|---|---|', ...rows].join('\n'),
    'Each kind is one file with its options, its checks, its phases, and the rollback of each phase. [Add a step](../CONTRIBUTING.md#add-a-step) describes how to write one.',
  ]);
}

/** The findings for an example on the example host state; the pages are only right if there are none. */
export function exampleFindings(step: AnyStep, example: Example): readonly Finding[] {
  return preview(step, example).findings;
}

function preview(step: AnyStep, { params }: Example) {
  const nowhere = { file: '', line: 1, column: 1, source: '', length: 1 };
  const plan: Plan = {
    name: 'example',
    domain: 'testvm',
    steps: [{ id: step.kind, step, params, path: ['steps', 0] }],
    hooks: [],
    onFailure: 'rollback',
    warnings: [],
    // The plan has no text.
    text: { file: '', source: '', locate: () => nowhere },
  };
  return previewPlan(plan, exampleState(step, params));
}

function optionRows(step: AnyStep): string[] {
  const required = new Set(step.schema.required ?? []);
  return Object.entries(step.schema.properties).flatMap(([name, schema]) =>
    rowsOf(name, schema, required.has(name)),
  );
}

/** A row for the option, and one for each of its parts. */
function rowsOf(name: string, schema: OptionSchema, required: boolean): string[] {
  const parts = schema.type === 'array' ? schema.items : schema;
  const row = `| \`${name}\` | ${cell(typeText(schema))} | ${required ? 'required' : ''} | ${cell(schema.description ?? '')} |`;
  if (parts.type !== 'object') return [row];
  const inner = Object.entries(parts.properties).flatMap(([part, below]) =>
    rowsOf(`${name}.${part}`, below, parts.required?.includes(part) ?? false),
  );
  return [row, ...inner];
}

function typeText(schema: OptionSchema): string {
  switch (schema.type) {
    case 'string':
      return schema.enum?.map((word) => `\`${word}\``).join(' or ') ?? 'text';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `number${rangeText(schema.minimum, schema.maximum)}`;
    case 'array':
      return 'list';
    case 'object':
      return 'map';
  }
}

function rangeText(from: number | undefined, to: number | undefined): string {
  if (from === undefined) return '';
  return to === undefined ? `, ${from} or more` : `, ${from} to ${to}`;
}

function exampleText(step: AnyStep, example: Example): string {
  const { steps } = preview(step, example);
  const phases = steps.flatMap((each) => each.phases).map(phaseText);
  const yaml = stringify([{ [step.kind]: example.params }], { lineWidth: 0 }).trimEnd();
  return [`### ${example.title}`, `\`\`\`yaml\n${yaml}\n\`\`\``, phases.join('\n')].join('\n\n');
}

function phaseText(phase: PreviewPhase, index: number): string {
  const back = phase.noRollback ?? phase.rollback;
  return [
    `${index + 1}. **${phase.name}**: ${phase.summary}.`,
    ...(phase.pauses === undefined ? [] : [`   The guest is paused ${phase.pauses}.`]),
    ...commandBlock(phase.commands),
    `   ${phase.noRollback === undefined ? 'Rollback' : 'No rollback'}: ${back}.`,
    ...commandBlock(phase.undoCommands),
    ...(phase.pointOfNoReturn === undefined
      ? []
      : [`   **Point of no return**: ${phase.pointOfNoReturn}.`, '']),
    ...(phase.kept === undefined ? [] : [`   **Kept from here on**: ${phase.kept}.`, '']),
  ].join('\n');
}

function commandBlock(commands: readonly PreviewCommand[]): string[] {
  if (commands.length === 0) return [''];
  return ['', '   ```sh', ...commands.map(({ command }) => `   ${command}`), '   ```', ''];
}

function page(parts: readonly string[]): string {
  return `${parts
    .join('\n\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

/** The text as a cell of a table; a bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
