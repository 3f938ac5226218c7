/** The refusal of a domain with another run's marker: what to do depends on whether that run may still be active. */
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { lockedByMarker } from '../../../src/cli/marker-refusal.ts';

const SINCE = '2026-11-30T01:00:00.000Z';
/** No process has this ID: it is above the kernel's limit. */
const NO_PROCESS = 2 ** 22 + 1;

function refused(host: string, pid: number, connect?: string) {
  const marker = { run: 'r1', host, user: 'ann', pid, since: SINCE };
  const [finding] = lockedByMarker(
    'web1',
    marker,
    connect === undefined ? {} : { connect },
  ).findings;
  return [finding?.message, finding?.hint];
}

const message = (host: string, pid: number) =>
  `"web1" is locked by run r1 (ann@${host}, pid ${pid}, since 2026-11-30 01:00:00Z), according to a marker in its metadata`;
const WAIT = 'wait until it has ended; on its host, see blockplan status';

test('of a run on another host, or with a process, is to wait', () => {
  expect(refused('elsewhere', NO_PROCESS)).toEqual([message('elsewhere', NO_PROCESS), WAIT]);
  const { pid } = process;
  expect(refused(hostname(), pid)).toEqual([message(hostname(), pid), WAIT]);
});

test('of a run without a process on this machine is to finish it, or to remove the marker', () => {
  expect(refused(hostname(), NO_PROCESS, 'qemu:///session')).toEqual([
    message(hostname(), NO_PROCESS),
    'that run is no longer active on this machine; as ann, run blockplan status and finish the run if it is listed; otherwise check the domain with blockplan doctor --connect qemu:///session web1, then remove the marker: virsh -c qemu:///session metadata web1 --uri urn:blockplan:run:1 --remove --live',
  ]);
});
