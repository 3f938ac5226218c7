/** A file with another name is recognized as the same file, by every kind of step and wherever the name occurs. */
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFacts } from '../../../src/facts/read.ts';
import { compile } from '../../../src/graph/graph.ts';
import type { HostState } from '../../../src/model/host-state.ts';
import { readPlan } from '../../../src/plan/read.ts';
import { walk } from '../../../src/simulate/walk.ts';
import { steps as kinds } from '../../../src/steps/registry.ts';
import { stored, storeOf, withStore } from '../../stored.ts';
import { definitionXml } from '../../worlds.ts';

/** Names of a file in `/i`, with the `same-files` that facts must contain. */
type Naming = (path: string) => { readonly name: string; readonly same: readonly string[][] };

const NAMINGS: Readonly<Record<string, Naming>> = {
  'a symbolic link, a hard link or a bind mount': (path) => ({
    name: path.replace('/i/', '/alias/'),
    same: [[path, path.replace('/i/', '/alias/')]],
  }),
  'two links, one above the other': (path) => {
    const [first, second] = [path.replace('/i/', '/a/'), path.replace('/i/', '/b/')];
    return {
      name: second,
      same: [
        [second, first],
        [first, path],
      ],
    };
  },
  'a link that is spelled with ".."': (path) => {
    const link = path.replace('/i/', '/alias/');
    return { name: path.replace('/i/', '/alias/x/../'), same: [[path, link]] };
  },
  '".." and repeated slashes': (path) => ({ name: path.replace('/i/', '//i/x/..//./'), same: [] }),
};

const [TOP, MID, BASE] = ['/i/top.qcow2', '/i/mid.qcow2', '/i/base.qcow2'];
const [SPARE, OTHERS] = ['/i/spare.qcow2', '/i/others.qcow2'];
const RESTORED = '/i/testvm-monday-vda.qcow2';

interface Scene {
  readonly what: string;
  /** The plan's steps, given the name of a file. */
  readonly steps: (name: string) => object[];
  /** The file that has two names. */
  readonly file: string;
  /** Who uses the other name: the plan, or another guest, which reads or writes the file. */
  readonly by: 'plan' | 'reader' | 'writer';
  /** Set if the plan must spell it plainly, because the plan creates it or writes to it. */
  readonly plain?: true;
  /** The files of another disk that the definition of a guest that is off has, besides vda. */
  readonly off?: readonly string[];
  readonly codes: readonly string[];
}

const copy = (params: object) => ({ blockcopy: { disk: 'vda', ...params } });
const commit = (params: object) => ({ blockcommit: { disk: 'vda', ...params } });
const reuse = (dest: string) =>
  copy({ dest, 'reuse-external': true, format: 'qcow2', pivot: true });
const overlay = (file: string) => ({
  'snapshot-create-as': {
    name: 's',
    'disk-only': true,
    'no-metadata': true,
    'reuse-external': true,
    diskspec: [{ disk: 'vda', file }],
  },
});
const pull = (params: object = {}) => ({ blockpull: { disk: 'vda', ...params } });
const backup = { 'backup-begin': { store: '/i', name: 'new' } };
/** The file that it makes is {@link RESTORED} if that is the folder. */
const restore = (dest: string) => ({
  restore: { store: '/backup', backup: 'monday', disks: ['vda'], dest },
});
const track = { 'checkpoint-create': { name: 'c', disks: ['vda'] } };
const convert = (source: string, dest = '/i/new.qcow2') => ({
  convert: { source, dest, 'source-format': 'qcow2' },
});

