import { describe, expect, test } from 'vitest';
import { readPlan } from '../../../src/plan/read.ts';
import { withPositions } from '../../../src/plan/text.ts';
import { steps } from '../../../src/steps/registry.ts';
import { findingsOf, plan, read, step } from './kinds.ts';

const paramsOf = (source: string, set?: Record<string, string>) =>
  read(source, set).steps.map(({ params }) => params);

describe('a plan that is read', () => {
  test('contains everything in the text', () => {
    const source = `plan: blockplan/v1
name: move-guest
description: |
  Two lines about \${domain},
  and \${vars.dest}.
domain: \${vars.who}
vars: { who: guest, dest: "/export/\${vars.who}.qcow2" }
steps:
  - id: mirror
    copy: { disk: vda, dest: "\${vars.dest}" }
  - forget: {}
on-failure: stop
`;
    const { name, description, domain, onFailure, steps: planned, warnings } = read(source);
    expect({ name, description, domain, onFailure, warnings }).toEqual({
      name: 'move-guest',
      description: 'Two lines about guest,\nand /export/guest.qcow2.\n',
      domain: 'guest',
      onFailure: 'stop',
      warnings: [],
    });
    expect(planned.map(({ id, step, params, path }) => [id, step.kind, params, path])).toEqual([
      ['mirror', 'copy', { disk: 'vda', dest: '/export/guest.qcow2' }, ['steps', 0]],
      ['forget', 'forget', {}, ['steps', 1]],
    ]);
  });

  test('rolls back by default, and has no default description', () => {
    const { onFailure, description } = read(step('forget: {}'));
    expect([onFailure, description]).toEqual(['rollback', undefined]);
  });

  test('names steps by their kind, and avoids the given ids', () => {
    const list = '[{ forget: {} }, { forget: {} }, { id: forget-2, forget: {} }, { forget: {} }]';
    const ids = read(plan(`steps: ${list}\n`)).steps.map(({ id }) => id);
    expect(ids).toEqual(['forget', 'forget-3', 'forget-2', 'forget-4']);
  });

  test('may be JSON', () => {
    const document = {
      plan: 'blockplan/v1',
      name: 'a',
      domain: 'b',
      steps: [{ forget: { all: true } }],
    };
    expect(paramsOf(JSON.stringify(document, null, 1))).toEqual([{ all: true }]);
    expect(paramsOf(JSON.stringify(document))).toEqual([{ all: true }]);
  });

  test('may be bytes, with a byte order mark and Windows line breaks', () => {
    const text = `\ufeff${step('copy: { disk: vda, dest: /ä }').replaceAll('\n', '\r\n')}`;
    expect(read(Buffer.from(text)).steps[0]?.params).toEqual({ disk: 'vda', dest: '/ä' });
    expect(read(text).text.locate(['steps', 0, 'copy', 'dest'])).toEqual({
      file: 'plan.yaml',
      line: 5,
      column: 30,
      length: 2,
      source: '  - copy: { disk: vda, dest: /ä }',
    });
  });

  test.each([
    ['folded', '>-\n        /a${vars.dir}'],
    ['literal', '|-\n        /a${vars.dir}'],
    ['in double quotes', '"/a\\\n        ${vars.dir}"'],
  ])('has the same values with Windows line breaks: %s', (_title, dest) => {
    const text = plan(
      `vars: { dir: /b }\nsteps:\n  - copy:\n      disk: vda\n      dest: ${dest}\n`,
    );
    expect(paramsOf(text)).toEqual([{ disk: 'vda', dest: '/a/b' }]);
    expect(paramsOf(text.replaceAll('\n', '\r\n'))).toEqual(paramsOf(text));
    const wrong = text.replace('/a', 'a').replaceAll('\n', '\r\n');
    expect(() => read(wrong)).toThrow('a/b');
  });

  test('keeps to YAML 1.2: yes and on are text, 010 is ten, 0o7 is seven', () => {
    const options = 'layers: [yes, no, off, ~x, 12:30:00], bandwidth: 010, depth: 0o7';
    expect(paramsOf(step(`copy: { disk: on, dest: /a, ${options} }`))).toEqual([
      {
        disk: 'on',
        dest: '/a',
        layers: ['yes', 'no', 'off', '~x', '12:30:00'],
        bandwidth: 10,
        depth: 7,
      },
    ]);
  });

  test('follows anchors and merge keys', () => {
    const source = plan(`steps:
  - copy: &one { disk: vda, dest: /a, depth: 1 }
  - copy: *one
  - copy: &two { <<: *one, disk: vdb }
  - copy: { depth: 3, <<: [*two, { format: raw, disk: x }] }
`);
    expect(paramsOf(source)).toEqual([
      { disk: 'vda', dest: '/a', depth: 1 },
      { disk: 'vda', dest: '/a', depth: 1 },
      { disk: 'vdb', dest: '/a', depth: 1 },
      { disk: 'vdb', dest: '/a', depth: 3, format: 'raw' },
    ]);
  });

  test('takes the latest value of an anchor that is set again', () => {
    const source = plan(`steps:
  - copy: { disk: &a vda, dest: /a }
  - copy: { disk: &a vdb, dest: /b }
  - copy: { disk: *a, dest: /c }
`);
    expect(paramsOf(source).map(({ disk }) => disk)).toEqual(['vda', 'vdb', 'vdb']);
  });

  test("carries the warnings of the steps' own checks", () => {
    const { warnings } = read(step('copy: { disk: vda, dest: /a, depth: 9 }'));
    expect(warnings).toMatchObject([{ code: 'BP059', position: { line: 5, column: 41 } }]);
  });
});

