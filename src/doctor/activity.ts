/** Unfinished activity: jobs, markers and runs; a guest paused by an I/O error; a saved guest with other files. */
import { dirname } from 'node:path';
import { codes } from '../codes.ts';
import { recordedCommand, virshLine } from '../command.ts';
import { isSameFile } from '../model/file-identity.ts';
import type { HostState } from '../model/host-state.ts';
import { MARKER_URI } from '../model/marker.ts';
import { sizeText } from '../size-text.ts';
import { timeText } from '../time-text.ts';
import { leftJob } from './left-jobs.ts';
import { type Defect, type Patient, rescueLine, type UnfinishedRun } from './patient.ts';

export function activityDefects(patient: Patient): Defect[] {
  return [
    ...patient.runs.filter(({ alive }) => !alive).map((unfinished) => leftRun(patient, unfinished)),
    ...deadMarker(patient),
    ...standsStill(patient),
    ...patient.state.domain.disks.flatMap((disk) => leftJob(patient, disk)),
    ...savedElsewhere(patient),
  ];
}

function deadMarker(patient: Patient): Defect[] {
  const marker = patient.seen?.marker;
  if (!marker) return [];
  const { name } = patient.state.domain;
  const unfinished = patient.runs.find(({ run }) => run === marker.run);
  const who = `run ${marker.run} of ${marker.user}@${marker.host} (pid ${marker.pid}, since ${timeText(marker.since)})`;
  const unmark = virshLine(
    patient.state.host,
    ...['metadata', '--domain', name, '--uri', MARKER_URI, '--remove', '--live'],
  );
  const known =
    patient.markedAlive === false
      ? ', whose process no longer exists'
      : `; ${patient.here} cannot check whether that run is still active`;
  return [
    {
      code: codes.markerStale,
      severity: 'warning',
      what: `"${name}" has the marker of ${who}${known}`,
      why: 'no other run can start while the marker exists',
      ...(unfinished
        ? {
            todo: `${unfinished.finishing}; this removes the marker`,
            commands: unfinished.takeUp,
          }
        : {
            todo: `run "blockplan status" as ${marker.user} on ${marker.host} first, and finish the run if it is listed; remove the marker only if no process is working on the run, then run doctor again`,
            commands: [unmark],
          }),
    },
  ];
}

/** The report of a stranded run says what to type. Resumed after that, the run finds nothing left to do. */
function leftRun({ state }: Patient, unfinished: UnfinishedRun): Defect {
  const how = {
    none: 'is unfinished, and its process no longer exists',
    stranded: 'ended stranded, and has not been resumed or rolled back since',
    uncertain: 'lost the connection to libvirt',
  }[unfinished.end ?? 'none'];
  const rescue = unfinished.bundle !== undefined && !state.domain.persistent;
  const stranded = unfinished.end === 'stranded';
  return {
    code: codes.runUnfinished,
    severity: stranded ? 'warning' : 'error',
    what: `run ${unfinished.run} (${unfinished.plan}, ${unfinished.owner}) ${how}`,
    why: `its work may be incomplete; its journal is in ${unfinished.folder}`,
    todo: `${stranded ? `follow its report, then ${unfinished.finishing}` : unfinished.finishing}${rescue ? '; if that fails, restore the definition that it removed' : ''}`,
    commands: [
      ...unfinished.next.map(recordedCommand).filter((line) => !unfinished.takeUp.includes(line)),
      ...unfinished.takeUp,
      ...(rescue ? [rescueLine(unfinished)] : []),
    ],
  };
}

function standsStill(patient: Patient): Defect[] {
  const { state: hostState, seen } = patient;
  const { name, state } = hostState.domain;
  const errors = Object.entries(seen?.diskErrors ?? {});
  const stopped = state === 'paused' && (seen?.reason === 'I/O error' || errors.length > 0);
  if (!stopped && errors.length === 0) return [];
  const told = errors.map(([target, error]) => `${target}: ${error}${roomFor(hostState, target)}`);
  return [
    {
      code: codes.ioError,
      severity: stopped ? 'error' : 'warning',
      what: stopped
        ? `"${name}" is paused after an I/O error${told.length === 0 ? '' : ` (${told.join('; ')})`}`
        : `QEMU reports an I/O error for "${name}" (${told.join('; ')})`,
      why: stopped
        ? 'the guest waits, because a write failed; no write is lost while its QEMU runs'
        : 'a write of the guest may have failed',
      todo: stopped
        ? 'do not stop it; free some space or repair the storage, then resume it'
        : 'check the storage of that disk',
      ...(stopped ? { commands: [virshLine(patient.state.host, 'resume', '--domain', name)] } : {}),
    },
  ];
}

function roomFor(state: HostState, target: string): string {
  const active = state.domain.disks.find((disk) => disk.target === target)?.chain[0]?.file;
  const folder = active === undefined ? undefined : dirname(active);
  const free = folder === undefined ? undefined : state.folders[folder]?.free;
  return free === undefined ? '' : `, ${sizeText(free)} free in ${folder}`;
}

/** A saved guest continues with the files that it was saved with, whatever its definition names now. */
function savedElsewhere(patient: Patient): Defect[] {
  const { state, seen } = patient;
  const { name, disks } = state.domain;
  const apart = disks.flatMap(({ target, readonly, chain: [top] }) => {
    const saved = seen?.saved?.[target];
    return readonly || !top || saved === undefined || isSameFile(state, saved, top.file)
      ? []
      : [`${saved} for ${target}, but the definition names ${top.file}`];
  });
  return apart.length === 0
    ? []
    : [
        {
          code: codes.managedSaveMismatch,
          severity: 'error',
          what: `the managed save image of "${name}" names ${apart.join('; ')}`,
          why: 'the next start uses the files in the managed save image and ignores those in the definition; if the files have changed since, the guest corrupts them',
          todo: 'decide which files are right, and edit the managed save image or the definition so that both name them; managedsave-remove would discard the memory of the guest, with all writes that it has not flushed',
          commands: [virshLine(patient.state.host, 'managedsave-edit', '--domain', name)],
        },
      ];
}
