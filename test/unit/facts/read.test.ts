import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BlockplanError, type Finding } from '../../../src/errors.ts';
import { factsOf } from '../../../src/facts/export.ts';
import { readFacts } from '../../../src/facts/read.ts';
import { compile } from '../../../src/graph/graph.ts';
import { readDomainXml } from '../../../src/model/domain-xml.ts';
import { readPlan } from '../../../src/plan/read.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { steps } from '../../../src/steps/registry.ts';
import { planned } from '../../plans.ts';
import { world } from '../../worlds.ts';

const read = (text: string | Uint8Array) => readFacts(text, 'facts.yaml');

const MINIMAL = `facts: blockplan/v1
domain: { name: testvm }
disks:
  - target: vda
    chain: [/images/testvm.qcow2, /images/base.qcow2]
`;

test('facts are the same with Windows line breaks', () => {
  const text = readFileSync('test/facts/live-backup.facts.yaml', 'utf8');
  expect(read(text).domain.definition).toContain('<domain');
  expect(read(text.replaceAll('\n', '\r\n'))).toEqual(read(text));
});

test('a key with an exclamation mark hides no wrong value', () => {
  expect(() => read(`${MINIMAL}files: { "/vm !old": absnt }\n`)).toThrow(BlockplanError);
  expect(() => read(`${MINIMAL}files:\n  /vm !old: 5\n`)).toThrow(BlockplanError);
});

describe('handwritten facts', () => {
  test('need only a name and a chain; everything else has a default', () => {
    const { domain, files, folders, others, host } = read(MINIMAL);
    const { definition = '', ...told } = domain;
    expect(told).toEqual({
      name: 'testvm',
      uuid: '00000000-0000-0000-0000-000000000000',
      state: 'running',
      persistent: true,
      autostart: false,
      disks: [
        {
          target: 'vda',
          device: 'disk',
          readonly: false,
          chain: [
            { file: '/images/testvm.qcow2', format: 'qcow2' },
            { file: '/images/base.qcow2', format: 'qcow2' },
          ],
          persistentSource: '/images/testvm.qcow2',
        },
      ],
      agent: false,
      snapshots: [],
      checkpoints: [],
      managedSave: false,
      nvram: false,
      tpm: false,
    });
    expect(readDomainXml(definition)).toMatchObject({
      name: 'testvm',
      disks: [{ target: 'vda', chain: [{ file: '/images/testvm.qcow2', format: 'qcow2' }] }],
    });
    expect(files).toEqual({
      '/images/testvm.qcow2': { size: 0, sizeUntold: true },
      '/images/base.qcow2': { size: 0, sizeUntold: true },
    });
    expect({ folders, others, host }).toEqual({
      folders: {},
      others: [],
      host: { uri: 'qemu:///system' },
    });
  });

  test('are enough to walk a plan', () => {
    const { graph } = planned([
      'blockcopy: { disk: vda, dest: /new/copy, shallow: true, pivot: true }',
    ]);
    const { findings, phases } = walk(graph, read(MINIMAL));
    expect(findings).toEqual([]);
    expect(phases.map(({ node }) => node.phase.name)).toEqual(['mirror', 'pivot']);
  });

  test('count a layer without a size as full, so that too little space is found', () => {
    const { graph } = planned([
      'blockcopy: { disk: vda, dest: /new/copy, shallow: true, pivot: true }',
    ]);
    const tight = `${MINIMAL}    capacity: 10 GiB\nfolders: { /new: { free: 9 GiB } }\n`;
    expect(walk(graph, read(tight)).findings.map(({ code }) => code)).toEqual(['BP134']);
    const told = tight.replace(
      '/images/testvm.qcow2,',
      '{ file: /images/testvm.qcow2, size: 1 GiB },',
    );
    expect(walk(graph, read(told)).findings).toEqual([]);
  });

  test('take the disks from the definition if they list none', () => {
    const { domain } = read(`facts: blockplan/v1
domain: { name: web1 }
definition: |
  <domain type='kvm'>
    <name>web1</name><uuid>1-2</uuid>
    <os><nvram>/nvram</nvram></os>
    <devices>
      <disk type='block' device='disk'>
        <driver type='raw'/><source dev='/dev/vg/web1' index='4'/><target dev='vda'/>
      </disk>
      <tpm/>
    </devices>
  </domain>
`);
    expect(domain).toMatchObject({ uuid: '1-2', nvram: true, tpm: true });
    expect(domain.disks).toEqual([
      {
        target: 'vda',
        device: 'disk',
        readonly: false,
        chain: [{ file: '/dev/vg/web1', format: 'raw', block: true }],
        persistentSource: '/dev/vg/web1',
      },
    ]);
  });

  test('can contain a stale definition', () => {
    const { domain } = read(`${MINIMAL}definition: |
  <domain><name>testvm</name><devices>
  <disk><source file='/old'/><target dev='vda'/></disk></devices></domain>
`);
    expect(domain.disks[0]?.persistentSource).toBe('/old');
  });

  test.each([
    ['transient', 'persistent: false', { persistent: false, state: 'running' }],
    ['gone', 'state: gone', { persistent: false, state: 'gone' }],
  ])('give no definition for a domain that is %s', (_, told, expected) => {
    const { domain } = read(MINIMAL.replace('name: testvm', `name: testvm, ${told}`));
    expect(domain).toMatchObject(expected);
    expect(domain).not.toHaveProperty('definition');
    expect(domain.disks[0]).not.toHaveProperty('persistentSource');
  });

  test('take unsupported disk properties from the facts and from the definition', () => {
    const { domain } = read(`facts: blockplan/v1
domain: { name: testvm }
disks:
  - { target: vda, chain: [/a], unsupported: ["<slices>"] }
  - { target: vdb, chain: [/b] }
  - { target: sda, chain: [/dev/sdx], device: lun }
definition: |
  <domain><name>testvm</name><devices>
    <disk type='file'><source file='/a'/><target dev='vda'/><shareable/></disk>
    <disk type='file'><source file='/b'/><target dev='vdb'/><transient/></disk>
  </devices></domain>
`);
    expect(domain.disks.map(({ target, unsupported }) => [target, unsupported])).toEqual([
      ['vda', ['<slices>', '<shareable>']],
      ['vdb', ['<transient>']],
      ['sda', ["<disk device='lun'>"]],
    ]);
    expect(factsOf({ ...world(), domain }).disks?.map(({ unsupported }) => unsupported)).toEqual(
      domain.disks.map(({ unsupported }) => unsupported),
    );
  });

  test('give a definition with every type of disk, as libvirt writes it', () => {
    const { domain } = read(`facts: blockplan/v1
domain: { name: "a<b" }
disks:
  - { target: vda, chain: [{ file: /dev/sdb, format: raw, block: true }] }
  - { target: vdb, snapshot: "no", chain: ["nbd:export"] }
  - { target: sda, device: cdrom }
  - { target: vdc, chain: ["/it's"] }
`);
    const defined = readDomainXml(domain.definition ?? '');
    expect(defined.name).toBe('a<b');
    expect(defined.disks).toMatchObject([
      { target: 'vda', chain: [{ file: '/dev/sdb', format: 'raw', block: true }] },
      { target: 'vdb', snapshot: 'no', chain: [{ file: 'nbd:export' }] },
      { target: 'sda', device: 'cdrom', readonly: true, chain: [] },
      { target: 'vdc', chain: [{ file: "/it's" }] },
    ]);
  });
});

