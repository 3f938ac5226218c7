/** The exact commands, requirements and sizes of `blockcommitStep`. */
import { describe, expect, test } from 'vitest';
import { type HostState, withFile } from '../../src/model/host-state.ts';
import { blockcommitStep } from '../../src/steps/blockcommit.ts';
import { requirementsOf } from '../../src/steps/derived.ts';
import { BASE, disk, SNAP1, SNAP2, world } from '../worlds.ts';
import { amountsOf, phaseLines, requirementLines } from './shown.ts';
import type { Params } from './step-tester.ts';

const MiB = 1024 * 1024;
const active = { disk: 'vda', shallow: true, active: true, pivot: true };
const several = { disk: 'vda', base: BASE, pivot: true };
const middle = { disk: 'vda', top: SNAP1, base: BASE };
const kept = { disk: 'vda', shallow: true, 'keep-overlay': true };
const folder = { writable: true, free: 1024 ** 4, fileSystem: 'a' };
const alone = world({
  others: [],
  folders: { '/aside': folder, '/export/vmimages': folder },
});

const start = (options: string, base: string) =>
  `  virsh blockcommit --domain testvm --path vda ${options}  (start the commit of vda; loses ${base})`;
const ready = (seconds: number) =>
  `  # wait for libvirt's event: vda ready  (until the base holds all data of the active layer; timeoutMs ${seconds}000)`;
const ENDED =
  "  # wait for libvirt's event: vda ended  (until the layers are merged; timeoutMs 86400000)";

const committed = (options: string, base: string, seconds = 86_400) => [
  'commit: merge the active layer of vda into the base while the guest writes, until both are equal',
  start(options, base),
  ready(seconds),
  '  rollback: cancel the commit; the chain does not change, and the data already in the base is harmless below its overlay',
  '    virsh blockjob --domain testvm --path vda --abort  (cancel the active-commit of vda; timeoutMs 120000)',
];
const PIVOT = [
  'pivot: switch the guest to the base of vda',
  '  virsh blockjob --domain testvm --path vda --pivot  (move vda to the base; timeoutMs 120000)',
];
const BACK =
  '  rollback: recreate the overlay above the base, empty and with the same name; the base keeps the committed data';
const REINSTATED = [
  ...PIVOT,
  BACK,
  `    rm ${SNAP2}  # once proven unused  (it has been out of date since the pivot)`,
  `    : > ${SNAP2}  # must not exist  (reserve the path of the overlay)`,
  `    virsh snapshot-create-as --domain testvm --name blockplan-back-vda --disk-only --atomic --no-metadata --diskspec vda,snapshot=external,driver=qcow2,file=${SNAP2} --diskspec vdb,snapshot=no --diskspec sda,snapshot=no  (recreate the overlay ${SNAP2} above ${SNAP1}; timeoutMs 180000)`,
];
const MERGED = [
  ...PIVOT,
  '  point of no return: several layers are merged into one: the layers in between cannot be restored below a running guest',
  BACK,
  `    no rollback: the layers of vda are merged into ${BASE}, which holds all of the guest's data`,
];
const below = (top: string, options: string) => [
  `commit: merge ${top} into the base while the guest runs`,
  start(options, BASE),
  ENDED,
  '  point of no return: a merged layer cannot be restored below a running guest',
  '  rollback: cancel the commit while it runs; the chain does not change before the commit ends',
  '    no rollback: the layers of vda are merged; a merged layer cannot be restored below a running guest',
];
const deleted = (...files: readonly string[]) => [
  'delete: remove the committed files once they are proven unused',
  ...files.map((file) => `  rm ${file}  # once proven unused  (its data is in the base)`),
  '  rollback: nothing to do: the base holds the data of the files',
];

