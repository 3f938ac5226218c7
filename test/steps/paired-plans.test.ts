/** The disks of the running guest and of the definition: every way in which they match or differ, for every kind of step. */
import { describe, expect, test } from 'vitest';
import { allDisks, definedDisks, withPersistentSources } from '../../src/model/defined-disks.ts';
import { readDomainXml } from '../../src/model/domain-xml.ts';
import { usersOf } from '../../src/model/file-identity.ts';
import type { Disk, HostState } from '../../src/model/host-state.ts';
import { provePlan } from '../../src/prove/prove.ts';
import { contradictions } from '../../src/run/compare.ts';
import { walk } from '../../src/simulate/walk.ts';
import { steps as kinds } from '../../src/steps/registry.ts';
import { planned } from '../plans.ts';
import { definitionXml, disk, looked, world } from '../worlds.ts';

const HOT = ['/hot/top.qcow2', '/hot/base.qcow2'];
const UUID = '4dea22b3-1d52-d8f3-2516-782e98ab3fa0';

/** A guest with vda, and vdb on `HOT`; its definition has vda and what is given. */
function guest(inDefinition: Readonly<Record<string, string | undefined>>): HostState {
  const live = [disk('vda', ['/i/a.qcow2']), disk('vdb', HOT)];
  const disks = Object.entries({ vda: '/i/a.qcow2', ...inDefinition }).map(([target, file]) => ({
    target,
    device: 'disk' as const,
    type: 'file',
    file,
    format: 'qcow2',
    readonly: false,
  }));
  const definition = definitionXml('testvm', UUID, disks);
  const paired = withPersistentSources(live, readDomainXml(definition).disks) as Disk[];
  return world({ disks: paired, others: [], domain: { definition, uuid: UUID, autostart: false } });
}

const PAIRINGS = {
  alike: { vdb: HOT[0] },
  'plugged into the running guest only': {},
  'called by another target': { vdc: HOT[0] },
  'called by another target, on a layer below': { vdc: HOT[1] },
  'on another file': { vdb: '/elsewhere.qcow2' },
  'without a file': { vdb: undefined },
  'alike, with another disk for the next start': { vdb: HOT[0], vdd: '/next.qcow2' },
} as const;
type Pairing = keyof typeof PAIRINGS;

const COPY = 'blockcopy: { disk: vdb, dest: /new/c.qcow2, shallow: true';
const SNAPSHOT = 'snapshot-create-as: { name: s, disk-only: true, no-metadata: true }';
const PULL = 'blockpull: { disk: vdb }';
const BACKUP = 'backup-begin: { store: /backup, name: b, disks: [vdb] }';
const TRACK = 'checkpoint-create: { name: c, disks: [vdb] }';
const COMMIT = 'blockcommit: { disk: vdb, shallow: true, active: true';
const PLANS = {
  'a copy that moves the disk': [`${COPY}, pivot: true }`],
  'a copy that leaves it': [`${COPY}, finish: true }`],
  'a snapshot': [SNAPSHOT],
  'a snapshot and its commit': [`{ id: s, ${SNAPSHOT} }`, `{ id: c, ${COMMIT}, pivot: true } }`],
  'a commit that moves the disk': [`${COMMIT}, pivot: true }`],
  'a commit that leaves it': [`${COMMIT}, keep-overlay: true }`],
  'a pull': [PULL],
  'a backup': [BACKUP],
  'a checkpoint': [TRACK],
  'a new definition': ['redefine: { disk: vdb, source: /hot/top.qcow2 }'],
} as const;
/** Kinds for which the disks of the running guest and of the definition are not compared. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  convert: 'it works on files, not on disks',
  'checkpoint-delete': 'it works on no disk',
  undefine: 'it works on no disk; see the classic plan below',
  'backup-verify': 'it reads backups, not the guest',
  'backup-prune': 'it removes backups, and nothing of the guest',
  restore: 'the guest is off, so its disks are those of its definition',
};
type Plan = keyof typeof PLANS;

/** The refused combinations; all others must be proven. */
const REFUSED: Readonly<Record<Plan, Partial<Record<Pairing, string>>>> = {
  'a copy that moves the disk': {
    'plugged into the running guest only': 'BP100',
    'called by another target': 'BP100',
    'called by another target, on a layer below': 'BP100',
    'on another file': 'BP119',
    'without a file': 'BP100',
  },
  'a copy that leaves it': {},
  'a snapshot': {
    'plugged into the running guest only': 'BP100',
    'called by another target': 'BP100',
    'called by another target, on a layer below': 'BP100',
    'on another file': 'BP140',
    'without a file': 'BP100',
  },
  'a snapshot and its commit': {
    'plugged into the running guest only': 'BP100',
    'called by another target': 'BP100',
    'called by another target, on a layer below': 'BP100',
    'without a file': 'BP100',
    'on another file': 'BP119',
  },
  'a commit that moves the disk': {
    'plugged into the running guest only': 'BP100',
    'called by another target': 'BP109',
    'called by another target, on a layer below': 'BP109',
    'on another file': 'BP119',
    'without a file': 'BP100',
  },
  // The commit writes to the base, which may belong to another disk of the definition.
  'a commit that leaves it': {
    'called by another target': 'BP109',
    'called by another target, on a layer below': 'BP109',
    'on another file': 'BP119',
  },
  // The pull writes to the active layer, and the layers below may belong to another disk of the definition.
  'a pull': {
    'called by another target': 'BP109',
    'on another file': 'BP119',
  },
  'a backup': {},
  'a checkpoint': {},
  'a new definition': {
    'plugged into the running guest only': 'BP103',
    'called by another target': 'BP103',
    'called by another target, on a layer below': 'BP103',
    'without a file': 'BP103',
  },
};