test('the facts in docs/facts.md are enough for the plan in the README', () => {
  const block = (page: string) => {
    const text = readFileSync(new URL(`../../../${page}`, import.meta.url), 'utf8');
    return /^```yaml\n([\s\S]*?)^```/m.exec(text)?.[1] ?? '';
  };
  const plan = readPlan({ file: 'plan.yaml', source: block('README.md'), steps });
  const { findings, phases } = walk(compile(plan), read(block('docs/facts.md')));
  expect(findings).toEqual([]);
  expect(phases.map(({ node }) => node.phase.name)).toEqual(['mirror', 'pivot']);
});

/** Code, position and message, the line with its caret, and the hint. */
function shown({ code, message, hint, position }: Finding): string {
  if (!position) throw new Error(`${code} has no position`);
  const { line, column, source, length } = position;
  const caret = ' '.repeat(column - 1) + '^'.repeat(Math.min(length, 40));
  const way = hint === undefined ? '' : `\n  -> ${hint}`;
  return `${code} ${line}:${column} ${message}\n  |${source.slice(0, 90)}\n  |${caret}${way}`;
}

function findingsOf(text: string | Uint8Array): readonly Finding[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof BlockplanError && error.end === 'input-refused') return error.findings;
    throw error;
  }
  return [];
}