test.each<readonly [string, Params, readonly string[]]>([
  [
    'the active layer, removed',
    { ...active, delete: true },
    [...committed('--shallow --active', SNAP1), ...REINSTATED, ...deleted(SNAP2)],
  ],
  [
    'several layers, removed',
    { ...several, delete: true },
    [...committed(`--base ${BASE} --active`, BASE), ...MERGED, ...deleted(SNAP2, SNAP1)],
  ],
  [
    'the active layer, moved aside',
    { ...active, quarantine: '/aside' },
    [
      ...committed('--shallow --active', SNAP1),
      ...REINSTATED,
      'quarantine: move the committed files to /aside once they are proven unused',
      `  mv --no-clobber ${SNAP2} /aside/testvm.snap2  # once proven unused  (its data is in the base)`,
      '  rollback: move them back',
      `    mv --no-clobber /aside/testvm.snap2 ${SNAP2}  # once proven unused  (move it back)`,
    ],
  ],
  [
    'the active layer, which the guest stays on',
    kept,
    [
      ...committed('--shallow --active', SNAP1),
      'finish: end the commit; the guest stays on its active layer, and the base holds the same data',
      '  virsh blockjob --domain testvm --path vda --abort  (end the ready commit without a pivot; timeoutMs 120000)',
      '  rollback: nothing to do: the chain is unchanged',
    ],
  ],
  ['the middle of the chain', middle, below(SNAP1, `--base ${BASE} --top ${SNAP1}`)],
  [
    'the middle of the chain, by position',
    { disk: 'vda', top: 'vda[2]', base: 'vda[3]', delete: true },
    [...below('vda[2]', "--base 'vda[3]' --top 'vda[2]'"), ...deleted(SNAP1)],
  ],
  [
    'every option',
    { ...active, top: SNAP2, bandwidth: 7, bytes: true, 'keep-relative': true, timeout: 60 },
    [
      ...committed(
        `--shallow --top ${SNAP2} --active --keep-relative --bandwidth 7 --bytes`,
        SNAP1,
        60,
      ),
      ...REINSTATED,
    ],
  ],
])('its commands and its rollbacks: %s', (_title, params, lines) => {
  expect(phaseLines(blockcommitStep, params, alone)).toEqual(lines);
});

test('layers are spelled as libvirt spells them', () => {
  const spelled = '/export/vmimages/../vmimages/testvm.snap1';
  const host = world({ others: [], disks: [disk('vda', [SNAP2, spelled, BASE])] });
  expect(phaseLines(blockcommitStep, middle, host)[1]).toBe(
    start(`--base ${BASE} --top ${spelled}`, BASE),
  );
});

test('a base below an overlay that this run created loses no data', () => {
  const made = withFile(alone, SNAP2, { size: 1, made: true });
  expect(phaseLines(blockcommitStep, active, made)[1]).not.toContain('loses');
  expect(phaseLines(blockcommitStep, several, made)[1]).toContain(`loses ${BASE}`);
  const unseen = { ...alone, files: {} };
  const [commit] = blockcommitStep.phases(active);
  expect(commit!.effects(unseen, unseen)[0]).toMatchObject({ loses: [SNAP1] });
});

test.each([
  ['is a block device', { block: true as const }, {}],
  ['is a symbolic link', {}, { link: true as const }],
])('an active layer that %s has no rollback after the pivot', (what, layer, file) => {
  const [top, ...more] = disk('vda', [SNAP2, SNAP1]).chain;
  const host = world({
    others: [],
    disks: [disk('vda', [SNAP2], { chain: [{ ...top!, ...layer }, ...more] })],
    files: { [SNAP2]: { size: 1, ...file } },
  });
  const lines = phaseLines(blockcommitStep, active, host);
  expect(lines.slice(-3)).toEqual([
    `  point of no return: ${SNAP2} ${what}, so it cannot be replaced by a new overlay`,
    BACK,
    `    no rollback: ${SNAP2} ${what}, so it cannot be replaced by a new overlay; ${SNAP1} holds all of the guest's data`,
  ]);
});

