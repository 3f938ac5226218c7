/**
 * What is known of the block jobs and the definition of a run that is left unfinished: the last observation, and the
 * commands sent since.
 */
import { commandDefinition, type Effect } from '../commands/effect.ts';
import { isUnbegun } from '../model/effect-failed.ts';
import type { HostState } from '../model/host-state.ts';
import { jobName } from '../model/job-name.ts';
import { KeptDefinition } from './kept-definition.ts';

/** A command that starts or ends a job of a disk. */
interface JobCommand {
  readonly target: string;
  /** What it does to the job. */
  readonly act: 'start' | 'cancel' | 'pivot';
  /** The job that it starts. */
  readonly job?: string;
}

/** The block jobs and the definition of one domain, as far as they are known. */
export class OpenJobs {
  readonly definition: KeptDefinition;
  /** What each disk's job is called, by the disk's target. */
  #seen = new Map<string, string>();
  #sent: readonly JobCommand[] = [];

  /** @param kept whether an earlier process of the run saved the definition */
  constructor(kept = false) {
    this.definition = new KeptDefinition(kept);
  }

  /** Passes an observation on, which replaces what was known. */
  async observing(observation: Promise<HostState>): Promise<HostState> {
    const state = await observation;
    this.#seen = new Map(
      state.domain.disks.flatMap(({ target, job }) => (job ? [[target, jobName(job)]] : [])),
    );
    this.#sent = [];
    this.definition.observed(state);
    return state;
  }

  /** Follows an effect: it counts as sent unless the host certainly has not begun it. */
  async performing(effect: Effect, performance: Promise<void>): Promise<void> {
    const before = this.#sent;
    this.definition.sent(effect);
    this.#sent = [...before, ...jobCommands(effect), ...this.#backupsEnded(effect)];
    try {
      await performance;
    } catch (error) {
      if (isUnbegun(error)) {
        this.#sent = before;
        this.definition.unsent();
      }
      throw error;
    }
  }

  /** `domjobabort` ends the backup of all disks. */
  #backupsEnded(effect: Effect): readonly JobCommand[] {
    if (effect.tool !== 'virsh' || effect.verb !== 'domjobabort') return [];
    const seen = [...this.#seen].flatMap(([target, job]) => (job === 'backup' ? [target] : []));
    const sent = this.#sent.flatMap(({ target, job }) => (job === 'backup' ? [target] : []));
    return [...new Set([...seen, ...sent])].map((target) => ({ target, act: 'cancel' }));
  }

  /** The state of the jobs, in sentences; empty if none is known. */
  get state(): readonly string[] {
    const targets = new Set([...this.#seen.keys(), ...this.#sent.map(({ target }) => target)]);
    return [...targets].map((target) => this.#stateOf(target));
  }

  #stateOf(target: string): string {
    const sent = this.#sent.filter((each) => each.target === target);
    const started = sent.findLast(({ act }) => act === 'start')?.job;
    const job = `the ${started ?? this.#seen.get(target) ?? 'block job'} of ${target}`;
    switch (sent.at(-1)?.act) {
      case 'cancel':
        return `${job} may have been cancelled already`;
      case 'pivot':
        return `${job} may have ended already; if so, ${target} is on the target file of the job`;
      case 'start':
        return `${job} may have begun; if so, it continues in QEMU`;
      default:
        return `${job} was not cancelled and continues in QEMU`;
    }
  }
}

/** The block jobs that an effect starts. */
export function startedJobs(
  effect: Effect,
): readonly { readonly target: string; readonly job: string }[] {
  return jobCommands(effect).flatMap(({ target, job }) =>
    job === undefined ? [] : [{ target, job }],
  );
}

function jobCommands(effect: Effect): readonly JobCommand[] {
  if (effect.tool !== 'virsh') return [];
  const started = commandDefinition(effect).startsJob(effect.args);
  if (started) return started.disks.map((target) => ({ target, act: 'start', job: started.job }));
  if (effect.verb !== 'blockjob') return [];
  const { path: target, pivot, abort } = effect.args;
  if (pivot) return [{ target, act: 'pivot' }];
  return abort ? [{ target, act: 'cancel' }] : [];
}
