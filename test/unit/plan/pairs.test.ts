/** Errors do not hide each other: two independent mistakes give the findings of both, and no others. */
import { describe, expect, test } from 'vitest';
import { BlockplanError, type Finding } from '../../../src/errors.ts';
import { readPlan } from '../../../src/plan/read.ts';
import { steps } from '../../../src/steps/registry.ts';

/** A valid plan; `# spare` lines give room for lines that a mistake adds. */
const PLAN = `plan: blockplan/v1
name: move-guest
description: Two disks
domain: guest
vars:
  fast: /fast
  limit: 10
# spare 1
hooks:
  before:
    command: [/usr/bin/check, "\${domain}"]
    timeout: 30s
    # spare 5
  after:
    - command: [/usr/bin/notify]
      repeat: true
steps:
  - id: copy
    blockcopy:
      disk: vda
      dest: \${vars.fast}/vda.qcow2
      format: qcow2
      bandwidth: \${vars.limit}
      timeout: 600
      granularity: 65536
      pivot: true
      # spare 2
  - id: merge
    blockcommit:
      disk: vdb
      base: /images/base.qcow2
      top: /images/top.qcow2
      delete: true
      # spare 3
  - id: snap
    snapshot-create-as:
      name: today
      disk-only: true
      diskspec:
        - disk: vda
          file: /images/vda.today
        - disk: vdb
          snapshot: external
  - id: archive
    convert:
      source: /images/vda.qcow2
      dest: /backup/vda.qcow2
      options: preallocation=off
on-failure: rollback
# spare 4
`;