describe('its requirements and sizes', () => {
  const DISK = [
    'the guest is running, and vda is a disk on local files or block devices [told state]',
    'vda has no block job [domain]',
    'no other guest writes to a layer of vda [others]',
    'the layers are in the chain of vda [domain]',
  ];
  const base = (file: string, ...layers: readonly string[]) => [
    `${file} exists [file ${file}]`,
    `no other domain uses ${[...layers, file].join(', ')} [others]`,
    `no other disk of the guest uses ${[...layers, file].join(', ')} [domain]`,
    `the host lets QEMU write to ${file} [run]`,
    `${file} has room for the committed data [run]`,
    'the definition, if any, still leads to the latest data of the guest after the commit (vda) [domain]',
  ];
  const regular = (file: string) => `${file} is a regular file in a writable folder [file ${file}]`;
  const product = (file: string, mebibytes: number, room = mebibytes) => ({
    file,
    copied: mebibytes * MiB,
    room: room * MiB,
  });
  const device = world({
    others: [],
    disks: [
      disk('vda', [SNAP2], {
        chain: [
          { file: SNAP2, format: 'qcow2' },
          { file: '/dev/lv', format: 'qcow2', block: true },
        ],
      }),
    ],
  });

  test.each<
    readonly [string, Params, HostState, readonly string[], readonly string[], readonly object[]]
  >([
    [
      'the active layer',
      active,
      alone,
      [...DISK, ...base(SNAP1, SNAP2)],
      [SNAP1],
      [product(SNAP1, 40)],
    ],
    [
      'several layers, removed',
      { ...several, delete: true },
      alone,
      [...DISK, ...base(BASE, SNAP2, SNAP1), regular(SNAP2), regular(SNAP1)],
      [BASE, SNAP2, SNAP1],
      [product(BASE, 80)],
    ],
    [
      'the active layer, moved aside',
      { ...active, quarantine: '/aside' },
      alone,
      [
        ...DISK,
        ...base(SNAP1, SNAP2),
        regular(SNAP2),
        '/aside/testvm.snap2 does not exist [file /aside/testvm.snap2]',
        'no other domain uses /aside/testvm.snap2 [others]',
        `/aside is a folder on the same file system as ${SNAP2} [folder /aside/testvm.snap2]`,
      ],
      [SNAP1, SNAP2, '/aside/testvm.snap2'],
      [product(SNAP1, 40)],
    ],
    [
      'an overlay that the plan creates, whose size is unknown in advance',
      several,
      withFile(alone, SNAP2, { size: 9, made: true }),
      [...DISK, ...base(BASE, SNAP2, SNAP1)],
      [BASE],
      [product(BASE, 40)],
    ],
    [
      'a layer of unknown size',
      several,
      withFile(alone, SNAP1, { size: 0, sizeUntold: true }),
      [...DISK, ...base(BASE, SNAP2, SNAP1)],
      [BASE],
      [{ ...product(BASE, 40), unknown: true }],
    ],
    [
      'a block device, which does not grow',
      active,
      device,
      [...DISK, ...base('/dev/lv', SNAP2)],
      ['/dev/lv'],
      [product('/dev/lv', 40, 0)],
    ],
    [
      'layers that were not inspected',
      several,
      { ...alone, files: {} },
      [...DISK, ...base(BASE, SNAP2, SNAP1)],
      [BASE],
      [{ ...product(BASE, 0), unknown: true }],
    ],
    ['no layers', { ...active, base: '/x' }, alone, DISK, [], []],
    ['no disk', active, world({ disks: [] }), DISK.slice(0, 1), [], []],
  ])('%s', (_title, params, host, lines, files, products) => {
    expect(requirementLines(blockcommitStep, params, host)).toEqual(lines);
    expect(requirementsOf(blockcommitStep, params as never, host).files).toEqual(files);
    expect(amountsOf(blockcommitStep, params, host)).toEqual(products);
  });
});
