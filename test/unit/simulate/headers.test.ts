/** Names in headers on a simulated host: after an accepted plan, the next start opens the live chain, in any spelling. */
import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SimulatedHost, simulatedHostOf } from '../../../src/host/simulated-host.ts';
import { backingPath } from '../../../src/model/backing-path.ts';
import { isChainTerminated, readDomainXml } from '../../../src/model/domain-xml.ts';
import type { HostState, ImageFile } from '../../../src/model/host-state.ts';
import { provePlan } from '../../../src/prove/prove.ts';
import { apply } from '../../../src/simulate/host.ts';
import { walk } from '../../../src/simulate/walk.ts';
import type { WalkedPhase } from '../../../src/simulate/walked-phase.ts';
import { NoRollback } from '../../../src/steps/define.ts';
import { wordsIn } from '../../effects.ts';
import { planned } from '../../plans.ts';
import { disk, looked, world } from '../../worlds.ts';

/** `/l` is a link to `/i/a`. */
const FOLDERS = ['/i', '/i/a', '/i/a/b', '/l'] as const;

/** The file that a path leads to, resolved as the kernel would. */
function real(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .reduce((at, part) => {
      if (part === '..') return posix.dirname(at);
      return at === '/' && part === 'l' ? '/i/a' : posix.join(at, part);
    }, '/');
}

type Spelling = 'path' | 'relative' | 'by the link';

