/** A preview for the tests of its formats: it has every field once, and every kind of content. */
import { documentHtml } from '../src/render/document-html.ts';
import { documentMarkdown } from '../src/render/document-markdown.ts';
import { documentText } from '../src/render/document-text.ts';
import { previewDocument } from '../src/render/preview-document.ts';
import type { Preview, PreviewChain } from '../src/simulate/preview.ts';

const layer = (file: string, format = 'qcow2') => ({ file, format });
const MIB = 2 ** 20;

/** Two steps: one pauses the guest, and one has no rollback. There are an error and a warning, so it is refused. */
export const PREVIEW: Preview = {
  format: 'blockplan-preview/v1',
  plan: 'move-testvm',
  description: 'Move a disk.',
  domain: 'testvm',
  source: { kind: 'live', uri: 'qemu:///system' },
  hooks: [
    { point: 'before', command: '/usr/bin/quiesce --all', timeout: 30, repeat: true },
    { point: 'on-failure', command: "/usr/bin/notify 'it failed'", timeout: 60 },
  ],
  totals: {
    ...{ steps: 2, phases: 2, changes: 2, pointsOfNoReturn: 1, pauses: 1, paused: true },
    copies: [{ to: '/b/x y.qcow2', bytes: 42 * MIB, rate: 2 * MIB, counted: 42 * MIB }],
    space: [
      { folder: '/a', needed: 64 * MIB, free: 1024 * MIB },
      { folder: '/b', needed: 42 * MIB },
    ],
    rollback: [{ folder: '/a', needed: 64 * MIB, free: 1024 * MIB }],
    fingerprint: 'sha256:0123456789abcdef',
  },
  findings: [
    {
      code: 'BP110',
      severity: 'error',
      message: 'There is a file already.',
      hint: 'Remove it.',
      path: ['steps', 1, 'blockcopy', 'dest'],
      position: {
        ...{ file: 'move.yaml', line: 9, column: 29, length: 10 },
        source: '    blockcopy: { disk: vda, dest: "/b/x y.qcow2", pivot: true }',
      },
    },
    { code: 'BP140', severity: 'warning', message: 'The agent is silent.' },
  ],
  changes: {
    chains: [
      {
        target: 'vda',
        before: [layer('/a/base.qcow2')],
        after: [layer('/b/base.qcow2'), { ...layer('/a/s.qcow2'), removed: true }],
      },
    ],
    files: [
      { file: '/b/base.qcow2', change: 'created' },
      { file: '/a/base.qcow2', change: 'moved', to: '/a/old/base.qcow2' },
    ],
    definition: [
      { sign: ' ', text: "<disk type='file' device='disk'>" },
      { sign: '-', text: "  <source file='/a/base.qcow2'/>" },
      { sign: '+', text: "  <source file='/b/base.qcow2'/>" },
    ],
  },
  steps: [
    {
      id: 'overlay',
      kind: 'snapshot-create-as',
      summary: 'Puts an overlay above the active layer.',
      line: 6,
      phases: [
        {
          name: 'snapshot',
          summary: 'send writes to an overlay',
          commands: [
            { command: '# save the definition bundle', why: 'be able to go back' },
            {
              command: 'virsh snapshot-create-as testvm s',
              argv: ['virsh', 'snapshot-create-as', 'testvm', 's'],
              why: 'make the overlay',
            },
          ],
          rollback: 'commit the overlay back',
          undoCommands: [
            {
              command: 'virsh blockcommit testvm vda --active --pivot',
              argv: ['virsh', 'blockcommit', 'testvm', 'vda', '--active', '--pivot'],
              why: 'take it back',
            },
          ],
          pauses: 'the agent freezes its file systems',
          chains: [
            {
              target: 'vda',
              before: [layer('/a/base.qcow2')],
              after: [layer('/a/s.qcow2'), layer('/a/base.qcow2')],
            },
          ],
        },
      ],
      definition: [
        { sign: ' ', text: "<disk type='file' device='disk'>" },
        { sign: '-', text: "  <source file='/a/base.qcow2'/>" },
        { sign: '+', text: "  <source file='/a/s.qcow2'/>" },
      ],
    },
    {
      id: 'mirror',
      kind: 'blockcopy',
      summary: 'Copies a disk.',
      line: 8,
      phases: [
        {
          name: 'mirror',
          summary: 'copy vda',
          commands: [
            {
              command: "virsh blockcopy testvm vda '/b/x y.qcow2'",
              argv: ['virsh', 'blockcopy', 'testvm', 'vda', '/b/x y.qcow2'],
              why: 'start it',
            },
          ],
          rollback: '',
          undoCommands: [],
          noRollback: 'the source is gone',
          pointOfNoReturn: 'the source is removed',
          chains: [
            { target: 'vda', before: [layer('/a/base.qcow2')], after: [layer('/b/base.qcow2')] },
          ],
        },
      ],
      definition: [],
    },
  ],
  preconditions: [
    { step: 'overlay', what: 'the guest is running', checked: 'live' },
    { step: 'overlay', what: 'the guest agent is connected', checked: 'facts' },
    { step: 'mirror', what: '/b/x y.qcow2 does not exist', checked: 'no' },
    { step: 'mirror', what: 'the folder of /b/x y.qcow2 exists', checked: 'live', unmet: true },
  ],
  machine: {
    initial: 'overlay:snapshot',
    states: [
      {
        name: 'overlay:snapshot',
        ...{ step: 'overlay', phase: 'snapshot', direction: 'do' },
        transitions: [
          { on: 'DONE', to: 'mirror:mirror' },
          { on: 'FAILED', to: 'undo:overlay:snapshot' },
          { on: 'LOST', to: 'uncertain' },
        ],
      },
      {
        name: 'undo:overlay:snapshot',
        ...{ step: 'overlay', phase: 'snapshot', direction: 'undo' },
        transitions: [
          { on: 'DONE', to: 'rolled-back' },
          { on: 'FAILED', to: 'stranded' },
          { on: 'LOST', to: 'uncertain' },
        ],
      },
      {
        name: 'mirror:mirror',
        ...{ step: 'mirror', phase: 'mirror', direction: 'do', pointOfNoReturn: true },
        transitions: [
          { on: 'DONE', to: 'succeeded' },
          { on: 'FAILED', to: 'undo:mirror:mirror' },
          { on: 'LOST', to: 'uncertain' },
        ],
      },
      {
        name: 'undo:mirror:mirror',
        ...{ step: 'mirror', phase: 'mirror', direction: 'undo' },
        transitions: [
          { on: 'DONE', to: 'undo:overlay:snapshot' },
          { on: 'FAILED', to: 'stranded' },
          { on: 'LOST', to: 'uncertain' },
        ],
      },
      { name: 'succeeded', final: true, transitions: [] },
      { name: 'rolled-back', final: true, transitions: [] },
      { name: 'stranded', final: true, transitions: [] },
      { name: 'uncertain', final: true, transitions: [] },
    ],
  },
};

