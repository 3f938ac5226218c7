import { describe, expect, test } from 'vitest';
import { plan, step, told } from './kinds.ts';

const many = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

const hostile: [title: string, source: string][] = [
  ['10 MB of text', 'a'.repeat(10_000_000)],
  ['brackets, deep', '['.repeat(500_000)],
  ['braces, deep', '{a: '.repeat(200_000)],
  ['lists, deep, on one line', '- '.repeat(400_000)],
  ['explicit keys, deep', '? '.repeat(400_000)],
  ['maps, deep, by indentation', many(1_000, (index) => `${' '.repeat(index)}a:\n`)],
  ['keys, many', many(90_000, (index) => `k${index}:\n`)],
  ['keys in braces, many', `{${many(90_000, (index) => `k${index},`)}}`],
  ['items, many', `[${'a,'.repeat(400_000)}]`],
  ['aliases, many', `a: &a b\nc: [${'*a,'.repeat(20_000)}]`],
  ['anchors, many', many(15_000, (index) => `k${index}: &a${index} v\n`)],
  ['a long line', `a: ${'b'.repeat(1_000_000)}`],
  ['a long quote', `a: "${'b'.repeat(1_000_000)}`],
  ['a long key', `${'b'.repeat(1_000_000)}: a`],
  ['lines in a quote', `a: "${'b\n '.repeat(300_000)}"`],
  ['lines in a plain text', `a: ${'b\n '.repeat(300_000)}`],
  ['comments, many', '#\n'.repeat(500_000)],
  ['empty lines', '\n'.repeat(1_000_000)],
  ['spaces', ' '.repeat(1_000_000)],
  ['documents, many', '---\n'.repeat(200_000)],
  ['document ends, many', '...\n'.repeat(200_000)],
  ['closing brackets, many', ']'.repeat(900_000)],
  ['colons, many', ':'.repeat(900_000)],
  ['colons with spaces', ': '.repeat(400_000)],
  ['hidden characters, many', '\u202e\n'.repeat(200_000)],
  ['references, many', step(`copy: { disk: "${'${vars.a}'.repeat(80_000)}", dest: /a }`)],
  ['open references, many', step(`copy: { disk: "${'${'.repeat(400_000)}", dest: /a }`)],
  [
    'a long text, often',
    `a: &a "${'${'.repeat(3_000)}"\n${plan(`steps: [${'{ copy: { disk: *a } },'.repeat(700)}]`)}`,
  ],
  [
    'variables that double',
    plan(
      `vars:\n  v0: ${'x'.repeat(900)}\n${many(60, (index) => `  v${index + 1}: ${`\${vars.v${index}}`.repeat(900)}\n`)}`,
    ),
  ],
  [
    'variables that name unknown ones',
    plan(`vars:\n${many(4_000, (index) => `  v${index}: \${vars.u${index}}\n`)}`),
  ],
  ['wrong values, many', plan(`steps: [${'{ copy: { disk: "\\e" } },'.repeat(8_000)}]`)],
  ['steps, many', plan(`steps:\n${'- forget: {}\n'.repeat(12_000)}`)],
  ['wrong steps, many', plan(`steps:\n${'- forgt: 7\n'.repeat(12_000)}`)],
  ['duplicate keys, many', plan('name: x\n'.repeat(20_000))],
  [
    'an alias bomb',
    `${many(25, (index) => `a${index}: &a${index} [${`*a${index - 1},`.repeat(index && 9)}]\n`)}`,
  ],
  [
    'a merge bomb',
    many(
      25,
      (index) =>
        `a${index}: &a${index} { k${index}: 1, <<: [${`*a${index - 1},`.repeat(index && 9)}] }\n`,
    ),
  ],
  [
    'wide merges',
    `a: &a {${many(8_000, (index) => `k${index}: 1,`)}}\nb: { <<: [${'*a,'.repeat(8_000)}] }`,
  ],
];

/** A check whose time grows faster than the text would exceed the test's timeout. */
describe('hostile texts are refused', () => {
  test.each(hostile)('%s', (_title, source) => {
    expect(told(source).length).toBeGreaterThan(0);
  });

  test.each([
    [
      '10 MB',
      'a'.repeat(10_000_000),
      'BP001 - the plan is 10,000,000 bytes long; the limit is 1,048,576 | check that this is the file you meant',
    ],
    [
      '10 MB of bytes',
      Buffer.alloc(10_000_000),
      'BP001 - the plan is 10,000,000 bytes long; the limit is 1,048,576 | check that this is the file you meant',
    ],
    [
      'few characters of many bytes',
      '🐘'.repeat(300_000),
      'BP001 - the plan is 1,200,000 bytes long; the limit is 1,048,576 | check that this is the file you meant',
    ],
    [
      'many words',
      '[a,'.repeat(1) + 'a,'.repeat(90_000),
      'BP001 - the plan has more than 100,000 YAML tokens | check that this is the file you meant',
    ],
    [
      'depth',
      '['.repeat(100),
      'BP009 1:40+1 the plan is nested deeper than 40 levels | nest it less deeply: a plan needs at most five levels',
    ],
    [
      'an alias bomb',
      'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n',
      'BP010 1:18+1 the plan has more than 50,000 values after its aliases are expanded | use fewer aliases',
    ],
    [
      'an alias inside its own value',
      'a: &a [*a]',
      'BP010 1:8+2 an alias is inside the value that it refers to, or aliases are nested too deeply | write the value out instead',
    ],
    [
      'a map merged into itself',
      'a: &a { b: 1, <<: *a }',
      'BP010 1:7+16 an alias is inside the value that it refers to, or aliases are nested too deeply | write the value out instead',
    ],
  ])('with a message for %s', (_title, source, message) => {
    expect(told(source)).toEqual([message]);
  });

  test('with at most fifty findings, and the number of the others', () => {
    const lines = told(plan(`steps:\n${'- forgt: {}\n'.repeat(90)}`));
    expect(lines).toHaveLength(51);
    expect(lines.at(-1)).toBe(
      'BP099 - 40 more problems are not shown | fix those above and try again',
    );
  });

  test('with __proto__ as a key like any other', () => {
    expect(
      told(
        plan('__proto__: { name: x }\nsteps: [{ copy: { __proto__: { disk: vda }, dest: /a } }]\n'),
      ),
    ).toEqual([
      'BP024 4:1+9 unknown key "__proto__" in the plan | use one of: "plan", "name", "description", "domain", "vars", "hooks", "steps" or "on-failure"',
      'BP023 5:11+4 "copy" requires the key "disk"',
      'BP024 5:19+9 unknown key "__proto__" in "copy" | use one of: "disk", "dest", "format", "shallow", "pivot", "finish", "bandwidth", "depth" or "layers"',
    ]);
    expect(({} as { name?: string }).name).toBeUndefined();
  });
});