describe('a guest that is named like an ID or a UUID', () => {
  const on = (domain: string) => step('forget: {}').replace('domain: guest', `domain: ${domain}`);

  test.each(['42', '+42', '007', '6f1c0b0e-9a51-4f0c-8f6a-2f4d1f7c3b5e'])(
    'is named by a quoted text: %s',
    (name) => {
      for (const quote of ['"', "'"]) expect(read(on(`${quote}${name}${quote}`)).domain).toBe(name);
      expect(read(on('"${vars.a}"').replace('steps', `vars: { a: "${name}" }\nsteps`)).domain).toBe(
        name,
      );
    },
  );

  test.each(['42', '+42', '007', '1e3', '0x2a'])('is not named by the number %s', (number) => {
    const findings = findingsOf(on(number));
    expect(findings.map(({ code, hint }) => [code, hint])).toEqual([
      ['BP021', `put it in quotes: "${number}"`],
    ]);
    const quoted = findings[0]?.hint?.replace('put it in quotes: ', '') ?? '';
    expect(read(on(quoted)).domain).toBe(number);
  });
});

describe('variables', () => {
  const copy = (params: string, vars: string, set?: Record<string, string>) =>
    paramsOf(
      plan(`vars: { ${vars} }\nsteps: [{ copy: { disk: vda, dest: /a, ${params} } }]\n`),
      set,
    )[0];

  test('keep their type in a value that is a single reference', () => {
    const params = copy('bandwidth: "${vars.n}", shallow: "${vars.b}"', 'n: 10, b: true');
    expect(params).toMatchObject({ bandwidth: 10, shallow: true });
  });

  test('take the type of their default when set', () => {
    const set = { n: '20', b: 'false' };
    const params = copy('bandwidth: "${vars.n}", shallow: "${vars.b}"', 'n: 10, b: true', set);
    expect(params).toMatchObject({ bandwidth: 20, shallow: false });
  });

  test('replace references inside a longer text as written', () => {
    const params = copy(
      'layers: ["/a-${vars.n}", "/${vars.h}/${vars.b}/${vars.c}"]',
      'n: 1.10, h: 0x1F, b: true, c: "${vars.n}"',
    );
    expect(params).toMatchObject({ layers: ['/a-1.10', '/0x1F/true/1.10'] });
  });

  test('do not replace a reference with a doubled dollar sign', () => {
    const params = copy("layers: ['$${vars.n}', '$${', '$', '$${${vars.n}}', 'a$b{c}']", 'n: 1');
    expect(params).toMatchObject({ layers: ['${vars.n}', '${', '$', '${1}', 'a$b{c}'] });
  });

  test('are not searched for references', () => {
    const params = copy("layers: ['${vars.a}', '${vars.b}']", "a: '$${vars.b}', b: x", {
      b: '${vars.a}',
    });
    expect(params).toMatchObject({ layers: ['${vars.b}', '${vars.a}'] });
  });

  test('can be set without a default', () => {
    expect(copy('layers: ["${vars.a}"]', 'a: ', { a: 'x' })).toMatchObject({ layers: ['x'] });
  });

  test('can have the names of object properties', () => {
    const vars = '__proto__: x, constructor: y';
    const params = copy('layers: ["${vars.__proto__}", "${vars.constructor}"]', vars);
    expect(params).toMatchObject({ layers: ['x', 'y'] });
  });
});