/** The same without errors, so that it shows everything. */
export const ADMITTED: Preview = {
  ...PREVIEW,
  findings: PREVIEW.findings.filter(({ severity }) => severity === 'warning'),
};

/** The chains that a page draws: those of the whole plan, and what its phases change on the way. */
export function drawnChains({ changes, steps, findings }: Preview): readonly PreviewChain[] {
  if (findings.some(({ severity }) => severity === 'error')) return [];
  const shown = changes.chains.map((chain) => JSON.stringify(chain));
  const all = steps.flatMap(({ phases }) => phases.flatMap(({ chains }) => chains));
  return [...changes.chains, ...all.filter((chain) => !shown.includes(JSON.stringify(chain)))];
}

/** How many drawings a page has: each side of a chain, or one for both, and the states of the run. */
export function drawingsOf(preview: Preview): number {
  const chains = drawnChains(preview).map(({ before, after }) =>
    before.map(({ file }) => file).join() === after.map(({ file }) => file).join() ? 1 : 2,
  );
  const states = preview.findings.some(({ severity }) => severity === 'error') ? 0 : 1;
  return chains.reduce<number>((sum, each) => sum + each, states);
}

/** Keys whose values are blockplan's own words, which a user cannot choose. */
const OWN = new Set(['point', 'severity', 'sign', 'checked', 'direction', 'on', 'change']);

/** A preview in which every text that a user can choose is the same. */
export function poisonedPreview(text: string, of = ADMITTED): Preview {
  const { format, source: _, ...rest } = of;
  return {
    ...(poisoned(rest, text) as typeof rest),
    format,
    source: { kind: 'live', uri: text },
  };
}

function poisoned(value: unknown, text: string, key = ''): unknown {
  if (typeof value === 'string') return OWN.has(key) ? value : text;
  if (Array.isArray(value)) return value.map((each) => poisoned(each, text, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, poisoned(each, text, name)]),
  );
}

const { paused: _paused, ...running } = PREVIEW.totals;
/** The totals of a guest that was not paused before. */
export const RUNNING: Preview['totals'] = running;

export function previewText(preview: Preview, color: boolean, columns?: number): string {
  return documentText(previewDocument(preview), color, columns);
}

export function previewMarkdown(preview: Preview): string {
  return documentMarkdown(previewDocument(preview));
}

export function previewHtml(preview: Preview): string {
  return documentHtml(previewDocument(preview));
}
