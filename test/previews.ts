/** A preview for the tests of its formats: it has every field once, and every kind of content. */
import { documentHtml } from '../src/render/document-html.ts';
import { documentMarkdown } from '../src/render/document-markdown.ts';
import { documentText } from '../src/render/document-text.ts';
import { previewDocument } from '../src/render/preview-document.ts';
import type { Preview } from '../src/simulate/preview.ts';

const layer = (file: string, format = 'qcow2') => ({ file, format });

/** Two steps: one pauses the guest, and one has no rollback. There are an error and a warning. */
export const PREVIEW: Preview = {
  format: 'blockplan-preview/v1',
  plan: 'move-testvm',
  description: 'Move a disk.',
  domain: 'testvm',
  source: { kind: 'live', uri: 'qemu:///system' },
  totals: {
    ...{ steps: 2, phases: 2, changes: 2, pointsOfNoReturn: 1, pauses: 1, paused: true },
    copies: [{ to: '/b/x y.qcow2', bytes: 42_000_000 }],
    space: [
      { folder: '/a', needed: 64_000_000, free: 1_000_000_000 },
      { folder: '/b', needed: 42_000_000 },
    ],
    rollback: [{ folder: '/a', needed: 64_000_000, free: 1_000_000_000 }],
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
          wayBack: 'commit the overlay back',
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
          wayBack: '',
          undoCommands: [],
          noWayBack: 'the source is gone',
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

/** Keys whose values are blockplan's own words, which a user cannot choose. */
const OWN = new Set(['severity', 'sign', 'checked', 'direction', 'on']);

/** A preview in which every text that a user can choose is the same. */
export function poisonedPreview(text: string): Preview {
  const { format, source: _, ...rest } = PREVIEW;
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
