/** The exact findings of `blockcommitStep`. */
import { expect, test } from 'vitest';
import { type HostState, withFile } from '../../src/model/host-state.ts';
import { blockcommitStep } from '../../src/steps/blockcommit.ts';
import { BASE, DATA, disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { findingLines, refusalLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const active = { disk: 'vda', shallow: true, active: true, pivot: true };
const middle = { disk: 'vda', top: SNAP1, base: BASE };
const alone = world({ others: [] });
const CHAIN = `${SNAP2} -> ${SNAP1} -> ${BASE}`;

test.each<readonly [string, Params, readonly string[]]>([
  [
    'no base',
    { disk: 'vda', active: true, pivot: true },
    [
      'BP058: without "base" or "shallow", virsh would commit the whole chain into its lowest layer, which other guests may share -> write "shallow: true" to commit into the layer directly below, or "base: FILE" to name the layer',
    ],
  ],
  [
    'no end',
    { disk: 'vda', shallow: true, active: true },
    [
      'BP053 active: a commit of the active layer requires "pivot" or "keep-overlay" -> write "pivot: true" to move the guest to the base, or "keep-overlay: true" to keep it on the active layer',
    ],
  ],
  [
    'no top',
    { disk: 'vda', shallow: true },
    [
      'BP053: the layers to commit are not specified: neither "active" nor "top" is given -> write "active: true" with "pivot: true", or name a layer with "top"',
    ],
  ],
  [
    'options that are mutually exclusive, and invalid paths',
    {
      disk: 'vda',
      base: 'x',
      shallow: true,
      top: 'y',
      pivot: true,
      'keep-overlay': true,
      delete: true,
      quarantine: '/z/',
      bytes: true,
    },
    [
      'BP051 shallow: "base" and "shallow" are mutually exclusive -> keep one of the two',
      'BP051 keep-overlay: "pivot" and "keep-overlay" are mutually exclusive -> keep one of the two',
      'BP051 delete: "keep-overlay" and "delete" are mutually exclusive -> keep one of the two',
      'BP051 quarantine: "keep-overlay" and "quarantine" are mutually exclusive -> keep one of the two',
      'BP051 quarantine: "delete" and "quarantine" are mutually exclusive -> keep one of the two',
      'BP050 quarantine: "/z/" is not a plain path to a file -> write it without "..", "//" or a trailing "/"',
      'BP052 bytes: "bytes" requires "bandwidth" -> add "bandwidth", or leave "bytes" out',
      'BP050 base: "x" is not an absolute path -> write the absolute path on the host: /…',
      'BP050 top: "y" is not an absolute path -> write the absolute path on the host: /…',
    ],
  ],
  ...['xvda[1', '[1]', 'vda[1]x', '-vda[1]', 'vda[]', 'vda[x]'].map(
    (top) =>
      [
        `an invalid position: ${top}`,
        { ...middle, top },
        [`BP050 top: "${top}" is not an absolute path -> write the absolute path on the host: /…`],
      ] as const,
  ),
  ['nothing: by position', { disk: 'vda', top: 'vda[2]', base: 'vda[12]' }, []],
  [
    'nothing: active and keep-overlay',
    { disk: 'vda', shallow: true, active: true, 'keep-overlay': true },
    [],
  ],
  ['nothing: pivot implies active', { disk: 'vda', shallow: true, pivot: true }, []],
  [
    'nothing: keep-overlay implies active',
    { disk: 'vda', shallow: true, 'keep-overlay': true },
    [],
  ],
])('what is wrong with parameters: %s', (_title, params, lines) => {
  expect(findingLines(blockcommitStep.check(params as never))).toEqual(lines);
});

const NO_OTHER = 'a change to it would corrupt that disk -> choose a layer that no other disk uses';
const two = (other: readonly string[], change = {}) =>
  world({ others: [], disks: [disk('vda', [SNAP2, SNAP1, BASE]), disk('vdb', other, change)] });
const named = (persistentSource: string) =>
  world({ others: [], disks: [disk('vda', [SNAP2, SNAP1, BASE], { persistentSource })] });
const stale = (file: string) =>
  `BP119 disk: the persistent definition names ${file} for vda, but the running guest writes to ${SNAP2}: after the commit, the next start would not find the latest data of the guest -> make them match first, with a redefine step`;
const notRelative = (file: string, name: string) =>
  `BP180 keep-relative: the header of ${file} names ${name} as its backing file, which is not a relative name that could be kept -> leave "keep-relative" out: the header then names the base by its path`;
const relative = { ...middle, 'keep-relative': true };
const headers = (above: string | null, below: string | null) =>
  withFile(withFile(alone, SNAP2, { size: 1, backing: above }), SNAP1, { size: 1, backing: below });

test.each<readonly [string, Params, HostState, readonly string[]]>([
  [
    'no layer below',
    { ...active, disk: 'vdb' },
    world(),
    [`BP113 shallow: ${DATA} has no layer below it to commit into`],
  ],
  [
    'a base that is not in the chain',
    { disk: 'vda', base: '/x', pivot: true },
    alone,
    [`BP113 base: /x is not in the chain of vda: ${CHAIN}`],
  ],
  [
    'a top that is not in the chain',
    { ...middle, top: '/x' },
    alone,
    [`BP113 top: /x is not in the chain of vda: ${CHAIN}`],
  ],
  [
    'a position in another disk',
    { ...middle, base: 'vdb[3]' },
    alone,
    [`BP113 base: vdb[3] is not in the chain of vda: ${CHAIN}`],
  ],
  [
    'a position that the chain does not have',
    { ...middle, top: 'vda[4]' },
    alone,
    [`BP113 top: vda[4] is not in the chain of vda: ${CHAIN}`],
  ],
  [
    'a base above its top',
    { ...middle, base: SNAP2 },
    alone,
    [`BP113 base: ${SNAP2} is not below ${SNAP1} in the chain of vda: ${CHAIN}`],
  ],
  [
    'a base that is its top',
    { ...middle, base: SNAP1 },
    alone,
    [`BP113 base: ${SNAP1} is not below ${SNAP1} in the chain of vda: ${CHAIN}`],
  ],
  [
    'the active layer without "active"',
    { ...middle, top: SNAP2 },
    alone,
    [`BP113 top: ${SNAP2} is the active layer of vda -> add "active: true" and "pivot: true"`],
  ],
  [
    'a lower layer with "active"',
    { ...active, top: SNAP1 },
    alone,
    [
      `BP113 top: ${SNAP1} is not the active layer of vda: ${CHAIN} -> leave "active" and "pivot" out, or name the active layer`,
    ],
  ],
  [
    'a base that another guest uses',
    { disk: 'vda', base: BASE, pivot: true },
    world(),
    [
      `BP109 base: ${BASE} is in the backing chain of "neighbour": a change to it would corrupt that guest -> choose a file that no other domain uses`,
    ],
  ],
  [
    'a layer that another guest uses',
    active,
    world({ others: [neighbour('other', [SNAP2], [])] }),
    [
      `BP109 shallow: ${SNAP2} is in the backing chain of "other": a change to it would corrupt that guest -> choose a file that no other domain uses`,
    ],
  ],
  [
    'a layer whose users are unknown',
    active,
    world({ others: [neighbour('other', ['/top'], ['/top'], ['/top'])] }),
    [
      'BP124 shallow: /top cannot be read, so it is unknown whether other domains use the files -> run blockplan as a user who can read them, such as root',
    ],
  ],
  [
    'a base in the chain of another disk',
    middle,
    two(['/b', BASE]),
    [`BP109 base: ${BASE} is in the chain of vdb too: ${NO_OTHER}`],
  ],
  [
    'a base that the definition names for another disk',
    middle,
    two([DATA], { persistentSource: BASE }),
    [`BP109 base: ${BASE} is also used, by the definition or a block job, for vdb: ${NO_OTHER}`],
  ],
  [
    'no file of another disk above what is committed',
    middle,
    two([DATA], { persistentSource: SNAP2 }),
    [],
  ],
  ['no deeper file of another disk', active, two(['/b', BASE]), []],
  ['a definition that names a layer to be merged', middle, named(SNAP1), [stale(SNAP1)]],
  ['a definition that names a file of no chain', middle, named('/x'), [stale('/x')]],
  [
    'no definition that names a layer in between, if the guest stays above it',
    { disk: 'vda', base: BASE, 'keep-overlay': true },
    named(SNAP1),
    [],
  ],
  [
    'no definition that names the active layer by another name',
    middle,
    named('/export/vmimages/../vmimages/testvm.snap2'),
    [],
  ],
  [
    'a base that is another disk of the guest, read-only',
    middle,
    two([BASE], { readonly: true }),
    [`BP109 base: ${BASE} is in the chain of vdb too: ${NO_OTHER}`],
  ],
  ['no definition that names the base', middle, named(BASE), []],
  [
    'no definition that names a layer, if the guest stays above it',
    { disk: 'vda', shallow: true, 'keep-overlay': true },
    named(SNAP1),
    [],
  ],
  [
    'keep-relative with absolute names in the headers',
    relative,
    alone,
    [notRelative(SNAP2, SNAP1), notRelative(SNAP1, BASE)],
  ],
  [
    'keep-relative with an absolute name in one header',
    relative,
    headers('testvm.snap1', BASE),
    [notRelative(SNAP1, BASE)],
  ],
  [
    'keep-relative with no name in one header',
    relative,
    headers(null, 'base.qcow2'),
    [notRelative(SNAP2, 'nothing')],
  ],
  ['no relative names', relative, headers('testvm.snap1', 'base.qcow2'), []],
  [
    'no relative names of what is above the active layer',
    { ...active, 'keep-relative': true },
    alone,
    [],
  ],
  [
    'a disk with a block job and without a layer below',
    active,
    world({ disks: [disk('vda', [SNAP2], { job: { type: 'copy', ready: false } })] }),
    [
      'BP105 disk: vda already has a block job (copy) -> it does not end by itself; to find out how to end it: blockplan doctor testvm',
      `BP113 shallow: ${SNAP2} has no layer below it to commit into`,
    ],
  ],
  [
    'only an unsuitable disk, without further errors',
    active,
    world({ disks: [disk('vda', [SNAP2], { readonly: true })] }),
    ['BP104 disk: vda is read-only: nothing can be moved or merged -> choose another disk'],
  ],
  [
    'to remove a symbolic link',
    { ...active, delete: true },
    world({ files: { [SNAP2]: { size: 1, link: true } }, others: [] }),
    [
      `BP156 delete: ${SNAP2} is a symbolic link, so it cannot be removed -> leave "delete" out, and remove the file yourself after the run`,
    ],
  ],
  [
    'a disk that the definition lacks',
    active,
    world({
      others: [],
      disks: [disk('vda', [SNAP2, SNAP1], { persistentSource: undefined as never })],
    }),
    [
      `BP100 disk: the definition names no file for vda: once the guest stops, nothing records which file holds its writes -> choose another disk, or add vda to the definition first: virsh edit testvm`,
    ],
  ],
  [
    'nothing about a disk that the definition lacks, if the guest stays on it',
    { disk: 'vda', shallow: true, 'keep-overlay': true },
    world({
      others: [],
      disks: [disk('vda', [SNAP2, SNAP1], { persistentSource: undefined as never })],
    }),
    [],
  ],
])('gives the reason for refusing %s', (_title, params, host, lines) => {
  expect(refusalLines(blockcommitStep, params, host)).toEqual(lines);
});
