/** Errors in a facts file do not hide each other: two independent mistakes give the findings of both, and no others. */
import { expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { readFacts } from '../../../src/facts/read.ts';

const FACTS = `facts: blockplan/v1
host: { libvirt: 9.0.0 }
domain:
  name: web1
  state: running
  agent: true
disks:
  - target: vda
    capacity: 40G
    chain:
      - { file: /a, size: 1.5 GiB }
      - /base
  - target: vdb
    chain: [/b]
folders:
  /fast: { free: 120 GiB }
others:
  - name: clone
    files: [/base]
  - name: other
definition: <domain><name>web1</name></domain>
# spare
`;

/** A line without its indentation, what is there instead, and the code. */
const MISTAKES: Readonly<Record<string, readonly [line: string, instead: string, code: string]>> = {
  'another version': ['facts: blockplan/v1', 'facts: blockplan/v9', 'BP022'],
  'a release that is none': ['host: { libvirt: 9.0.0 }', 'host: { libvirt: new }', 'BP022'],
  'a misspelt key': ['agent: true', 'agnet: true', 'BP024'],
  'a wrong type': ['agent: true', 'agent: yes', 'BP021'],
  'a wrong choice': ['state: running', 'state: runing', 'BP022'],
  'a state without a definition': ['state: running', 'state: gone', 'BP062'],
  'a misspelt list': ['disks:', 'disk:', 'BP024'],
  'a disk listed twice': ['- target: vdb', '- target: vda', 'BP063'],
  'a disk without a target': ['- target: vdb', '- device: disk', 'BP023'],
  'a size that is none': ['capacity: 40G', 'capacity: 40 GB', 'BP022'],
  'a size that is too large': ['capacity: 40G', 'capacity: 9P', 'BP022'],
  'a file listed twice': ['- /base', '- /a', 'BP063'],
  'a path that is relative': ['- /base', '- base', 'BP022'],
  'a folder that is relative': ['/fast: { free: 120 GiB }', 'fast: { free: 120 GiB }', 'BP022'],
  'a domain listed twice': ['- name: other', '- name: clone', 'BP063'],
  'another definition': [
    'definition: <domain><name>web1</name></domain>',
    'definition: <domain><name>web2</name></domain>',
    'BP062',
  ],
  'no XML': ['definition: <domain><name>web1</name></domain>', 'definition: <domain', 'BP061'],
  'a far key': ['# spare', 'colour: red', 'BP024'],
  'a duplicate key': ['# spare', 'facts: blockplan/v1', 'BP011'],
  'a hidden character': ['# spare', '# \u202e', 'BP003'],
};
const names = Object.keys(MISTAKES);

const lines = FACTS.split('\n').map((line) => line.trim());
const lineOf = (name: string) => lines.indexOf(MISTAKES[name]![0]);

function withMistakes(...made: readonly string[]): string {
  const text = FACTS.split('\n');
  for (const name of made)
    text[lineOf(name)] = text[lineOf(name)]!.replace(MISTAKES[name]![0], () => MISTAKES[name]![1]);
  return text.join('\n');
}

function shown(text: string): string[] {
  try {
    readFacts(text, 'web1.facts.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return error.findings
      .map(
        ({ code, message, position }) => `${position?.line}:${position?.column} ${code} ${message}`,
      )
      .sort();
  }
}

/** Mistakes on one line, and a definition that is wrong in itself and because the domain is gone. */
function areIndependent(one: string, other: string): boolean {
  const both = [one, other].map((name) => MISTAKES[name]![2]);
  return (
    lineOf(one) !== lineOf(other) && !both.every((code) => code === 'BP062' || code === 'BP061')
  );
}

test('the facts are valid', () => {
  expect(shown(FACTS)).toEqual([]);
});

test.each(names)('%s is one finding, and hides no other mistake', (name) => {
  expect(lineOf(name)).toBeGreaterThan(-1);
  const alone = shown(withMistakes(name));
  expect(alone.map((line) => line.split(' ')[1])).toEqual([MISTAKES[name]![2]]);
  for (const other of names.filter((each) => areIndependent(name, each)))
    expect(shown(withMistakes(name, other)), other).toEqual(
      [...alone, ...shown(withMistakes(other))].sort(),
    );
});