test('every kind is among these, or has a reason why not', () => {
  const used = Object.values(PLANS).flatMap((steps) =>
    planned(steps).plan.steps.map(({ step }) => step.kind),
  );
  const known = new Set([...used, ...Object.keys(OTHER_KINDS)]);
  expect([...known].sort()).toEqual(kinds.map(({ kind }) => kind).sort());
});

describe.each(Object.entries(PLANS) as [Plan, readonly string[]][])('%s', (plan, steps) => {
  test.each(Object.keys(PAIRINGS) as Pairing[])('of a disk that is defined %s', (pairing) => {
    const { graph } = planned(steps);
    const start = guest(PAIRINGS[pairing]);
    const { files } = walk(graph, start);
    const seen = looked(start, files);
    const errors = walk(graph, seen).findings.filter(({ severity }) => severity === 'error');
    const refused = REFUSED[plan][pairing];
    expect(errors.map(({ code }) => code).slice(0, 1)).toEqual(refused ? [refused] : []);
    for (const { message, hint } of errors)
      expect(`${message} ${hint}`).not.toMatch(/undefined|\[object/);
    if (refused) return;
    const proof = provePlan(graph, seen, [...files, ...Object.keys(seen.files)]);
    expect(proof.violations).toEqual([]);
    expect(proof.singles.succeeded).toBeGreaterThan(0);
  });
});

test('a file that only the definition names is a file of the guest', () => {
  const seen = guest({ vdb: HOT[0], vdd: '/next.qcow2' });
  expect(usersOf(seen, '/next.qcow2')).toEqual(['testvm']);
  expect(allDisks(seen.domain).map(({ target }) => target)).toEqual(['vda', 'vdb', 'vdd']);
  const { graph } = planned([
    'blockcopy: { disk: vda, dest: /next.qcow2, reuse-external: true, format: qcow2, finish: true }',
  ]);
  const around = { ...seen, files: { ...seen.files, '/next.qcow2': { size: 1 } } };
  expect(walk(graph, around).findings.map(({ code }) => code)).toContain('BP106');
});

test('a classic plan does not move a disk that the kept definition lacks', () => {
  const { graph } = planned([
    '{ id: u, undefine: {} }',
    `{ id: c, ${COPY}, pivot: true } }`,
    '{ id: r, redefine: { disk: vdb, source: /new/c.qcow2 } }',
  ]);
  const start = guest({});
  const { findings } = walk(graph, looked(start, walk(graph, start).files));
  expect(findings.map(({ code }) => code)).toContain('BP100');
});

test('the sources of a new definition replace those of the previous one', () => {
  const [vda, vdb] = withPersistentSources(guest({ vdb: HOT[0] }).domain.disks, []);
  expect([vda?.persistentSource, vdb?.persistentSource]).toEqual([undefined, undefined]);
  expect(definedDisks({})).toEqual([]);
});

test.each([{}, { vda: undefined }])(
  'a disk that only the running guest has contradicts no end of a run: %j',
  (more) => {
    const seen = guest(more);
    const only = seen.domain.disks.filter(({ target }) => target === 'vdb');
    const world = { ...seen, domain: { ...seen.domain, disks: only } };
    expect(contradictions(world, world)).toEqual([]);
  },
);
