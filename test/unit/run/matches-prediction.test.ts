/**
 * Whether a host state is as a run left it: what a run may change counts, and what other users do in the meantime does
 * not.
 */
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
  ['another user has made a snapshot', left, withDomain(left, { snapshots: ['s', 'theirs'] })],
  ['another user has made a checkpoint', left, withDomain(left, { checkpoints: ['c', 'theirs'] })],
  [
    'a block job is ready',
    mirrored,
    withDisk(left, 'vda', (each) => ({ ...each, job: { ...job, ready: true } })),
  ],
  ['a medium is ejected', left, withDisk(left, 'sda', (each) => ({ ...each, chain: [] }))],
  [
    'a medium is changed',
    left,
    withDisk(left, 'sda', (each) => ({ ...each, chain: disk('sda', ['/x.iso']).chain })),
  ],
  [
    'a disk is attached',
    left,
    withDomain(left, { disks: [...left.domain.disks, disk('vdz', ['/z'])] }),
  ],
  [
    'libvirtd has forgotten the records of a transient domain',
    transient,
    withDomain(transient, { snapshots: [], checkpoints: [] }),
  ],
  ['a file has grown', left, withFile(left, BASE, { size: 9e9 })],
  ['a file exists that was not observed before', left, withFile(left, '/other', { size: 1 })],
  ['a file was not observed', left, without('/new/c')],
  [
    'a layer has another name',
    left,
    vda({ ...left, names: { '/link': 'i', [SNAP2]: 'i' } }, ['/link', SNAP1, BASE]),
  ],
  ['the guest is marked for autostart or not', left, withDomain(left, { autostart: false })],
])('a state still matches: %s', (_title, was, now) => {
  expect(matchesPrediction(was, now)).toBe(true);
});

/** What was left, without an observation of that file. */
function without(file: string): HostState {
  const { [file]: _unseen, ...files } = left.files;
  return { ...left, files };
}

test.each<readonly [string, HostState | undefined, HostState]>([
  ['nothing was predicted', undefined, left],
  ['the guest is off', left, withDomain(left, { state: 'shut off' })],
  [
    'the guest is gone',
    withDomain(left, { state: 'shut off' }),
    withDomain(left, { state: 'gone' }),
  ],
  ['the domain is persistent', transient, left],
  ['the domain is transient', left, transient],
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
  ['a block job has ended', mirrored, left],
  ['a block job has begun', left, mirrored],
  [
    'a block job has another type',
    mirrored,
    withDisk(left, 'vda', (each) => ({ ...each, job: { ...job, type: 'commit' } })),
  ],
  [
    'a block job writes to another file',
    mirrored,
    withDisk(left, 'vda', (each) => ({ ...each, job: { ...job, mirror: '/new/d' } })),
  ],
  ['a disk is missing', left, withDomain(left, { disks: left.domain.disks.slice(1) })],
  ['a LUN is on another file', lun(left, SNAP2), lun(left, '/x')],
  ['a snapshot is gone', left, withDomain(left, { snapshots: [] })],
  ['a checkpoint is gone', left, withDomain(left, { checkpoints: [] })],
  ['a file is gone', left, withFile(left, '/new/c', null)],
  ['a file was created', left, withFile(left, '/new/d', { size: 1 })],
])('a state no longer matches: %s', (_title, was, now) => {
  expect(matchesPrediction(was, now)).toBe(false);
});

function lun(host: HostState, file: string): HostState {
  return withDisk(host, 'vdb', (each) => ({
    ...each,
    device: 'lun',
    chain: disk('vdb', [file]).chain,
  }));
}

test('the order in which files were observed does not count', () => {
  const { [ISO]: iso, ...rest } = left.files;
  expect(matchesPrediction(left, { ...left, files: { [ISO]: iso ?? null, ...rest } })).toBe(true);
  expect(matchesPrediction({ ...left, files: { [ISO]: iso ?? null, ...rest } }, left)).toBe(true);
});
