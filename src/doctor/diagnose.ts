/** Finds everything that is wrong with a domain, and what would repair it. Pure. */
import { type Code, codes } from '../codes.ts';
import { activityDefects } from './activity.ts';
import { chainDefects } from './chain.ts';
import { definitionDefects } from './definition.ts';
import type { Defect, Patient } from './patient.ts';
import { recordDefects } from './records.ts';
import { type RepairPlan, repairPlanOf } from './repair.ts';
import { storeDefects } from './stores.ts';

/** The doctor's report, as `--format json` prints it. */
export interface Diagnosis {
  readonly format: 'blockplan-doctor/v1';
  readonly domain: string;
  readonly uri: string;
  /** The run that works on the domain now; findings that it may cause itself are left out. */
  readonly working?: string;
  /** The run of a marker whose process may still work on the domain; such findings are left out, too. */
  readonly mayWork?: string;
  /** What was not checked because that run works, or may work, on the domain. */
  readonly notChecked?: readonly UncheckedPart[];
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
  /** What the preview of that plan warns of; absent if it has no warnings. */
  readonly warnings?: readonly string[];
  /** Why no plan can repair it in the current state, where one could otherwise. */
  readonly obstacle?: string;
}

/** A part that is not checked while a run may work on the domain, and the codes of its findings. */
export interface UncheckedPart {
  readonly what: string;
  readonly codes: readonly Code[];
}

/** The parts whose findings an active run may cause; those go away when it ends. */
const PASSING: readonly UncheckedPart[] = [
  {
    what: "whether the domain's definition exists and names the files in use",
    codes: [
      ...[codes.transientRestorable, codes.transientUnrestorable],
      ...[codes.definitionStale, codes.definitionHidesLayers],
    ],
  },
  { what: 'whether a run left autostart off', codes: [codes.autostartLost] },
  { what: 'overlays that were never merged', codes: [codes.overlayUncommitted] },
  { what: 'overlays that no domain uses', codes: [codes.overlayOrphaned] },
  { what: 'block jobs that were never ended', codes: [codes.jobAbandoned] },
  { what: 'prunes of backup stores that have not finished', codes: [codes.pruneUnfinished] },
];

/** Also one of them, but reported where nothing is known of the run: a person has to find out. */
const STALE_MARKER: UncheckedPart = {
  what: 'markers of runs that are over',
  codes: [codes.markerStale],
};

export function diagnose(patient: Patient): Diagnosis {
  const { state } = patient;
  const { notChecked, ...runs } = activeRun(patient);
  // In the order of repair: no plan can run beside an unfinished run, and no job beside another job.
  const found = [
    ...activityDefects(patient),
    ...definitionDefects(patient),
    ...chainDefects(patient),
    ...recordDefects(patient),
    ...storeDefects(patient),
  ].filter(({ code }) => !notChecked?.some((part) => part.codes.includes(code)));
  return {
    format: 'blockplan-doctor/v1',
    domain: state.domain.name,
    uri: state.host.uri,
    ...runs,
    ...(notChecked === undefined ? {} : { notChecked }),
    findings: found.map((defect) => diagnosed(patient, defect)),
  };
}

/** The run that works on the domain, or may do so, and what its work would make look wrong. */
function activeRun({
  runs,
  seen,
  markedAlive,
}: Patient): Pick<Diagnosis, 'working' | 'mayWork' | 'notChecked'> {
  const marked = seen?.marker?.run;
  const working = runs.find(({ alive }) => alive)?.run ?? (markedAlive ? marked : undefined);
  if (working !== undefined) return { working, notChecked: [...PASSING, STALE_MARKER] };
  return marked === undefined || markedAlive === false
    ? {}
    : { mayWork: marked, notChecked: PASSING };
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
    ...(prescription ? prescribed(prescription) : {}),
  };
}

function prescribed(plan: RepairPlan): Pick<Diagnosed, 'plan' | 'warnings' | 'obstacle'> {
  if ('obstacle' in plan) return plan;
  const { file, text, warnings } = plan;
  return { plan: { file, text }, ...(warnings.length > 0 ? { warnings } : {}) };
}
