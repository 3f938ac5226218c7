/** What was begun and left: jobs, markers, runs, a guest that stands still, a saved guest on other files. */
import { dirname } from 'node:path';
import { codes } from '../codes.ts';
import { recordedCommand } from '../command.ts';
import { includesFile, isSameFile } from '../model/file-identity.ts';
import type { BlockJob, Disk, HostState } from '../model/host-state.ts';
import { MARKER_URI } from '../model/marker.ts';
import { type Defect, type Patient, rescueLine, type UnfinishedRun, virshLine } from './patient.ts';

const DAY_MS = 24 * 3600 * 1000;

export function activityDefects(patient: Patient): Defect[] {
  return [
    ...patient.runs.filter(({ alive }) => !alive).map((unfinished) => leftRun(patient, unfinished)),
    ...deadMarker(patient),
    ...standsStill(patient),
    ...patient.state.domain.disks.flatMap((disk) => leftJob(patient, disk)),
    ...savedElsewhere(patient),
  ];
}

/** A job that is ready waits for somebody to end it; one that is not may be slow, but not for days. */
function leftJob(patient: Patient, { target, job }: Disk): Defect[] {
  if (job?.mirror === undefined) return [];
  const { mirror, ready, type } = job;
  const born = type === 'copy' ? patient.seen?.mirrorsBorn[mirror] : undefined;
  const age = born === undefined ? undefined : (patient.seen?.now ?? 0) - born;
  if (!ready && (age === undefined || age < DAY_MS)) return [];
  const { name } = patient.state.domain;
  const maker = patient.runs.find(({ files }) => includesFile(patient.state, files, mirror));
  const since = age === undefined ? '' : `, a file that was made ${ageText(age)} ago,`;
  return [
    {
      code: codes.jobAbandoned,
      severity: 'warning',
      what: `${type === 'copy' ? 'a copy' : 'a commit'} of ${target} to ${mirror}${since} ${ready ? 'is ready, and nobody has ended it' : 'is still under way'}`,
      why: `every write goes to both files, no other job can work on the disk${type === 'copy' ? ', and the copy is worthless once the guest stops' : ''}`,
      ...(maker
        ? {
            todo: `run ${maker.run} began it: finish that run, or undo it`,
            commands: maker.takeUp,
          }
        : endings(patient, name, target, { ready, type })),
    },
  ];
}

/** What ends a job; first the way that leads to where there is least to do. */
function endings(
  patient: Patient,
  domain: string,
  target: string,
  { ready, type }: Pick<BlockJob, 'ready' | 'type'>,
): Pick<Defect, 'todo' | 'commands'> {
  const end = (how: string) =>
    virshLine(patient, ['blockjob', '--domain', domain, '--path', target, how]);
  const [cancel, pivot] = [end('--abort'), end('--pivot')];
  if (!ready)
    return {
      todo: 'ask whoever began it; then cancel it, which leaves the guest where it is',
      commands: [cancel],
    };
  // QEMU goes on to hold the base of a commit that was cancelled, until the guest stops (seen with 7.2).
  return type === 'copy'
    ? {
        todo: 'ask whoever began it; then cancel it, which leaves the guest where it is, or pivot, which lets it go on there',
        commands: [cancel, pivot],
      }
    : {
        todo: 'ask whoever began it; then pivot, which lets the guest go on there, or cancel it, which leaves the guest where it is',
        commands: [pivot, cancel],
      };
}

