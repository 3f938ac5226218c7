/** Hostile facts are refused with findings. */
import { expect, test } from 'vitest';
import { BlockplanError } from '../../../src/errors.ts';
import { readFacts } from '../../../src/facts/read.ts';
import { readDomainXml } from '../../../src/model/domain-xml.ts';
import { redactXml } from '../../../src/model/redact.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { planned } from '../../plans.ts';

const HEAD = 'facts: blockplan/v1\ndomain: { name: web1 }\n';

function codesOf(text: string): readonly string[] {
  try {
    readFacts(text, 'facts.yaml');
    return [];
  } catch (error) {
    if (error instanceof BlockplanError) return error.findings.map(({ code }) => code);
    throw error;
  }
}

function nested(depth: number, open: string, close: string): string {
  return `<domain><name>web1</name><devices>${open.repeat(depth)}${close.repeat(depth)}</devices></domain>`;
}

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'a', '../x'])(
  'a layer named %s is refused, because it is neither a path nor a network image',
  (name) => {
    for (const layer of [name, `{ file: ${name} }`])
      expect(codesOf(`${HEAD}disks: [{ target: vda, chain: [/i/a, ${layer}] }]`)).toEqual([
        'BP022',
      ]);
    expect(codesOf(`${HEAD}disks: []\nothers: [{ name: x, files: [${name}] }]`)).toEqual(['BP022']);
    expect(codesOf(`${HEAD}disks: []\nfiles: { ${name}: absent }`)).toEqual(['BP022']);
    expect(codesOf(`${HEAD}disks: []\n${name}: 1`)).toEqual(['BP024']);
  },
);

test.each([
  ['elements', '<a>', '</a>'],
  ['chains', "<backingStore type='file'><source file='/b'/>", '</backingStore>'],
  ['tags with a `/>` in an attribute', "<a b='/>'>", '</a>'],
  ['tags among comments', '<a><!-- <b/> </a> -->', '</a>'],
  ['elements without end tags', '<a>', ''],
])('XML with deeply nested %s is refused', (_, open, close) => {
  for (const depth of [300, 3000, 40_000]) {
    const xml = nested(depth, open, close);
    expect(() => readDomainXml(xml)).toThrow('nested deeper than 256 levels');
    expect(() => redactXml(xml)).toThrow('nested deeper than 256 levels');
  }
  expect(
    codesOf(`${HEAD}disks: []\ndefinition: ${JSON.stringify(nested(3000, open, close))}`),
  ).toEqual(['BP061']);
});

test('a redefine of a disk that the definition lacks is refused', () => {
  const { graph } = planned(['redefine: { disk: vda, source: /i/a }']);
  const disk = "<disk><target dev='vda'/></disk>";
  for (const [devices, words] of [
    ['', 'has no disk "vda"'],
    [disk, 'names no source for "vda"'],
  ] as const) {
    const definition = `<domain><name>testvm</name><devices>${devices}</devices></domain>`;
    const text = `facts: blockplan/v1\ndomain: { name: testvm }\ndisks: [{ target: vda, chain: [/i/a] }]\ndefinition: ${JSON.stringify(definition)}`;
    const [finding] = walk(graph, readFacts(text, 'facts.yaml')).findings;
    expect(finding).toMatchObject({ code: 'BP103', severity: 'error' });
    expect(finding?.message).toContain(words);
  }
});

test('a chain as deep as libvirt supports is read', () => {
  const open = "<backingStore type='file'><source file='/b'/>";
  const xml = `<domain><name>web1</name><devices><disk><source file='/a'/>${open.repeat(200)}${'</backingStore>'.repeat(200)}</disk></devices></domain>`;
  expect(readDomainXml(xml).disks[0]?.chain).toHaveLength(201);
});