const SCENES: readonly Scene[] = [
  {
    what: 'a convert of a file that another guest writes to',
    ...{ file: SPARE, by: 'writer', steps: () => [convert(SPARE)], codes: ['BP116'] },
  },
  {
    what: 'a convert of the active layer',
    ...{ file: TOP, by: 'plan', steps: (name) => [convert(name)], codes: ['BP116'] },
  },
  {
    what: 'a convert of a quiet layer',
    ...{ file: MID, by: 'plan', steps: (name) => [convert(name)], codes: [] },
  },
  {
    what: 'a convert into its own source',
    ...{ file: SPARE, by: 'plan', plain: true, codes: ['BP051', 'BP106'] },
    steps: (name) => [convert(SPARE, name)],
  },
  {
    what: 'a copy into a file that another guest has',
    ...{ file: SPARE, by: 'reader', steps: () => [reuse(SPARE)], codes: ['BP122', 'BP109'] },
  },
  {
    what: 'a copy to a path that another guest uses',
    ...{ file: '/i/new.qcow2', by: 'reader', codes: ['BP109'] },
    steps: () => [copy({ dest: '/i/new.qcow2', shallow: true, pivot: true })],
  },
  {
    what: "a copy into one of the guest's own layers",
    ...{ file: BASE, by: 'plan', plain: true, steps: (name) => [reuse(name)], codes: ['BP106'] },
  },
  {
    what: 'a copy over a file',
    ...{ file: SPARE, by: 'plan', plain: true, codes: ['BP106'] },
    steps: (dest) => [copy({ dest, shallow: true, finish: true })],
  },
  {
    what: 'a commit into a file that another guest has',
    ...{ file: BASE, by: 'reader', codes: ['BP109'] },
    steps: () => [commit({ top: MID, base: BASE })],
  },
  {
    what: 'a commit of layers by their names',
    ...{ file: MID, by: 'plan', steps: (top) => [commit({ top, base: BASE })], codes: [] },
  },
  {
    what: 'a commit into a layer by its name',
    ...{ file: MID, by: 'plan', codes: [] },
    steps: (base) => [commit({ base, active: true, pivot: true })],
  },
  {
    what: 'an overlay in a file that another guest has',
    ...{ file: SPARE, by: 'reader', steps: () => [overlay(SPARE)], codes: ['BP122', 'BP109'] },
  },
  {
    what: "an overlay in one of the guest's own layers",
    ...{ file: MID, by: 'plan', plain: true, steps: (name) => [overlay(name)], codes: ['BP106'] },
  },
  {
    what: 'a definition on the active layer',
    ...{ file: TOP, by: 'plan', codes: [] },
    steps: (source) => [{ redefine: { disk: 'vda', source } }],
  },
  {
    what: 'a definition without vda, and with it again',
    ...{ file: TOP, by: 'plan', codes: [] },
    steps: (source) => [{ undefine: {} }, { redefine: { disk: 'vda', source } }],
  },
  {
    what: 'a pull into a file that another guest has',
    ...{ file: TOP, by: 'reader', steps: () => [pull()], codes: ['BP109'] },
  },
  {
    what: 'a pull of the layers above one by its name',
    ...{ file: BASE, by: 'plan', steps: (base) => [pull({ base })], codes: [] },
  },
  {
    what: 'a pull of the layers above the active one by its name',
    ...{ file: TOP, by: 'plan', steps: (base) => [pull({ base })], codes: ['BP113'] },
  },
  {
    what: 'a backup to a path that another guest uses',
    ...{ file: '/i/new', by: 'reader', steps: () => [backup], codes: ['BP109'] },
  },
  {
    what: 'a disk that is restored to a path that another guest uses',
    ...{ file: RESTORED, by: 'reader', off: [], codes: ['BP109'] },
    steps: () => [restore('/i')],
  },
  {
    what: "a disk that is restored over another of the guest's own",
    ...{ file: RESTORED, by: 'plan', plain: true, off: [RESTORED], codes: ['BP106'] },
    steps: (name) => [restore(dirname(name))],
  },
  {
    what: 'a checkpoint that is created and deleted',
    ...{ file: BASE, by: 'reader', codes: [] },
    steps: () => [track, { 'checkpoint-delete': { checkpointname: 'c' } }],
  },
  ...(
    [
      ...(['blockcopy', 'blockcommit', 'blockpull', 'snapshot-create-as'] as const),
      ...(['backup-begin', 'checkpoint-create'] as const),
    ] as const
  ).flatMap((kind) =>
    [TOP, BASE].map(
      (file): Scene => ({
        what: `a ${kind} of a disk with ${file}, which another guest writes to`,
        ...{ file, by: 'writer', codes: ['BP155'] },
        steps: () => [
          {
            blockcopy: copy({ dest: '/i/new.qcow2', shallow: true, pivot: true }),
            blockcommit: commit({ shallow: true, active: true, pivot: true }),
            blockpull: pull(),
            'backup-begin': backup,
            'checkpoint-create': track,
            'snapshot-create-as': {
              'snapshot-create-as': { name: 's', 'disk-only': true, 'no-metadata': true },
            },
          }[kind],
        ],
      }),
    ),
  ),
  {
    what: 'a layer that is moved over another file',
    ...{ file: '/q/top.qcow2', by: 'reader', codes: ['BP109'] },
    steps: () => [commit({ shallow: true, active: true, pivot: true, quarantine: '/q' })],
  },
];