/** A stretch of time in its largest unit. */
function ageText(ms: number): string {
  const units = [
    ['day', DAY_MS],
    ['hour', 3600 * 1000],
    ['minute', 60 * 1000],
  ] as const;
  const [unit, length] = units.find(([, each]) => ms >= each) ?? (['second', 1000] as const);
  const count = Math.max(1, Math.floor(ms / length));
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function deadMarker(patient: Patient): Defect[] {
  const marker = patient.seen?.marker;
  if (!marker) return [];
  const { name } = patient.state.domain;
  const elsewhere = marker.host !== patient.here;
  const unfinished = patient.runs.find(({ run }) => run === marker.run);
  const who = `run ${marker.run} of ${marker.user}@${marker.host} (pid ${marker.pid}, since ${marker.since})`;
  const unmark = virshLine(patient, [
    ...['metadata', '--domain', name, '--uri', MARKER_URI, '--remove', '--live'],
  ]);
  const known = elsewhere
    ? `; nobody on ${patient.here} can tell whether it still works`
    : patient.markedAlive === false
      ? ', whose process is not there any more'
      : '; a process of that number is there, which may be another';
  return [
    {
      code: codes.markerStale,
      severity: 'warning',
      what: `"${name}" is marked as taken by ${who}${known}`,
      why: 'no other run begins as long as the mark is there',
      ...(unfinished
        ? {
            todo: 'finish that run, or undo it: the mark goes with it',
            commands: unfinished.takeUp,
          }
        : {
            todo: elsewhere
              ? `run "blockplan status" on ${marker.host} first; take the mark out only if no process works on it`
              : 'make sure that no process works on it, then take the mark out',
            commands: [unmark],
          }),
    },
  ];
}

/** A stranded run has told what to type; resumed once that is done, it finds that nothing is left to do. */
function leftRun({ state }: Patient, unfinished: UnfinishedRun): Defect {
  const how = {
    none: 'was not finished, and its process is not there any more',
    stranded: 'ended stranded, and nobody has taken it up since',
    uncertain: 'lost contact to libvirt',
  }[unfinished.end ?? 'none'];
  const rescue = unfinished.bundle !== undefined && !state.domain.persistent;
  const stranded = unfinished.end === 'stranded';
  return {
    code: codes.runUnfinished,
    severity: stranded ? 'warning' : 'error',
    what: `run ${unfinished.run} (${unfinished.plan}, ${unfinished.owner}) ${how}`,
    why: `what it had begun may stand half-way; its journal is in ${unfinished.folder}`,
    todo: `${stranded ? 'do what its report told to do; then finish it, or undo it, so that it is over' : 'finish it, or undo it'}${rescue ? '; or, where neither works, have the definition back that it took away' : ''}`,
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
        ? `"${name}" stands still after an I/O error${told.length === 0 ? '' : ` (${told.join('; ')})`}`
        : `QEMU reports an I/O error of "${name}" (${told.join('; ')})`,
      why: stopped
        ? 'the guest waits: a write of it could not be done, and none is lost as long as its QEMU lives'
        : 'a write may have failed in the guest',
      todo: stopped
        ? 'do not stop it; make room, or mend the storage, then let it go on'
        : 'look at the storage below that disk',
      ...(stopped ? { commands: [virshLine(patient, ['resume', '--domain', name])] } : {}),
    },
  ];
}

function roomFor(state: HostState, target: string): string {
  const active = state.domain.disks.find((disk) => disk.target === target)?.chain[0]?.file;
  const folder = active === undefined ? undefined : dirname(active);
  const free = folder === undefined ? undefined : state.folders[folder]?.free;
  return free === undefined ? '' : `, ${Math.floor(free / 2 ** 20)} MiB free in ${folder}`;
}

/** A saved guest goes on with the files that it was saved with, whatever its definition names by now. */
function savedElsewhere(patient: Patient): Defect[] {
  const { state, seen } = patient;
  const { name, disks } = state.domain;
  const apart = disks.flatMap(({ target, readonly, chain: [top] }) => {
    const saved = seen?.saved?.[target];
    return readonly || !top || saved === undefined || isSameFile(state, saved, top.file)
      ? []
      : [`${saved} for ${target}, where the definition names ${top.file}`];
  });
  return apart.length === 0
    ? []
    : [
        {
          code: codes.managedSaveMismatch,
          severity: 'error',
          what: `the managed save image of "${name}" names ${apart.join('; ')}`,
          why: 'the next start goes on with the files of the image: if they have changed meanwhile, the guest spoils them, and what its definition names is left behind',
          todo: 'decide which files are right: edit the image to name them, or remove it, which is to the guest as if its plug were pulled',
          commands: [
            virshLine(patient, ['managedsave-edit', '--domain', name]),
            virshLine(patient, ['managedsave-remove', '--domain', name]),
          ],
        },
      ];
}