const REFUSED: Readonly<Record<string, string | Uint8Array>> = {
  'an empty file': '',
  'not a map': '- vda\n',
  'not UTF-8': new Uint8Array([0x66, 0xff]),
  'a plan': 'plan: blockplan/v1\nname: move\ndomain: testvm\nsteps: []\n',
  'nothing but its format': 'facts: blockplan/v1\n',
  'neither disks nor a definition': 'facts: blockplan/v1\ndomain: { name: a }\n',
  'two documents': `${MINIMAL}---\n${MINIMAL}`,
  'a tag': 'facts: !!str blockplan/v1\n',
  'wrong words': `${MINIMAL}    capacty: 1 GiB
folders:
  fast: { free: 1 GiB }
  /slow: missing
  /none: { free: 10 GB, writeable: true }
others: [{ files: [/a] }]
domains: {}
`,
  'wrong amounts': MINIMAL.replace(
    'chain: [/images/testvm.qcow2,',
    'capacity: -1\n    chain: [{ file: /a, size: 1.5 }, { file: /b, size: big }, 7,',
  ),
  'amounts that are too large': MINIMAL.replace(
    'chain: [/images/testvm.qcow2,',
    'capacity: 9P\n    chain: [{ file: /a, size: 99999999999 TiB }, { file: /b, size: 8 PiB },',
  ).concat(
    'folders: { /fast: { free: 8193T } }\nfiles: { /c: { place: { kind: file, length: 9 PiB } } }\n',
  ),
  'everything at once': MINIMAL.replace('testvm', 'testvm, state: runing, persistnt: true')
    .replace('disks:', 'dsks:')
    .replace('/images/testvm.qcow2', '{ file: /a, size: 10 GB }, { file: /a, sise: 40G }, /b, /b')
    .concat('others: [{ name: a, file: [/x] }, { name: a }]\ndefinition: <domain\n# \u202e\n'),
  'a journal': '{"seq":1,"time":"x","type":"run-started"}\n{"seq":2}\n',
  'a definition alone': "<domain type='kvm'>\n  <name>a</name>\n</domain>\n",
  'a preview': '{ "format": "blockplan-preview/v1" }\n',
  'a wrong state': MINIMAL.replace('testvm', 'testvm, state: runing, agent: yes'),
  'things listed twice': `${MINIMAL}  - target: vda\n  - { target: vdb, chain: [/a, { file: /b }, /a, { file: /b }] }\nothers: [{ name: a }, { name: a }]\n`,
  'a definition that is not XML': `${MINIMAL}definition: <domain\n`,
  'a definition of something else': `${MINIMAL}definition: <pool/>\n`,
  'the definition of another domain': `${MINIMAL}definition: <domain><name>other</name></domain>\n`,
  'a definition of a transient domain': `${MINIMAL.replace('testvm', 'testvm, persistent: false')}definition: <domain><name>testvm</name></domain>\n`,
  'a definition of a domain that does not exist': `${MINIMAL.replace('testvm', 'testvm, state: gone')}definition: <domain><name>testvm</name></domain>\n`,
};

test('the findings of refused facts match the transcript', async () => {
  const transcript = Object.entries(REFUSED).map(
    ([title, text]) => `## ${title}\n${findingsOf(text).map(shown).join('\n')}\n`,
  );
  await expect(transcript.join('\n')).toMatchFileSnapshot('refused.txt');
  const told = Object.values(REFUSED).flatMap((text) => findingsOf(text));
  for (const { code, message, hint = '' } of told) {
    expect(message + hint).not.toMatch(/[\x00-\x1f\x7f-\x9f]|undefined|\[object/);
    if (code !== 'BP016') expect(message + hint).not.toMatch(/the plan|a plan/);
    expect(message).not.toMatch(/\.$/);
  }
  for (const code of ['BP061', 'BP062', 'BP063', 'BP064'])
    expect(told.map((finding) => finding.code)).toContain(code);
});

test('a hidden character is allowed as an escape, but not literally', () => {
  const escaped = MINIMAL.replace('/images/base.qcow2', '"/images/\\u202ebase"');
  expect(read(escaped).domain.disks[0]?.chain[1]?.file).toBe('/images/\u202ebase');
  expect(findingsOf(escaped.replace('\\u202e', '\u202e')).map(({ code }) => code)).toEqual([
    'BP003',
  ]);
});

test('sizes may have the units of qemu-img, wherever a size is expected', () => {
  const state = read(
    `${MINIMAL.replace('/images/base.qcow2', '{ file: /images/base.qcow2, size: 512M }')}    capacity: 40G
files:
  /copy: { size: 64k, place: { kind: file, length: 1.5T, header: { format: qcow2, virtual-size: 1G } } }
folders: { /fast: { free: 1.5 TiB } }
`,
  );
  expect(state.domain.disks[0]?.capacity).toBe(40 * 2 ** 30);
  expect(state.files['/images/base.qcow2']?.size).toBe(512 * 2 ** 20);
  expect(state.files['/copy']?.size).toBe(64 * 1024);
  expect(state.folders['/fast']?.free).toBe(1.5 * 2 ** 40);
  expect(JSON.stringify(state.files['/copy'])).toContain(String(1.5 * 2 ** 40));
  expect(JSON.stringify(state.files['/copy'])).toContain(String(2 ** 30));
});
