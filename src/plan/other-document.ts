/** Recognizes a file of another kind, whose findings would all only say that it is not the expected one. */
import { codes } from '../codes.ts';
import { errorFinding, inputError, type Path } from './findings.ts';
import type { Lines } from './lines.ts';
import type { SourcePositions } from './source-positions.ts';
import type { Data } from './tree.ts';

/** The kinds of text that are not read as YAML, by how the text begins. */
const TEXTS: readonly (readonly [begins: RegExp, what: string])[] = [
  [
    /^\s*(<\?xml[^>]*\?>\s*)?(<!--((?!-->)[\s\S])*-->\s*)*<domain[\s>]/,
    'the XML of a libvirt domain',
  ],
  [/^\s*<(\?xml|!DOCTYPE|!--|[A-Za-z])/, 'XML or HTML'],
  [/^\{[^\n]*"type":"run-started"/, 'the journal of a run'],
  [/^\{[^\n]*"event":"[a-z-]+"/, 'the events of a run'],
];

/** The outputs of blockplan's commands, by the word in their `format`: `blockplan-preview/v1`. */
const OUTPUTS: Readonly<Record<string, string>> = {
  bundle: 'a definition that a run saved',
  doctor: 'the output of "blockplan doctor"',
  list: 'the output of "blockplan list"',
  preview: 'a preview',
  proof: 'the output of "blockplan prove"',
  'proof-case': 'the output of "blockplan prove"',
  rehearsal: 'the output of "blockplan rehearse"',
  rescue: 'the output of "blockplan rescue"',
  status: 'the output of "blockplan status"',
  validate: 'the output of "blockplan validate"',
};

/** @throws BlockplanError `input-refused` (wrongDocument) if the text is known to be neither a plan nor facts */
export function refuseOtherText(lines: Lines): void {
  const what = TEXTS.find(([begins]) => begins.test(lines.source.slice(0, MOST_READ)))?.[1];
  if (what === undefined) return;
  const start = lines.source.search(/\S/);
  throw inputError([otherDocument(lines, what, lines.position(start, start + 1))]);
}

/** In UTF-16 units; enough for the comment of libvirt before a definition. */
const MOST_READ = 4096;

/** @throws BlockplanError `input-refused` (wrongDocument) if the document is the other kind, or an output of blockplan */
export function refuseOtherDocument(data: Data, places: SourcePositions): void {
  const { lines } = places.tree;
  const refuse = (what: string, path: Path) => {
    throw inputError([otherDocument(lines, what, places.locateKey(path))]);
  };
  const format = data['format'] ?? data['form'];
  if (typeof format === 'string') {
    const word = /^blockplan-([a-z-]+)\/v\d+$/.exec(format)?.[1];
    if (word !== undefined)
      refuse(OUTPUTS[word] ?? 'the output of a blockplan command', [
        'format' in data ? 'format' : 'form',
      ]);
  }
  const { noun } = lines.kind;
  for (const [key, what] of KINDS) {
    const own = KINDS.find(([, each]) => each === noun)?.[0] ?? '';
    if (what !== noun && Object.hasOwn(data, key) && !Object.hasOwn(data, own))
      refuse(`a ${what}`, [key]);
  }
}

/** The first key of each kind of document. */
const KINDS: readonly (readonly [key: string, noun: string])[] = [
  ['plan', 'plan'],
  ['facts', 'facts file'],
];

function otherDocument(lines: Lines, what: string, position: ReturnType<Lines['position']>) {
  const { noun, models } = lines.kind;
  return errorFinding(codes.wrongDocument, `this is ${what}; a ${noun} is expected`, {
    position,
    hint: `name a ${noun}; ${models}`,
  });
}