interface Mistake {
  /** A line of the plan, without its indentation, and what is there instead. */
  readonly line: string;
  readonly instead: string;
  readonly code: string;
  /** The step whose options are not checked, because nothing says which kind was meant. */
  readonly hides?: string;
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'a misspelt key': {
    line: 'description: Two disks',
    instead: 'descripton: Two disks',
    code: 'BP024',
  },
  'a far key': { line: '# spare 4', instead: 'colour: red', code: 'BP024' },
  'a misspelt key that is required': {
    line: 'domain: guest',
    instead: 'domian: guest',
    code: 'BP024',
  },
  'a misspelt list of steps': { line: 'steps:', instead: 'stesp:', code: 'BP024' },
  'misspelt variables': { line: 'vars:', instead: 'var:', code: 'BP024' },
  'another version': { line: 'plan: blockplan/v1', instead: 'plan: blockplan/v9', code: 'BP022' },
  'a wrong name': { line: 'name: move-guest', instead: 'name: Move It', code: 'BP022' },
  'a name with a hidden character': {
    line: 'name: move-guest',
    instead: 'name: move\u200bguest',
    code: 'BP003',
  },
  'a hidden character in a comment': { line: '# spare 1', instead: '# \u202e', code: 'BP003' },
  'a tag': { line: 'description: Two disks', instead: 'description: !!str 7', code: 'BP008' },
  'a tag that is not needed': { line: 'fast: /fast', instead: 'fast: !x /fast', code: 'BP008' },
  'a duplicate key': { line: '# spare 4', instead: 'name: other', code: 'BP011' },
  'an unknown alias': { line: 'description: Two disks', instead: 'description: *x', code: 'BP013' },
  'a variable without a value': { line: 'limit: 10', instead: 'limit:', code: 'BP043' },
  'a variable that is a list': { line: 'limit: 10', instead: 'limit: [1]', code: 'BP021' },
  'a variable that refers to a later one': {
    line: 'fast: /fast',
    instead: 'fast: ${vars.limit}',
    code: 'BP042',
  },
  'a wrong choice': { line: 'on-failure: rollback', instead: 'on-failure: rolback', code: 'BP022' },
  'a second document': { line: '# spare 4', instead: '---', code: 'BP007' },
  'misspelt hooks': { line: 'hooks:', instead: 'hoks:', code: 'BP024' },
  'a misspelt point': { line: 'before:', instead: 'befor:', code: 'BP024' },
  'a misspelt key of a hook': { line: 'timeout: 30s', instead: 'timout: 30s', code: 'BP024' },
  'a far key of a hook': { line: '# spare 5', instead: 'colour: red', code: 'BP024' },
  'a wrong time limit': { line: 'timeout: 30s', instead: 'timeout: soon', code: 'BP022' },
  'a relative program': {
    line: 'command: [/usr/bin/check, "${domain}"]',
    instead: 'command: [check]',
    code: 'BP050',
  },
  'an unknown variable of a hook': {
    line: 'command: [/usr/bin/check, "${domain}"]',
    instead: 'command: [/usr/bin/check, "${vars.none}"]',
    code: 'BP040',
  },
  'a command as a text': {
    line: '- command: [/usr/bin/notify]',
    instead: '- command: /usr/bin/notify',
    code: 'BP021',
  },
  'a hook without a command': { line: '- command: [/usr/bin/notify]', instead: '-', code: 'BP023' },
  'a word for repeat': { line: 'repeat: true', instead: 'repeat: yes', code: 'BP021' },
  'a duplicate id': { line: '- id: merge', instead: '- id: copy', code: 'BP033' },
  'a wrong id': { line: '- id: archive', instead: '- id: 7', code: 'BP021' },
  'a misspelt id': { line: '- id: snap', instead: '- idd: snap', code: 'BP030' },
  'a misspelt kind': { line: 'blockcopy:', instead: 'blokcopy:', code: 'BP030' },
  'another misspelt kind': { line: 'convert:', instead: 'convrt:', code: 'BP030' },
  'a far kind': { line: 'blockcommit:', instead: 'xyz:', code: 'BP030', hides: 'merge' },
  'a misspelt option': { line: 'format: qcow2', instead: 'fromat: qcow2', code: 'BP024' },
  'a misspelt option that is required': {
    line: 'dest: ${vars.fast}/vda.qcow2',
    instead: 'dst: /vda.qcow2',
    code: 'BP024',
  },
  'a far option': { line: '# spare 2', instead: 'colour: red', code: 'BP024' },
  'an option that is not offered': { line: '# spare 3', instead: 'wait: true', code: 'BP025' },
  'a missing option': { line: 'disk: vdb', instead: '', code: 'BP023' },
  'a text for a number': { line: 'timeout: 600', instead: 'timeout: soon', code: 'BP021' },
  'a number out of range': { line: 'timeout: 600', instead: 'timeout: 0', code: 'BP022' },
  'a text for a boolean': { line: 'pivot: true', instead: 'pivot: yes', code: 'BP021' },
  'an option without its value': { line: 'pivot: true', instead: '', code: 'BP053' },
  'an unknown variable': {
    line: 'bandwidth: ${vars.limit}',
    instead: 'bandwidth: ${vars.nope}',
    code: 'BP040',
  },
  'an open reference': {
    line: 'dest: ${vars.fast}/vda.qcow2',
    instead: 'dest: ${vars.fast/x',
    code: 'BP041',
  },
  'a path that is not absolute': {
    line: 'dest: ${vars.fast}/vda.qcow2',
    instead: 'dest: vda.qcow2',
    code: 'BP050',
  },
  'another path that is not absolute': {
    line: 'dest: /backup/vda.qcow2',
    instead: 'dest: backup/vda.qcow2',
    code: 'BP050',
  },
  'a number that is no power of two': {
    line: 'granularity: 65536',
    instead: 'granularity: 65535',
    code: 'BP055',
  },
  'a wrong value that a check needs': {
    line: 'base: /images/base.qcow2',
    instead: 'base: 7',
    code: 'BP021',
  },
  'options that are mutually exclusive': {
    line: '# spare 3',
    instead: 'quarantine: /trash',
    code: 'BP051',
  },
  'a bad option of a format': {
    line: 'options: preallocation=off',
    instead: 'options: colour=red',
    code: 'BP059',
  },
  'a wrong choice in a list': {
    line: 'snapshot: external',
    instead: 'snapshot: maybe',
    code: 'BP022',
  },
  'a bad path in a list': {
    line: 'file: /images/vda.today',
    instead: 'file: images/vda',
    code: 'BP050',
  },
  'an item that is listed twice': { line: '- disk: vdb', instead: '- disk: vda', code: 'BP057' },
  'a missing key in a list': { line: '- disk: vdb', instead: '-', code: 'BP023' },
};