describe('locate', () => {
  const source = plan(`steps:
  - copy: &c
      disk: vda
      dest: "/a"
  - id: other
    copy: { <<: *c, depth: 2, layers: [x, yy] }
  - copy: *c
`);

  test.each([
    [[], 1, 1, 'plan'],
    [['steps'], 4, 1, 'steps'],
    [['steps', 0], 5, 5, 'copy'],
    [['steps', 0, 'copy'], 5, 5, 'copy'],
    [['steps', 0, 'copy', 'disk'], 6, 13, 'vda'],
    [['steps', 0, 'copy', 'dest'], 7, 13, '"/a"'],
    [['steps', 0, 'copy', 'depth'], 5, 5, 'copy'],
    [['steps', 0, 'copy', 'disk', 'deeper'], 6, 13, 'vda'],
    [['steps', 1, 'id'], 8, 9, 'other'],
    [['steps', 1, 'copy', 'disk'], 6, 13, 'vda'],
    [['steps', 1, 'copy', 'depth'], 9, 28, '2'],
    [['steps', 1, 'copy', 'layers', 1], 9, 43, 'yy'],
    [['steps', 1, 'copy', 'layers', 7], 9, 31, 'layers'],
    [['steps', 2, 'copy'], 10, 11, '*c'],
    [['steps', 2, 'copy', 'dest'], 7, 13, '"/a"'],
    [['steps', 9], 4, 1, 'steps'],
    [['nowhere', 'else'], 1, 1, 'plan'],
  ])('finds %j on line %i, column %i', (path, line, column, word) => {
    const place = read(source).text.locate(path);
    expect(place).toMatchObject({ file: 'plan.yaml', line, column });
    expect(place.source.slice(column - 1, column - 1 + place.length)).toBe(word);
  });

  test('fills in missing positions, and keeps existing ones', () => {
    const { text } = read(source);
    const finding = { code: 'BP101', severity: 'error', message: 'm' } as const;
    const position = text.locate(['steps', 0]);
    const [first, second, third] = withPositions(text, [
      { ...finding, path: ['steps', 1, 'id'] },
      { ...finding, path: ['plan'], position },
      finding,
    ]);
    expect(first?.position?.line).toBe(8);
    expect(second?.position).toBe(position);
    expect(third?.position).toBeUndefined();
  });
});

describe("the examples of the registry's kinds are read", () => {
  const examples = steps.flatMap((one) =>
    one.examples.map((example) => [`${one.kind}: ${example.title}`, one, example] as const),
  );

  test.each(examples)('%s', (_title, one, { params }) => {
    const document = {
      plan: 'blockplan/v1',
      name: 'example',
      domain: 'guest',
      steps: [{ [one.kind]: params }],
    };
    const plan = readPlan({ file: 'example.yaml', source: JSON.stringify(document), steps });
    expect(plan.steps).toMatchObject([{ id: one.kind, step: one, params }]);
  });
});
