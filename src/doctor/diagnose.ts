/** Finds everything that is wrong with a domain, and what would repair it. Pure. */
import { type Code, codes } from '../codes.ts';
import { activityDefects } from './activity.ts';
import { chainDefects } from './chain.ts';
import { definitionDefects } from './definition.ts';
import type { Defect, Patient } from './patient.ts';
import { recordDefects } from './records.ts';
import { repairPlanOf } from './repair.ts';

/** The doctor's report, as `--format json` prints it. */
export interface Diagnosis {
  readonly format: 'blockplan-doctor/v1';
  readonly domain: string;
  readonly uri: string;
  /** The run that works on the domain now; findings that it may cause itself are left out. */
  readonly working?: string;
  readonly findings: readonly Diagnosed[];
}

export interface Diagnosed {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly why: string;
  readonly hint: string;
  /** Commands to type. */
  readonly commands: readonly string[];
  /** The plan that would repair it. */
  readonly plan?: { readonly file: string; readonly text: string };
  /** Why no plan can repair it in the current state, where one could otherwise. */
  readonly obstacle?: string;
}

/** Findings that an active run may cause, and that go away when it ends. */
const PASSING = new Set<Code>([
  ...[
    codes.transientRestorable,
    codes.transientUnrestorable,
    codes.definitionStale,
    codes.definitionHidesLayers,
    codes.overlayUncommitted,
    codes.overlayOrphaned,
    codes.jobAbandoned,
    codes.markerStale,
  ],
  codes.autostartLost,
]);

export function diagnose(patient: Patient): Diagnosis {
  const { state } = patient;
  const working = workingOn(patient);
  // In the order of repair: no plan can run beside an unfinished run, and no job beside another job.
  const found = [
    ...activityDefects(patient),
    ...definitionDefects(patient),
    ...chainDefects(patient),
    ...recordDefects(patient),
  ].filter(({ code }) => working === undefined || !PASSING.has(code));
  return {
    format: 'blockplan-doctor/v1',
    domain: state.domain.name,
    uri: state.host.uri,
    ...(working === undefined ? {} : { working }),
    findings: found.map((defect) => diagnosed(patient, defect)),
  };
}

function workingOn({ runs, seen, markedAlive }: Patient): string | undefined {
  return runs.find(({ alive }) => alive)?.run ?? (markedAlive ? seen?.marker?.run : undefined);
}

function diagnosed(
  { state }: Patient,
  { code, severity, what, why, todo, commands, repair }: Defect,
): Diagnosed {
  const prescription = repair && repairPlanOf(state, repair);
  return {
    code,
    severity,
    message: what,
    why,
    hint: todo,
    commands: commands ?? [],
    ...(prescription && 'obstacle' in prescription ? { obstacle: prescription.obstacle } : {}),
    ...(prescription && 'text' in prescription ? { plan: prescription } : {}),
  };
}
