import { plan, step } from './kinds.ts';

/** A plan that is valid except for its domain. */
function withDomain(yaml: string): string {
  return `plan: blockplan/v1\nname: a\ndomain: ${yaml}\nsteps: [{ forget: {} }]\n`;
}

/** A plan that is valid except for these lines before its steps. */
function withLines(yaml: string): string {
  return plan(`${yaml}\nsteps: [{ forget: {} }]\n`);
}

/** A plan with one step that has all required options, and these. */
function copyWith(yaml: string): string {
  return step(`copy: { disk: vda, dest: /a, ${yaml} }`);
}

/** Texts that are YAML but not plans, by what is wrong with them. */
export const shapes: Readonly<Record<string, string>> = {
  'a list at the top': '- a\n',
  'a text at the top': 'hello\n',
  'a number at the top': '42\n',
  'an empty map': '{}\n',
  'an unknown key': withLines('stesp: []'),
  'a far key': withLines('xyz: 1'),
  'another version': 'plan: blockplan/v2\nname: a\ndomain: b\nsteps: [{ forget: {} }]\n',
  'a name with capitals': 'plan: blockplan/v1\nname: Move It\ndomain: b\nsteps: [{ forget: {} }]\n',
  'a name that is a number': 'plan: blockplan/v1\nname: 1.10\ndomain: b\nsteps: [{ forget: {} }]\n',
  'an empty domain': withDomain('""'),
  'a domain with a slash': withDomain('a/b'),
  'a domain like an option': withDomain('-c'),
  'a domain that is a number': withDomain('7'),
  'a domain that is a list': withDomain('[a]'),
  'no domain after its key': withDomain('~'),
  'a domain with a line break': withDomain('"a\\nb"'),
  'a description that is a list': withLines('description: [a]'),
  'no steps': plan(''),
  'nothing below steps': plan('steps:\n'),
  'an empty list of steps': plan('steps: []\n'),
  'steps as a map': plan('steps: { forget: {} }\n'),
  'too many steps': plan(`steps:\n${'- forget: {}\n'.repeat(101)}`),
  'a word for on-failure': withLines('on-failure: rolback'),
  'hooks as a list': withLines('hooks: [/usr/bin/a]'),
  'hooks at an unknown point': withLines('hooks: { befor: { command: [/usr/bin/a] } }'),
  'a hook as a text': withLines('hooks: { before: /usr/bin/notify --quiet }'),
  'a hook as a vector': withLines('hooks: { before: [/usr/bin/notify, --quiet] }'),
  'a hook that is empty': withLines('hooks: { before: [~], after: }'),
  'a hook without a command': withLines('hooks: { before: { timeout: 30s } }'),
  'a command as a text': withLines('hooks: { before: { command: /usr/bin/notify --quiet } }'),
  'an empty command': withLines('hooks: { before: { command: [] } }'),
  'a command with a number': withLines('hooks: { before: { command: [/usr/bin/a, 3] } }'),
  'a relative program': withLines('hooks: { before: { command: [notify, --quiet] } }'),
  'a relative program in a list': withLines(
    'hooks:\n  after:\n    - command: [/usr/bin/a]\n    - command: [./notify]\n    - command: ["sh -c x"]',
  ),
  'a program that is a variable': withLines(
    'vars: { p: notify }\nhooks: { after: { command: ["${vars.p}"] } }',
  ),
  'an unknown variable in a hook': withLines('hooks: { after: { command: [/a, "${vars.q}"] } }'),
  'an unknown key of a hook': withLines('hooks: { before: { command: [/a], timout: 3 } }'),
  'time limits of hooks': withLines(
    `hooks:\n  before:\n${['0', '-1', '1.5', '"30"', '30 s', '0s', '1d', '99999h', 'true', '86401']
      .map((each) => `    - { command: [/a], timeout: ${each} }\n`)
      .join('')}`,
  ),
  'several errors in one hook': withLines(
    'hooks: { before: { command: [notify], timeout: 30x, repat: true } }',
  ),
  'a hook that is a list': withLines('hooks: { before: [[/a], { command: [/b], x: 1 }] }'),
  'an empty program': withLines('hooks: { before: { command: [""] } }'),
  'a hook to repeat by a word': withLines('hooks: { before: { command: [/a], repeat: yes } }'),
  'too many hooks': withLines(`hooks:\n  after:\n${'    - { command: [/a] }\n'.repeat(21)}`),
  'nothing for on-failure': withLines('on-failure:'),
  'vars as a list': withLines('vars: [a]'),
  'vars with parts': withLines('vars: { a: [1], b: {} }'),
  "a variable's name": withLines('vars: { "a b": 1 }'),
  'a step that is a text': step('forget'),
  'a step that is empty': step('~'),
  'a step that is a list': step('[forget]'),
  'a step without a kind': step('id: a'),
  'an empty step': step('{}'),
  'an unknown kind': step('copi: {}'),
  'a far kind': step('xyz: {}'),
  'two kinds': step('forget: {}\n    copy: { disk: vda, dest: /a }'),
  'a kind and an unknown one': step('forget: {}\n    copi: {}'),
  'options beside the kind': step('copy:\n    disk: vda\n    dest: /a'),
  'a kind that is empty': step('forget:'),
  'a kind with a text': step('copy: vda'),
  'a kind with a list': step('copy: [vda]'),
  'missing options': step('copy: {}'),
  'an unknown option': copyWith('shalow: true'),
  'an option with dashes': copyWith('--shallow: true'),
  'an option cut short': copyWith('band: 1'),
  'a far option': step('forget: { xyz: 1 }'),
  'an option that is not offered': copyWith('wait: true'),
  'one that is not offered, with dashes': copyWith('--wait: true'),
  'text for a number': copyWith('bandwidth: fast'),
  'a quoted number': copyWith('bandwidth: "10"'),
  'a number too small': copyWith('bandwidth: -1'),
  'a number out of range': copyWith('depth: 10'),
  'half a number': copyWith('depth: 1.5'),
  'yes for a boolean': copyWith('shallow: yes'),
  'off for a boolean': copyWith('shallow: off'),
  'another word for a boolean': copyWith('shallow: maybe'),
  'yes in quotes for a boolean': copyWith('shallow: "yes"'),
  'no in a variable for a boolean': plan(
    'vars: { s: no }\nsteps: [{ copy: { disk: vda, dest: /a, shallow: "${vars.s}" } }]\n',
  ),
  'an amount in the unit of the option': copyWith('bandwidth: 1M'),
  'an amount per second': copyWith('bandwidth: 2GiB/s'),
  'an amount that is not whole in the unit of the option': copyWith('bandwidth: 800KiB'),
  'an amount for a number without a unit': copyWith('depth: 1M'),
  'a number for a boolean': copyWith('shallow: 1'),
  'a number for a text': step('copy: { disk: 0x10, dest: /a }'),
  'a boolean for a text': step('copy: { disk: true, dest: /a }'),
  'nothing for a text': step('copy: { disk: , dest: /a }'),
  'an empty text': step('copy: { disk: "", dest: /a }'),
  'a text against its pattern': step('copy: { disk: vda, dest: a }'),
  'a choice misspelt': copyWith('format: qcow'),
  'a far choice': copyWith('format: vmdk'),
  'a map for a text': step('copy: { disk: { a: b }, dest: /a }'),
  'an empty list': copyWith('layers: []'),
  'a wrong item': copyWith('layers: [a, 1]'),
  'a text for a list': copyWith('layers: a'),
  'duplicate ids': plan('steps:\n  - id: a\n    forget: {}\n  - id: a\n    forget: {}\n'),
  'a wrong id': step('id: A b\n    forget: {}'),
  'an id that is a number': step('id: 1\n    forget: {}'),
  'a reference in an id': step('id: ${domain}\n    forget: {}'),
  "a step's own check": copyWith('pivot: true, finish: true'),
  'an error in what two aliases stand for': plan(
    'steps:\n  - copy: &c { disk: vda, dest: /a, depth: 10 }\n  - copy: *c\n  - copy: *c\n',
  ),
  'errors beside a merge': plan(
    'steps:\n  - copy: &c { disk: vda, dest: /a }\n  - copy:\n      <<: *c\n      <<: *c\n      depth: x\n  - copy: { <<: *c, dest: 7 }\n',
  ),
  'a conflict with what is merged': plan(
    'steps:\n  - copy: &c { disk: vda, dest: /a, pivot: true }\n  - copy: { <<: *c, finish: true }\n',
  ),
  'everything at once': `plan: blockplan/v1
nam: Move
domain: guest
vars:
  dest:
steps:
  - copi: {}
  - copy: { disk: 7, shalow: true, dest: "/a/\${vars.dst}", wait: true }
  - id: x
    copy: { disk: vda, dest: /a, finish: true, pivot: true, disk: vdb }
  - id: x
    forget: {}
on-failure: rolback
`,
};