/** The same guest, off, with a backup of vda and more disks in its definition. */
function turnedOff(state: HostState, more: readonly string[]): HostState {
  const uuid = '4dea22b3-1d52-d8f3-2516-782e98ab3fa0';
  const disks = [TOP, ...more].map((file, at) => ({
    ...({ target: `vd${'ab'[at]}`, device: 'disk', type: 'file', file, format: 'qcow2' } as const),
    readonly: false,
  }));
  const definition = definitionXml('testvm', uuid, disks);
  const domain = { ...state.domain, uuid, definition, state: 'shut off', agent: false } as const;
  return withStore({ ...state, domain }, '/backup', storeOf([stored('monday')]));
}

function codesOf({ file, by, steps, off }: Scene, { name, same }: ReturnType<Naming>): string[] {
  const theirs = by === 'plan' ? OTHERS : name;
  const facts = {
    facts: 'blockplan/v1',
    domain: { name: 'testvm' },
    disks: [{ target: 'vda', chain: [TOP, MID, BASE] }],
    files: { [SPARE]: { size: '1 MiB', backing: MID }, '/i/new.qcow2': 'absent' },
    others: [{ name: 'other', [by === 'writer' ? 'writes' : 'files']: [theirs] }],
    'same-files': same,
    host: { uri: 'qemu:///system' },
  };
  const state = readFacts(JSON.stringify(facts), 'facts.json');
  const plan = {
    plan: 'blockplan/v1',
    name: 'aliased',
    domain: 'testvm',
    steps: steps(by === 'plan' ? name : file).map((step, at) => ({ id: `s${at}`, ...step })),
  };
  const read = readPlan({ file: 'plan.yaml', source: JSON.stringify(plan), steps: kinds });
  return walk(compile(read), off ? turnedOff(state, off) : state).findings.flatMap(
    ({ severity, code }) => (severity === 'error' ? [code] : []),
  );
}

/** They name no file of a guest: right before it removes an image, the driver proves that no guest uses it. */
const OTHER_KINDS = ['backup-verify', 'backup-prune'];

test('every kind is among these', () => {
  const used = SCENES.flatMap(({ steps, file }) => steps(file).flatMap(Object.keys));
  expect([...new Set([...used, ...OTHER_KINDS])].sort()).toEqual(
    kinds.map(({ kind }) => kind).sort(),
  );
});

describe.each(SCENES)('$what', (scene) => {
  const only = { name: scene.file, same: [] };

  test('by its only name', () => {
    // A source and a destination with the same spelling are refused before the host is checked.
    if (scene.codes.includes('BP051')) return expect(() => codesOf(scene, only)).toThrow('same');
    expect(codesOf(scene, only)).toEqual(scene.codes);
  });

  test.each(
    Object.entries(NAMINGS).filter(
      ([, naming]) => !scene.plain || !/\.|\/\//.test(naming('/i/a').name),
    ),
  )('by %s', (_, naming) => {
    expect(codesOf(scene, naming(scene.file))).toEqual(scene.codes);
  });
});
