import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderMermaid } from '../../../src/render/mermaid.ts';
import type { Preview } from '../../../src/simulate/preview.ts';
import { previewPlan } from '../../../src/simulate/preview-plan.ts';
import { hostFor, hostForPlans, planned, SHIPPED, shipped } from '../../plans.ts';
import { PREVIEW, poisonedPreview } from '../../previews.ts';

/** The statements of Mermaid that we write, each of a form that Mermaid 11 and 12 parse: see DECISIONS.md. */
const STATEMENTS = {
  state: /^ {2}state "(?<label>[A-Za-z0-9 _.:/()#;-]*)" as (?<id>\w+)$/,
  begin: /^ {2}\[\*\] --> (?<to>\w+)$/,
  end: /^ {2}(?<from>\w+) --> \[\*\]$/,
  way: /^ {2}(?<from>\w+) --> (?<to>\w+): (?<word>done|failed|undone)$/,
  note: /^ {2}note left of (?<from>\w+): [a-z, ]+$/,
  look: /^ {2}classDef (?<look>\w+) [a-z]+(-[a-z]+)*:[#\w ]+(,[a-z]+(-[a-z]+)*:[#\w ]+)*$/,
  looks: /^ {2}class (?<all>\w+(,\w+)*) (?<look>\w+)$/,
} as const;

type Statement = { readonly is: keyof typeof STATEMENTS; readonly [part: string]: string };

/** The diagram as statements; throws if a line is not a statement. */
function parsed(diagram: string): { title: string; statements: Statement[] } {
  const head = /^---\ntitle: (".*")\n---\nstateDiagram-v2\n/.exec(diagram);
  if (!head?.[1]) throw new Error('The diagram does not begin as one.');
  // YAML's \U is the only escape in it that JSON does not have.
  const title = head[1].replace(/\\U([0-9a-f]{8})/g, (_, hex) =>
    JSON.stringify(String.fromCodePoint(Number.parseInt(hex, 16))).slice(1, -1),
  );
  const lines = diagram.slice(head[0].length).trimEnd().split('\n');
  const statements = lines.map((line): Statement => {
    for (const [is, form] of Object.entries(STATEMENTS)) {
      const found = form.exec(line);
      if (found) return { is: is as Statement['is'], ...found.groups };
    }
    throw new Error(`No statement: ${line}`);
  });
  return { title: JSON.parse(title), statements };
}

function labelText(label: string): string {
  return label.replace(/#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}

function drawn(preview: Preview): { title: string; names: Map<string, string>; ways: string[] } {
  const { title, statements } = parsed(renderMermaid(preview));
  const of = (is: Statement['is']) => statements.filter((each) => each.is === is);
  const names = new Map(of('state').map(({ id, label }) => [id ?? '', labelText(label ?? '')]));
  expect(names.size).toBe(of('state').length);
  const used = statements.flatMap(({ from, to, all }) => [from, to, ...(all?.split(',') ?? [])]);
  expect(used.filter((id) => id !== undefined && !names.has(id))).toEqual([]);
  const ways = of('way').map(
    ({ from, to, word }) => `${names.get(from ?? '')} --${word}-> ${names.get(to ?? '')}`,
  );
  return { title, names, ways };
}

test('the diagram has the phases, the rollbacks and the ends', () => {
  expect(renderMermaid(PREVIEW)).toMatchInlineSnapshot(`
    "---
    title: "move-testvm on testvm"
    ---
    stateDiagram-v2
      state "overlay/snapshot" as do1
      state "undo overlay/snapshot" as undo1
      state "mirror/mirror (point of no return)" as do2
      state "undo mirror/mirror" as undo2
      state "succeeded" as end1
      state "rolled back" as end2
      state "stranded" as end3
      state "uncertain" as end4
      [*] --> do1
      do1 --> do2: done
      do1 --> undo1: failed
      undo1 --> end2: undone
      undo1 --> end3: failed
      do2 --> end1: done
      do2 --> undo2: failed
      undo2 --> undo1: undone
      undo2 --> end3: failed
      end1 --> [*]
      end2 --> [*]
      end3 --> [*]
      end4 --> [*]
      note left of end4: from every state, when the connection to libvirt is lost
      classDef undo stroke-dasharray:4 3
      class undo1,undo2 undo
      classDef point stroke:#d1242f,stroke-width:3px
      class do2 point
    "
  `);
});

describe('the shipped plans', () => {
  test.each(SHIPPED)(
    '%s: every transition except a lost connection is drawn, and no other',
    (file) => {
      const preview = previewPlan(shipped(file).plan, hostFor(file));
      const ways = preview.machine.states.flatMap(({ name, direction, transitions }) =>
        transitions
          .filter(({ on }) => on !== 'LOST')
          .map(({ on, to }) => {
            const word = on === 'FAILED' ? 'failed' : direction === 'undo' ? 'undone' : 'done';
            return `${name} --${word}-> ${to}`;
          }),
      );
      const shown = drawn(preview).ways.map((way) =>
        way
          .replaceAll(/ \((?:kept from here on|point of no return)\)/g, '')
          .replaceAll('undo ', 'undo:')
          .replaceAll('/', ':')
          .replace('rolled back', 'rolled-back'),
      );
      expect(shown.sort()).toEqual(ways.sort());
    },
  );
});

test('a plan that stops on failure has no rollbacks to draw', () => {
  const { plan } = planned(['blockcopy: { disk: vda, dest: /new/a, pivot: true }'], 'stop');
  expect(drawn(previewPlan(plan, hostForPlans())).ways).toEqual([
    'blockcopy/mirror --done-> blockcopy/pivot',
    'blockcopy/mirror --failed-> stranded',
    'blockcopy/pivot --done-> succeeded',
    'blockcopy/pivot --failed-> stranded',
  ]);
});

test('no name breaks the syntax of the diagram', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'a" as b',
      '%%{init: {"theme": "forest"}}%%',
      '\n---\n',
      '<b>x</b>',
      '#quot;',
      'x --> y',
    ),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const { statements } = parsed(renderMermaid(poisonedPreview(text)));
      expect(statements.filter(({ is }) => is === 'state')).toHaveLength(
        PREVIEW.machine.states.length,
      );
    }),
  );
});

test('names are shown unchanged', () => {
  const name = 'Größe "ä" #1; 100 % <b>';
  expect(drawn({ ...PREVIEW, plan: name }).title).toBe(`${name} on testvm`);
  const [first, ...others] = PREVIEW.machine.states;
  if (!first) throw new Error('The preview has states.');
  const machine = { ...PREVIEW.machine, states: [{ ...first, step: name }, ...others] };
  expect([...drawn({ ...PREVIEW, machine }).names.values()][0]).toBe(`${name}/snapshot`);
});
