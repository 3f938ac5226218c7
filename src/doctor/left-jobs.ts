/** Block jobs that no run will end, and the commands that end them. */

import { codes } from '../codes.ts';
import { type Command, type NamedLibvirt, virshLine } from '../command.ts';
import { includesFile } from '../model/file-identity.ts';
import type { BlockJob, Disk } from '../model/host-state.ts';
import { jobName } from '../model/job-name.ts';
import type { Defect, ForgottenRun, Patient } from './patient.ts';

const DAY_MS = 24 * 3600 * 1000;

/**
 * A copy or an active commit never ends by itself. It is left to the unfinished run that started it, unless it is ready or
 * old; `diagnose` leaves out the jobs of a run that may be active. A backup ends by itself, so that only one of a forgotten
 * run is a problem.
 */
export function leftJob(patient: Patient, { target, job }: Disk): Defect[] {
  if (job?.mirror === undefined) return [];
  const { state, runs, seen } = patient;
  const { mirror, ready, type } = job;
  const born = type === 'copy' ? seen?.mirrorsBorn[mirror] : undefined;
  const age = born === undefined ? undefined : (seen?.now ?? 0) - born;
  const forgotten = patient.forgotten?.find(({ files }) => includesFile(state, files, mirror));
  const isAwaited = runs.length > 0;
  const isDue = ready || (age !== undefined && age >= DAY_MS) || forgotten !== undefined;
  if (!isDue && (isAwaited || type === 'backup')) return [];
  const maker = runs.find(({ files }) => includesFile(state, files, mirror));
  const since = age === undefined ? '' : `, a file created ${ageText(age)} ago,`;
  return [
    {
      code: codes.jobAbandoned,
      severity: 'warning',
      what: `a ${jobName(job)} of ${target} to ${mirror}${since} ${standing(job, forgotten, maker !== undefined)}`,
      why: whyEnded(job),
      ...(maker
        ? {
            todo: `${maker.finishing}: run ${maker.run} started the job`,
            commands: maker.takeUp,
          }
        : ending(patient, target, job, forgotten)),
    },
  ];
}

function standing({ ready }: BlockJob, forgotten: ForgottenRun | undefined, known: boolean) {
  const how = ready ? 'is ready, but was never ended' : 'is still running';
  if (forgotten) return `${how}: run ${forgotten.run}, which was forgotten, started it`;
  return ready || known ? how : `${how}, and belongs to no unfinished run of this machine`;
}

function whyEnded({ type }: BlockJob): string {
  if (type === 'backup') return 'no other job can run on the disk until it ends';
  return type === 'copy'
    ? 'every write goes to both files, no other job can run on the disk, and the copy is worthless once the guest stops'
    : 'every write goes to both files, and no other job can run on the disk';
}

function ending(
  { state }: Patient,
  target: string,
  job: BlockJob,
  forgotten: ForgottenRun | undefined,
): Pick<Defect, 'todo' | 'commands'> {
  const { todo, commands } = jobEnding(state.host, state.domain.name, target, job);
  return { todo: forgotten ? todo : `check who started it; then ${todo}`, commands };
}

/** How to end a job. */
export interface JobEnding {
  /** As a clause; names the other way to end it, if there is one. */
  readonly todo: string;
  /** What leaves the least to do, and never two ways to end the job: a user may type all that is printed. */
  readonly commands: readonly Command[];
}

/** What ends the job of a disk. */
export function jobEnding(
  on: NamedLibvirt,
  domain: string,
  target: string,
  job: Pick<BlockJob, 'ready' | 'type'>,
): JobEnding {
  const { ready, type } = job;
  if (type === 'backup')
    return {
      todo: 'cancel it, which leaves the guest where it is, or wait until it ends',
      commands: [virshLine(on, 'domjobabort', '--domain', domain)],
    };
  const end = (how: string) => virshLine(on, 'blockjob', '--domain', domain, '--path', target, how);
  const cancel = 'cancel it, which leaves the guest where it is';
  if (!ready) return { todo: cancel, commands: [end('--abort')] };
  // After a commit is cancelled, QEMU keeps its base open until the guest stops (seen with 7.2).
  return type === 'copy'
    ? {
        todo: `${cancel}; or pivot, which moves the guest to that file: type --pivot instead of --abort`,
        commands: [end('--abort')],
      }
    : {
        todo: `pivot, which moves the guest to that file; or ${cancel}: type --abort instead of --pivot`,
        commands: [end('--pivot')],
      };
}

/** A duration in its largest unit. */
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