function spelled(from: string, to: string, how: Spelling): string {
  if (how === 'relative') return posix.relative(real(posix.dirname(from)), real(to));
  return how === 'by the link' ? real(to).replace(/^\/i\/a\//, '/l/') : to;
}

const layers = fc.array(
  fc.record({
    folder: fc.constantFrom(...FOLDERS),
    how: fc.constantFrom<Spelling>('path', 'relative', 'relative', 'by the link'),
  }),
  { minLength: 2, maxLength: 5 },
);

/** A guest whose headers name the layers with these spellings; its chain is spelled as libvirt finds it. */
function guestOn(chosen: readonly { folder: string; how: Spelling }[]): HostState {
  const files = chosen.map(({ folder }, at) => `${folder}/${at}.qcow2`);
  const chain = files.slice(0, 1);
  const named: Record<string, ImageFile> = {};
  for (const [at, { how }] of chosen.entries()) {
    const file = chain[at] ?? '';
    const below = files[at + 1];
    // A relative name starts at the folder as it is spelled; the kernel resolves `..` in it.
    const backing = below === undefined ? null : spelled(file, below, how);
    named[file] = { size: 1, identity: real(file), backing };
    if (backing !== null) chain.push(backingPath(file, backing));
  }
  return world({ disks: [disk('vda', chain)], files: named, others: [] });
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant('commit' as const),
    top: fc.integer({ min: 2, max: 4 }),
    keep: fc.boolean(),
    remove: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('pull' as const),
    base: fc.integer({ min: 2, max: 4 }),
    keep: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('pivot' as const), remove: fc.boolean() }),
  fc.record({ kind: fc.constant('copy' as const), shallow: fc.boolean() }),
  fc.record({ kind: fc.constant('snapshot' as const) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function yamlOf(each: Step, at: number): string {
  const gone = 'remove' in each && each.remove ? ', delete: true' : '';
  switch (each.kind) {
    case 'commit':
      return `blockcommit: { disk: vda, top: 'vda[${each.top}]', shallow: true${each.keep ? ', keep-relative: true' : ''}${gone} }`;
    case 'pull':
      return `blockpull: { disk: vda, base: 'vda[${each.base}]'${each.keep ? ', keep-relative: true' : ''} }`;
    case 'pivot':
      return `blockcommit: { disk: vda, shallow: true, active: true, pivot: true${gone} }`;
    case 'copy':
      return `blockcopy: { disk: vda, dest: /e/copy-${at}, pivot: true${each.shallow ? ', shallow: true' : ''} }`;
    case 'snapshot':
      return `snapshot-create-as: { name: s${at}, disk-only: true, no-metadata: true, diskspec: [{ disk: vda, file: /e/over-${at} }] }`;
  }
}

/** The files that a start from the definition opens, derived from the host state without the product's own code for it. */
function nextStart({ domain, files }: HostState): string[] {
  const xml = domain.definition ?? '';
  const defined = readDomainXml(xml).disks[0]?.chain.map(({ file }) => file) ?? [];
  const opened = [...defined];
  while (!isChainTerminated(xml, 'vda')) {
    const top = opened.at(-1) ?? '';
    const name = Object.entries(files).find(([path]) => real(path) === real(top))?.[1]?.backing;
    if (!name) break;
    opened.push(posix.isAbsolute(name) ? name : `${posix.dirname(top)}/${name}`);
  }
  return opened.map(real);
}

const ofChain = ({ domain }: HostState) => domain.disks[0]!.chain.map(({ file }) => real(file));

test('an accepted plan ends with headers that lead to the live chain', () => {
  const counts = { through: 0, refused: 0 };
  fc.assert(
    fc.property(layers, fc.array(step, { minLength: 1, maxLength: 3 }), (chosen, steps) => {
      const first = guestOn(chosen);
      const { graph } = planned(steps.map(yamlOf));
      const host = looked(first, walk(graph, first).files);
      expect(nextStart(host)).toEqual(ofChain(host));
      const { phases, findings } = walk(graph, host);
      if (findings.some(({ severity }) => severity === 'error')) {
        counts.refused++;
        return;
      }
      counts.through++;
      for (const { after } of phases) expect(nextStart(after)).toEqual(ofChain(after));
    }),
    { numRuns: 300, seed: 8 },
  );
  expect(counts.through).toBeGreaterThan(60);
  expect(counts.refused).toBeGreaterThan(60);
});

const relative = guestOn([
  { folder: '/i', how: 'relative' },
  { folder: '/i', how: 'relative' },
  { folder: '/i', how: 'path' },
]);

/** The codes of preflight's errors. */
function refusals(yaml: readonly string[], on = relative): string[] {
  const { graph } = planned(yaml);
  const { findings } = walk(graph, looked(on, walk(graph, on).files));
  return findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
}

test('a name cannot be kept relative after the overlay has moved to another folder', () => {
  const copy = 'blockcopy: { disk: vda, dest: /e/top.qcow2, shallow: true, pivot: true }';
  const commit = (more: string) =>
    `blockcommit: { disk: vda, base: /i/2.qcow2, top: /i/1.qcow2, delete: true${more} }`;
  expect(refusals([copy, commit(', keep-relative: true')])).toEqual(['BP180']);
  expect(refusals([copy, commit('')])).toEqual([]);
  expect(refusals([commit(', keep-relative: true')])).toEqual([]);
});

test('a pair of names that libvirt composes wrongly is refused', () => {
  const folders = guestOn([
    { folder: '/i/a/b', how: 'relative' },
    { folder: '/i/a', how: 'relative' },
    { folder: '/i', how: 'relative' },
    { folder: '/i/a', how: 'relative' },
  ]);
  const commit = (at: number) =>
    `blockcommit: { disk: vda, top: 'vda[${at}]', shallow: true, keep-relative: true }`;
  expect(refusals([commit(2)], folders)).toEqual([]);
  expect(refusals([commit(3)], folders)).toEqual([]);
  expect(refusals([commit(2), commit(3)], folders)).toEqual(['BP149']);
});

test('a pull keeps the name of its base relative, from the first layer below the active layer on', () => {
  const { graph } = planned(['blockpull: { disk: vda, base: "/i/2.qcow2", keep-relative: true }']);
  const { files } = walk(graph, relative);
  const host = looked(relative, files);
  const proof = provePlan(graph, host, [...new Set([...files, ...Object.keys(host.files)])]);
  expect(proof.violations).toEqual([]);
  const [pulled] = walk(graph, host).phases;
  expect(pulled?.after.files['/i/0.qcow2']?.backing).toBe('2.qcow2');
});

test('a pull of no layers names its base again, by the name that libvirt remembers', () => {
  const folders = guestOn([
    { folder: '/i/a/b', how: 'relative' },
    { folder: '/i/a', how: 'relative' },
    { folder: '/i', how: 'relative' },
  ]);
  const base = folders.domain.disks[0]!.chain[2]!.file;
  const { graph } = planned([`blockpull: { disk: vda, base: ${base}, keep-relative: true }`]);
  const [{ node, before, start }] = walk(graph, folders).phases as [WalkedPhase];
  const pulled = (host: SimulatedHost) => node.phase.effects(before, start).reduce(apply, host);
  const once = pulled(simulatedHostOf(folders));
  expect(once.headers['/i/a/b/0.qcow2']).toBe('../../2.qcow2');
  expect(pulled(once).headers['/i/a/b/0.qcow2']).toBe('../2.qcow2');
});

test('a reused image is refused if its header names another backing file than the guest would have', () => {
  const reused = (backing: string) => ({
    ...relative,
    files: { ...relative.files, '/i/new': { size: 1, format: 'qcow2', backing } },
  });
  const copy = (more: string) =>
    `blockcopy: { disk: vda, dest: /i/new, format: qcow2, reuse-external: true, pivot: true${more} }`;
  expect(refusals([copy(', shallow: true')], reused('1.qcow2'))).toEqual([]);
  expect(refusals([copy(', shallow: true')], reused('2.qcow2'))).toEqual(['BP122']);
  expect(refusals([copy('')], reused('2.qcow2'))).toEqual(['BP122']);
});

test('a commit that is rolled back restores the names, under every fault', () => {
  const { graph } = planned([
    'blockcommit: { disk: vda, shallow: true, active: true, pivot: true, delete: true }',
    'undefine: {}',
    'redefine: {}',
  ]);
  const { files } = walk(graph, relative);
  const host = looked(relative, files);
  const proof = provePlan(graph, host, [...new Set([...files, ...Object.keys(host.files)])]);
  expect(proof.violations).toEqual([]);
  const [, pivot] = walk(graph, host).phases;
  const { node, start, before, after } = pivot!;
  const effects = node.phase.undo(before, after, start);
  expect(effects.map(wordsIn)).toContainEqual(
    expect.arrayContaining(['create', '-b', '1.qcow2', '/i/0.qcow2']),
  );
  expect(() =>
    node.phase.undo(before, { ...after, domain: { ...after.domain, state: 'shut off' } }, start),
  ).toThrow(NoRollback);
});
