/** Whether a host state is as a run left it: what a run may change counts, and what other hands may do meanwhile does not. */
import { expect, test } from 'vitest';
import { type HostState, withDisk, withDomain, withFile } from '../../../src/model/host-state.ts';
import { matchesPrediction } from '../../../src/run/phase-progress.ts';
import { BASE, disk, ISO, SNAP1, SNAP2, world } from '../../worlds.ts';

const job = { type: 'copy', ready: false, mirror: '/new/c' } as const;
const left = withFile(
  withFile(world({ domain: { snapshots: ['s'], checkpoints: ['c'] } }), '/new/c', { size: 1 }),
  '/new/d',
  null,
);
const transient = withDomain(left, { persistent: false });
const mirrored = withDisk(left, 'vda', (each) => ({ ...each, job }));
const vda = (host: HostState, files: readonly string[]) =>
  withDisk(host, 'vda', (each) => ({ ...each, chain: disk('vda', files).chain }));

test.each<readonly [string, HostState, HostState]>([
  ['nothing has changed', left, left],
  ['the guest is paused', left, withDomain(left, { state: 'paused' })],
  ['somebody has made a snapshot', left, withDomain(left, { snapshots: ['s', 'theirs'] })],
  ['somebody has made a checkpoint', left, withDomain(left, { checkpoints: ['c', 'theirs'] })],
  [
    'a job is ready by now',
    mirrored,
    withDisk(left, 'vda', (each) => ({ ...each, job: { ...job, ready: true } })),
  ],
  ['a disc is ejected', left, withDisk(left, 'sda', (each) => ({ ...each, chain: [] }))],
  [
    'a disc is changed',
    left,
    withDisk(left, 'sda', (each) => ({ ...each, chain: disk('sda', ['/x.iso']).chain })),
  ],
  [
    'a disk is plugged in',
    left,
    withDomain(left, { disks: [...left.domain.disks, disk('vdz', ['/z'])] }),
  ],
  [
    'libvirtd has forgotten the records of a transient domain',
    transient,
    withDomain(transient, { snapshots: [], checkpoints: [] }),
  ],
  ['a file has grown', left, withFile(left, BASE, { size: 9e9 })],
  ['a file is there that nobody had looked for', left, withFile(left, '/other', { size: 1 })],
  ['a file has not been looked for', left, without('/new/c')],
  [
    'a layer has another name',
    left,
    vda({ ...left, names: { '/link': 'i', [SNAP2]: 'i' } }, ['/link', SNAP1, BASE]),
  ],
  ['the guest is marked for autostart or not', left, withDomain(left, { autostart: false })],
])('it is: %s', (_title, was, now) => {
  expect(matchesPrediction(was, now)).toBe(true);
});

/** What was left, without a look at that file. */
function without(file: string): HostState {
  const { [file]: _unseen, ...files } = left.files;
  return { ...left, files };
}

test.each<readonly [string, HostState | undefined, HostState]>([
  ['nothing was imagined', undefined, left],
  ['the guest is off', left, withDomain(left, { state: 'shut off' })],
  [
    'the guest is gone',
    withDomain(left, { state: 'shut off' }),
    withDomain(left, { state: 'gone' }),
  ],
  ['it is persistent', transient, left],
  ['it is transient', left, transient],
  ['a layer is missing', left, vda(left, [SNAP2, SNAP1])],
  ['a layer is on top', left, vda(left, ['/new/c', SNAP2, SNAP1, BASE])],
  ['layers are in another order', left, vda(left, [SNAP1, SNAP2, BASE])],
  [
    'the definition names another file',
    left,
    withDisk(left, 'vda', (each) => ({ ...each, persistentSource: BASE })),
  ],
  [
    'the definition names none',
    left,
    withDisk(left, 'vda', ({ persistentSource: _none, ...each }) => each),
  ],
  ['a job has ended', mirrored, left],
  ['a job has begun', left, mirrored],
  [
    'a job is of another kind',
    mirrored,
    withDisk(left, 'vda', (each) => ({ ...each, job: { ...job, type: 'commit' } })),
  ],
  [
    'a job writes to another file',
    mirrored,
    withDisk(left, 'vda', (each) => ({ ...each, job: { ...job, mirror: '/new/d' } })),
  ],
  ['a disk is missing', left, withDomain(left, { disks: left.domain.disks.slice(1) })],
  ['a LUN is on another file', lun(left, SNAP2), lun(left, '/x')],
  ['a snapshot is gone', left, withDomain(left, { snapshots: [] })],
  ['a checkpoint is gone', left, withDomain(left, { checkpoints: [] })],
  ['a file is gone', left, withFile(left, '/new/c', null)],
  ['a file has come', left, withFile(left, '/new/d', { size: 1 })],
])('it is not: %s', (_title, was, now) => {
  expect(matchesPrediction(was, now)).toBe(false);
});

function lun(host: HostState, file: string): HostState {
  return withDisk(host, 'vdb', (each) => ({
    ...each,
    device: 'lun',
    chain: disk('vdb', [file]).chain,
  }));
}

test('the order in which files were looked for does not count', () => {
  const { [ISO]: iso, ...rest } = left.files;
  expect(matchesPrediction(left, { ...left, files: { [ISO]: iso ?? null, ...rest } })).toBe(true);
  expect(matchesPrediction({ ...left, files: { [ISO]: iso ?? null, ...rest } }, left)).toBe(true);
});