const names = Object.keys(MISTAKES);
const lineOf = (name: string) => {
  const at = PLAN.split('\n')
    .map((line) => line.trim())
    .indexOf(MISTAKES[name]!.line);
  expect(at, name).toBeGreaterThan(-1);
  return at;
};

function withMistakes(...made: readonly string[]): string {
  const lines = PLAN.split('\n');
  for (const name of made) {
    const at = lineOf(name);
    const line = lines[at]!;
    lines[at] = line.slice(0, line.length - line.trimStart().length) + MISTAKES[name]!.instead;
  }
  return lines.join('\n');
}

function findingsOf(text: string): readonly Finding[] {
  try {
    readPlan({ file: 'plan.yaml', source: text, steps });
    return [];
  } catch (error) {
    if (error instanceof BlockplanError) return error.findings;
    throw error;
  }
}

const shown = (text: string): string[] =>
  findingsOf(text)
    .map(
      ({ code, message, position }) => `${position?.line}:${position?.column} ${code} ${message}`,
    )
    .sort();

/** The id of the step that the line is in. */
const stepOf = (name: string): string | undefined =>
  PLAN.split('\n')
    .slice(0, lineOf(name) + 1)
    .findLast((line) => /- id: /.test(line))
    ?.replace(/.*: /, '');

function areIndependent(one: string, other: string): boolean {
  if (lineOf(one) === lineOf(other)) return false;
  const hidden = [one, other].flatMap((name) => MISTAKES[name]!.hides ?? []);
  return !hidden.some((step) => stepOf(one) === step && stepOf(other) === step);
}

test('the plan is valid', () => {
  expect(shown(PLAN)).toEqual([]);
});

test.each(names)('%s is one finding, with its place', (name) => {
  const findings = findingsOf(withMistakes(name));
  expect(findings.map(({ code }) => code)).toEqual([MISTAKES[name]!.code]);
  expect(findings[0]!.position).toMatchObject({ file: 'plan.yaml' });
});

describe.each(names)('%s', (name) => {
  test('hides no other mistake, and adds nothing to it', () => {
    const others = names.slice(names.indexOf(name) + 1);
    for (const other of others.filter((each) => areIndependent(name, each))) {
      const alone = [name, other].flatMap((each) => shown(withMistakes(each)));
      expect(shown(withMistakes(name, other)), other).toEqual(alone.sort());
    }
  });
});

test.each([
  ['a number that is not exact', 'bandwith: 12345678901234567890', ['BP014', 'BP024']],
  ['an unknown variable', 'bandwith: ${vars.nope}', ['BP024', 'BP040']],
  ['a hidden character', 'bandwith: "\\u202e"', ['BP003', 'BP024']],
  ['an unknown alias', 'bandwith: *x', ['BP013', 'BP024']],
  ['a value out of range', 'bandwith: 0', ['BP022', 'BP024']],
  ['an unknown variable under a far key', 'colour: ${vars.nope}', ['BP024', 'BP040']],
])('a misspelt key does not hide %s in its value', (_title, line, codes) => {
  const text = PLAN.replace('bandwidth: ${vars.limit}', line);
  expect(
    findingsOf(text)
      .map(({ code }) => code)
      .sort(),
  ).toEqual(codes);
});

test('all mistakes of a plan that touch different lines are reported at once', () => {
  const made: string[] = [];
  for (const name of names) if (made.every((each) => areIndependent(each, name))) made.push(name);
  expect(made.length).toBeGreaterThan(25);
  const alone = made.flatMap((each) => shown(withMistakes(each)));
  expect(shown(withMistakes(...made))).toEqual(alone.sort());
});
