import { convertStep } from '../../src/steps/convert.ts';
import { BASE, disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { testStep } from './step-tester.ts';

const DEST = '/new/copy.qcow2';
const quiet = { source: SNAP1, dest: DEST };

testStep(convertStep, {
  valid: [
    ['a layer below the active one', quiet, world()],
    ...(
      [
        ['qcow2', 'preallocation=metadata,cluster_size=64K,compat=1.1,lazy_refcounts=on'],
        ['qcow2', 'refcount_bits=16,compression_type=zstd,extended_l2=off'],
        ['raw', 'preallocation=full'],
        ['vmdk', 'subformat=monolithicSparse,adapter_type=lsilogic'],
        ['vdi', 'static=on'],
        ['vhdx', 'subformat=fixed,block_size=1M,log_size=1M'],
      ] as const
    ).map(
      ([format, options]) =>
        [
          `options of ${format}: ${options}`,
          { ...quiet, 'target-format': format, options },
          world(),
        ] as const,
    ),
    [
      'a file of no chain',
      { source: '/new/old.img', 'source-format': 'raw', dest: DEST },
      world({ files: { '/new/old.img': { size: 9 } } }),
    ],
    [
      'every option',
      {
        ...quiet,
        'source-format': 'qcow2',
        'target-format': 'vmdk',
        compress: true,
        options: 'subformat=streamOptimized',
        'sparse-size': 0,
        coroutines: 16,
        'rate-limit': 1,
      },
      world(),
    ],
  ],
  invalid: [
    ['relative paths', { source: 'a', dest: 'b' }, ['BP050 source', 'BP050 dest']],
    ['onto itself', { source: '/a', dest: '/a' }, ['BP051 dest']],
    [
      'a compressed raw file',
      { ...quiet, 'target-format': 'raw', compress: true },
      ['BP054 compress'],
    ],
    ...(
      [
        ['a second file', 'qcow2', 'data_file=/images/other.qcow2'],
        ['a second file behind an allowed option', 'qcow2', 'compat=1.1,data_file=/x'],
        ['a backing file', 'qcow2', 'backing_file=/x'],
        ['another size', 'raw', 'size=1'],
        ['help', 'qcow2', 'help'],
        ['a question mark', 'raw', '?'],
        ['a key without a value', 'qcow2', 'lazy_refcounts'],
        ['a comma in a value', 'qcow2', 'compat=1.1,,data_file=/x'],
        ['three commas', 'qcow2', 'compat=1.1,,,data_file=/x'],
        ['nothing after a comma', 'qcow2', 'compat=1.1,'],
        ['an invalid size', 'qcow2', 'cluster_size=64K x'],
        ['a property name of JavaScript objects', 'qcow2', 'constructor=1'],
        ['a flat vmdk', 'vmdk', 'subformat=monolithicFlat'],
        ["another format's option", 'vdi', 'compat=1.1'],
      ] as const
    ).map(
      ([title, format, options]) =>
        [
          `options: ${title}`,
          { ...quiet, 'target-format': format, options },
          title === 'three commas' ? ['BP059 options', 'BP059 options'] : ['BP059 options'],
        ] as const,
    ),
  ],
  worlds: [
    [
      'a guest that is off, and could be started during the copy',
      quiet,
      world({ domain: { state: 'shut off' } }),
      ['BP102'],
    ],
    ['no source', { source: '/none', dest: DEST }, world(), ['BP106 source']],
    [
      'a file of no chain and of unknown format',
      { source: '/new/old.img', dest: DEST },
      world({ files: { '/new/old.img': { size: 9 } } }),
      ['BP117 source-format'],
    ],
    ['the destination exists', quiet, world({ files: { [DEST]: { size: 1 } } }), ['BP106 dest']],
    ['the guest writes to it', { source: SNAP2, dest: DEST }, world(), ['BP116 source']],
    [
      'a job writes to it',
      quiet,
      world({
        disks: [
          disk('vda', [SNAP2, SNAP1, BASE], {
            job: { type: 'active-commit', ready: false, mirror: SNAP1 },
          }),
        ],
      }),
      ['BP116 source'],
    ],
    [
      'a layer of an unsupported disk',
      quiet,
      world({ disks: [disk('vda', [SNAP2, SNAP1, BASE], { unsupported: ['<slices>'] })] }),
      ['BP126 source'],
    ],
    [
      'another guest writes to it',
      quiet,
      world({ others: [neighbour('other', [SNAP1], [SNAP1])] }),
      ['BP116 source'],
    ],
    [
      'the destination is a disk of another guest',
      quiet,
      world({ others: [neighbour('other', [DEST], [DEST])] }),
      ['BP109 dest'],
    ],
    [
      'too little space',
      quiet,
      world({ folders: { '/new': { writable: true, free: 1 } } }),
      ['BP108 dest'],
    ],
  ],
  scenes: [world(), world({ others: [] })],
  admitted: 10,
});
