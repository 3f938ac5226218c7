import { convert } from '../../src/steps/convert.ts';
import { BASE, disk, neighbour, SNAP1, SNAP2, world } from '../worlds.ts';
import { testStep } from './step-tester.ts';

const DEST = '/new/copy.qcow2';
const quiet = { source: SNAP1, dest: DEST };

testStep(convert, {
  valid: [
    ['a layer below the active one', quiet, world()],
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
  ],
  worlds: [
    [
      'a guest that is off, and could be started half-way',
      quiet,
      world({ domain: { state: 'shut off' } }),
      ['BP102'],
    ],
    ['no source', { source: '/none', dest: DEST }, world(), ['BP106 source']],
    [
      'a file of no chain, whose format nobody tells',
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
      'another guest writes to it',
      quiet,
      world({ others: [neighbour('other', [SNAP1], [SNAP1])] }),
      ['BP116 source'],
    ],
    [
      "another guest's disk is there",
      quiet,
      world({ others: [neighbour('other', [DEST], [DEST])] }),
      ['BP109 dest'],
    ],
    [
      'too little room',
      quiet,
      world({ folders: { '/new': { writable: true, free: 1 } } }),
      ['BP108 dest'],
    ],
  ],
  scenes: [world(), world({ others: [] })],
  admitted: 10,
});
