import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { fingerprintOf } from '../../../src/facts/fingerprint.ts';
import { readFacts } from '../../../src/facts/read.ts';
import { writeFacts } from '../../../src/facts/write.ts';
import { factsEditorSchema, factsValidatorCode } from '../../../src/generate/validator.ts';
import { isSameFile } from '../../../src/model/file-identity.ts';
import { recordedBackingName } from '../../../src/model/headers.ts';
import type { HostState, OtherDomain } from '../../../src/model/host-state.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { hostForPlans, LIVE, SHIPPED, shipped } from '../../plans.ts';
import { walked } from '../../walked.ts';
import { BASE, disk, looked, neighbour, SNAP1, SNAP2, world } from '../../worlds.ts';

const read = (text: string) => readFacts(text, 'facts.yaml');
const committed = (file: string) =>
  readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
const fits = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(committed('schemas/facts.schema.json')) as object,
);

const GIB = 2 ** 30;

describe('generated files are up to date (run `npm run generate`)', () => {
  test('for the facts schema', () => {
    expect(committed('schemas/facts.schema.json')).toBe(factsEditorSchema());
  });
  test('for the facts validator, which imports nothing', async () => {
    const code = committed('src/facts/validator.generated.js');
    expect(code === (await factsValidatorCode())).toBe(true);
    expect(/(?<![\w"'])require\(|^import /m.exec(code)?.[0]).toBeUndefined();
  });
});

test('a complete facts file is readable', async () => {
  const seen = world({
    domain: { snapshots: ['monday'], managedSave: true },
    files: {
      '/new/copy.qcow2': null,
      '/old/x.qcow2': { size: 5, backing: BASE },
      [SNAP2]: { size: 3.21 * GIB, identity: '1:2' },
      '/alias/snap2': { size: 3.21 * GIB, identity: '1:2' },
    },
    folders: { '/new': { free: 42.9 * GIB, writable: true }, '/gone': null },
    others: [
      neighbour('zoo', [BASE, '/zoo/top'], ['/zoo/top']),
      neighbour('stranger', ['/secret/of/a/stranger'], []),
      neighbour('apes', [], [], ['/apes/top']),
    ],
  });
  await expect(writeFacts(seen)).toMatchFileSnapshot('testvm.facts.yaml');
  expect(fits(parse(writeFacts(seen))), JSON.stringify(fits.errors)).toBe(true);
});

describe('facts that are written and read again', () => {
  test('keep what a plan overwrites, without process IDs', () => {
    const place = {
      kind: 'block device',
      length: 64 * 2 ** 20,
      header: { format: 'qcow2', virtualSize: 10 * GIB },
      heldBy: ['mounted at /mnt', 'open in process 4711 (qemu-io)'],
    } as const;
    const plain = { kind: 'file', length: 1211, header: null, heldBy: [] } as const;
    const files = { '/dev/x': { size: 0, place }, '/etc/x': { size: 4096, place: plain } };
    const text = writeFacts(world({ files }));
    expect(fits(parse(text)), JSON.stringify(fits.errors)).toBe(true);
    const back = read(text).files;
    expect(back['/etc/x']?.place).toEqual(plain);
    expect(back['/dev/x']?.place).toEqual({
      ...place,
      heldBy: ['mounted at /mnt', 'open in a process (qemu-io)'],
    });
  });

  test('keep what the tables of an image say', () => {
    const MIB = 2 ** 20;
    const extents = {
      virtualSize: 10 * GIB + 512,
      layers: [
        { data: 3 * MIB, zeroes: 0 },
        { data: 40 * MIB, empty: 2 * MIB, zeroes: 7 * MIB },
      ],
    };
    const files = { [SNAP2]: { size: 5, extents }, '/old': { size: 5, extents } };
    const text = writeFacts(world({ files }));
    expect(fits(parse(text)), JSON.stringify(fits.errors)).toBe(true);
    const back = read(text).files;
    for (const file of Object.keys(files)) expect(back[file]?.extents).toEqual(extents);
  });

  test('keep what makes the space of a copy uncertain', () => {
    const disks = [disk('vda', [SNAP2, SNAP1], { detectZeroes: true })];
    const folders = { '/new': { writable: true, free: 5 * GIB, mayCompress: true as const } };
    const text = writeFacts(world({ disks, folders }));
    expect(fits(parse(text)), JSON.stringify(fits.errors)).toBe(true);
    expect(read(text).domain.disks).toMatchObject([{ detectZeroes: true }]);
    expect(read(text).folders).toEqual(folders);
  });

  test('keep which guests run, but their fingerprint does not depend on it', () => {
    const off = neighbour('n', [SNAP1], [SNAP1]);
    const host = (other: OtherDomain) => world({ others: [other] });
    const running = host({ ...off, running: true });
    const text = writeFacts(running);
    expect(fits(parse(text)), JSON.stringify(fits.errors)).toBe(true);
    expect(read(text).others).toEqual(running.others);
    const { plan } = shipped(SHIPPED[0]!);
    expect(fingerprintOf(plan, running)).toBe(fingerprintOf(plan, host(off)));
  });

  test.each(LIVE)('give the same walk of %s', (file) => {
    const { graph } = shipped(file);
    const host = looked(hostForPlans(), walk(graph, hostForPlans()).files);
    expect(walked(graph, read(writeFacts(host)))).toEqual(walked(graph, host));
    expect(read(writeFacts({ ...host, others: [] })).untold).toBeUndefined();
    const shared = { ...host, others: [neighbour('n', [SNAP1, SNAP2], [SNAP1])] };
    expect(walked(graph, read(writeFacts(shared)))).toEqual(walked(graph, shared));
    const full = {
      ...host,
      folders: { ...host.folders, '/new': { free: 10, writable: true } },
    };
    expect(walked(graph, full).findings).not.toEqual(walked(graph, host).findings);
    expect(walked(graph, read(writeFacts(full)))).toEqual(walked(graph, full));
  });

  const arbitraryState: fc.Arbitrary<HostState> = fc
    .record({
      size: fc.nat({ max: 2 ** 45 }),
      free: fc.nat({ max: 2 ** 45 }),
      agent: fc.boolean(),
      persistent: fc.boolean(),
      state: fc.constantFrom('running', 'paused', 'shut off', 'gone' as const),
      snapshots: fc.array(fc.string({ minLength: 1, unit: 'grapheme' })),
      // The test host state writes the name into its definition unescaped.
      name: fc
        .string({ minLength: 1, unit: 'grapheme' })
        .filter((text) => !/[&<'\u0000-\u001f\ufffe\uffff]|\p{Cs}/u.test(text))
        .map((text) => `/images/${text}`),
      chain: fc.subarray([SNAP2, SNAP1, BASE]),
      job: fc.option(
        fc.record({
          type: fc.constantFrom('copy' as const, 'commit' as const),
          ready: fc.boolean(),
          mirror: fc.constant('/mirror'),
        }),
        { nil: undefined },
      ),
      others: fc.array(
        fc.record({
          name: fc.string({ minLength: 1 }),
          files: fc.subarray([BASE, SNAP1, '/foreign']),
          writes: fc.subarray([BASE, '/foreign']),
          unread: fc.subarray(['/a', '/b']),
        }),
        { maxLength: 3 },
      ),
    })
    .map(({ size, free, name, chain, job, others, ...domain }) =>
      world({
        domain: domain.state === 'gone' ? { ...domain, persistent: false } : domain,
        disks: [disk('vda', chain, job ? { job } : {}), disk('vdb', [name])],
        files: {
          [name]: { size },
          [`${name}.new`]: null,
          [SNAP2]: { size, identity: '7:1', backing: null },
          '/other/name': { size, identity: '7:1', format: 'qcow2' },
        },
        folders: { '/images': { free, writable: domain.agent }, '/none': null },
        others: others.filter((each, at) => others.findIndex((o) => o.name === each.name) === at),
      }),
    );

  test('give the same facts', () => {
    fc.assert(
      fc.property(arbitraryState, (host) => {
        const text = writeFacts(host);
        expect(fits(parse(text)), JSON.stringify(fits.errors)).toBe(true);
        expect(writeFacts(read(text))).toBe(text);
        // Programs that write JSON for review escape hidden characters.
        const json = JSON.stringify(parse(text), null, 2).replace(
          /[^\n -~]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        expect(read(json)).toEqual(read(text));
      }),
    );
  });

  test('give the same host state, except for rounding, indexes and unrelated guests', () => {
    fc.assert(
      fc.property(arbitraryState, (host) => {
        const seen = read(writeFacts(host));
        const { domain, files, folders } = seen;
        const { definition: _with, uuid: _uuid, disks, ...told } = host.domain;
        expect(domain).toMatchObject(told);
        expect(domain.disks).toEqual(
          disks.map((each) => ({
            ...each,
            chain: each.chain.map(({ index: _live, ...layer }) => layer),
          })),
        );
        expect(Object.keys(files).sort()).toEqual(Object.keys(host.files).sort());
        for (const [path, file] of Object.entries(host.files)) {
          expect(files[path] === null).toBe(file === null);
          expect(files[path]?.size ?? 0).toBeGreaterThanOrEqual(file?.size ?? 0);
          expect(files[path]?.backing).toBe(recordedBackingName(host, path));
        }
        expect(isSameFile(seen, '/other/name', SNAP2)).toBe(true);
        expect(isSameFile(seen, '/other/name', BASE)).toBe(isSameFile(host, '/other/name', BASE));
        expect(folders['/images']?.free).toBeLessThanOrEqual(host.folders['/images']?.free ?? 0);
        expect(folders['/none']).toBeNull();
      }),
    );
  });

  test('do not depend on the order and the indexes that libvirt reports', () => {
    const host = world({ others: [neighbour('a', [BASE], []), neighbour('b', [BASE, SNAP1], [])] });
    const later: HostState = {
      ...host,
      domain: {
        ...host.domain,
        disks: host.domain.disks.map((each) => ({
          ...each,
          chain: each.chain.map((layer) => ({ ...layer, index: 40 + (layer.index ?? 0) })),
        })),
      },
      files: Object.fromEntries(
        Object.entries(host.files)
          .reverse()
          .map(([path, file]) => [path, file && { ...file, size: file.size - 1, identity: path }]),
      ),
      others: [...host.others, neighbour('c', ['/elsewhere'], ['/elsewhere'])].reverse(),
    };
    expect(writeFacts(later)).toBe(writeFacts(host));
  });
});
