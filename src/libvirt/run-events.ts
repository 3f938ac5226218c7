/** The events of a run's domain: who follows them, and the proof that they arrive. */
import type { StartedJob } from '../commands/define.ts';
import { EffectFailed, NoEvents } from '../model/effect-failed.ts';
import { MARKER_URI, type Marker } from '../model/marker.ts';
import { BackupWatch } from './await-backup.ts';
import { JobWatch } from './await-job.ts';
import { JobEnds } from './complete-job.ts';
import type { DomainEvent } from './event-text.ts';
import type { DomainEvents } from './events.ts';
import { markDomain, readMarker, unmarkDomain } from './marker.ts';
import { hasStopped } from './observe.ts';
import { SILENT_MS } from './silence.ts';
import { Sleep } from './sleep.ts';
import type { Virsh } from './virsh.ts';

/** The proof that events arrive. */
interface Proof {
  /** The marker that is written. */
  readonly marker: Marker;
  /** Another run's marker that it may replace. */
  readonly over?: Marker | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RunEventsOptions {
  readonly domain: string;
  /** Starts listening again. */
  listen(virsh: Virsh): Promise<DomainEvents>;
  /** Receives every event. */
  hear(event: DomainEvent): void;
}

/** How long an event may take that blockplan itself has caused. On a busy host the process that receives them starts late. */
const EVENT_LIMIT_MS = 10_000;

/** How long each subscription is given to prove that it passes QEMU's reports on. */
const REPORTS_LIMIT_MS = 60_000;

/** How many subscriptions are tried before a job that is ready is given up. */
const REPORTS_ROUNDS = 5;

/** The pause before each further one: a daemon that starts again refuses them for a while. */
const REPORTS_PAUSE_MS = 10_000;

/** Another run's marker is on the domain, and stays there. */
class MarkedByAnother extends EffectFailed {
  constructor({ run }: Marker) {
    super(`the domain has the marker of run ${run}`);
  }
}

/** One subscription after another, each followed by watches of its own. */
export class RunEvents {
  readonly #options: RunEventsOptions;
  #events: DomainEvents;
  #jobs: JobWatch;
  #backups: BackupWatch;
  #ends: JobEnds;
  /** The marker of the run while it is on the domain. */
  #marker: Marker | undefined;

  constructor(events: DomainEvents, options: RunEventsOptions) {
    this.#options = options;
    this.#events = events;
    this.#jobs = new JobWatch(events);
    this.#backups = new BackupWatch(events);
    this.#ends = new JobEnds(events);
    events.on((event) => options.hear(event));
  }

  get jobs(): JobWatch {
    return this.#jobs;
  }

  get backups(): BackupWatch {
    return this.#backups;
  }

  /** Forgets the events of earlier jobs, before a job is started. */
  begin(job: StartedJob): void {
    this.#jobs.begin(job);
    this.#backups.begin();
    this.#ends.begin(job);
  }

  /**
   * Sets the marker of the run, which also proves that events arrive before any is needed. If another run's marker is there,
   * nothing is set, which the caller must read.
   * @param over the marker of another run that may be replaced
   * @throws EffectFailed if the marker is refused; NoEvents if libvirt sends none
   */
  async mark(virsh: Virsh, marker: Marker, over?: Marker): Promise<void> {
    try {
      if (!(await this.#hears(virsh, { marker, over })))
        throw new NoEvents('libvirt sends no events, which are required to follow a block job');
      this.#marker = marker;
    } catch (error) {
      if (!(error instanceof MarkedByAnother)) throw error;
    }
  }

  /**
   * Waits for all events up to now: libvirt sends the event of writing the marker again after them.
   * @returns false if that is not proven: libvirt sends no events, or the guest has no marker of this run, because it was off
   *   when the run began, or another run has marked it since
   */
  async settled(virsh: Virsh, signal?: AbortSignal): Promise<boolean> {
    const marker = this.#marker;
    if (marker === undefined) return false;
    try {
      // A complete backup counts as incomplete otherwise.
      return await this.#hearsWithin(virsh, { marker, signal }, SILENT_MS);
    } catch (error) {
      if (error instanceof MarkedByAnother) return false;
      throw error;
    }
  }

  /**
   * Waits until QEMU's report on the end of that disk's ready job is certain to arrive, and starts listening again where it is
   * not. The job stays as it is.
   * @throws EffectFailed, not begun, if that cannot be proven; the signal's reason when it aborts
   */
  async reportsOf(virsh: Virsh, disk: string, signal?: AbortSignal): Promise<JobEnds> {
    for (let round = 1; ; round++) {
      if (await this.#ends.willReport(disk, REPORTS_LIMIT_MS, signal)) return this.#ends;
      if (round === REPORTS_ROUNDS)
        throw new EffectFailed(
          `the job on ${disk} was not ended: libvirt does not pass on how QEMU ends it, and without that it is unknown whether the copy is complete`,
          { begun: false },
        );
      await new Sleep().start(REPORTS_PAUSE_MS, signal);
      await this.listenAgain(virsh, signal);
    }
  }

  unmark(virsh: Virsh): Promise<void> {
    this.#marker = undefined;
    return unmarkDomain(virsh, this.#options.domain);
  }

  /**
   * Listens over a new connection. The marker is set again as it is, so that the end of a job that is observed from now on
   * is not missed: libvirt reports it once.
   * @returns false if libvirt sends no events
   */
  async listenAgain(virsh: Virsh, signal: AbortSignal | undefined): Promise<boolean> {
    const { domain } = this.#options;
    await this.#relisten(virsh);
    const marker = this.#marker;
    // A guest that is off has no live XML that could hold a marker, and no job.
    if (marker === undefined || (await hasStopped(virsh, domain))) return true;
    try {
      return await this.#hears(virsh, { marker, signal });
    } catch (error) {
      // The guest has just stopped, another run has marked it, or another command has held it for 30 s: long after the
      // subscription was live.
      if (error instanceof EffectFailed) return true;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#jobs.end();
    this.#backups.end();
    this.#ends.end();
    await this.#events.close();
  }

  /** Whether events arrive. Once in some thousand runs the process that receives them never received any (libvirt 9.0). */
  async #hears(virsh: Virsh, proof: Proof): Promise<boolean> {
    if (await this.#hearsWithin(virsh, proof, EVENT_LIMIT_MS)) return true;
    await this.#relisten(virsh);
    return this.#hearsWithin(virsh, proof, 30_000);
  }

  /**
   * Whether libvirt's event of writing the marker arrives, which it sends also if nothing changes.
   * @throws MarkedByAnother
   */
  #hearsWithin(virsh: Virsh, { marker, over, signal }: Proof, timeoutMs: number): Promise<boolean> {
    const { domain } = this.#options;
    const set = async () => {
      const found = await readMarker(virsh, domain);
      if (found !== undefined && found.run !== marker.run && found.run !== over?.run)
        throw new MarkedByAnother(found);
      await markDomain(virsh, domain, marker);
    };
    const options = { timeoutMs, ...(signal ? { signal } : {}) };
    return this.#events.proveLive(set, MARKER_URI, options);
  }

  async #relisten(virsh: Virsh): Promise<void> {
    await this.close();
    this.#events = await this.#options.listen(virsh);
    this.#jobs = new JobWatch(this.#events);
    this.#backups = new BackupWatch(this.#events);
    this.#ends = new JobEnds(this.#events);
    this.#events.on((event) => this.#options.hear(event));
  }
}
