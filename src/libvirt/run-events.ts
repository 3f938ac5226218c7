/** The events of a run's domain: who follows them, and the proof that they arrive. */
import type { StartedJob } from '../commands/define.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { MARKER_URI, type Marker } from '../model/marker.ts';
import { BackupWatch } from './await-backup.ts';
import { JobWatch } from './await-job.ts';
import { JobEnds } from './complete-job.ts';
import type { DomainEvent } from './event-text.ts';
import type { DomainEvents } from './events.ts';
import { markDomain, readMarker, unmarkDomain } from './marker.ts';
import { hasStopped } from './observe.ts';
import type { Virsh } from './virsh.ts';

export interface RunEventsOptions {
  readonly domain: string;
  /** Starts listening again. */
  listen(virsh: Virsh): Promise<DomainEvents>;
  /** Receives every event. */
  hear(event: DomainEvent): void;
}

/** How long an event may take that blockplan itself has caused. On a busy host the process that receives them starts late. */
const EVENT_LIMIT_MS = 10_000;

/** The same where a complete backup would count as incomplete. */
const SETTLE_LIMIT_MS = 60_000;

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

  /** Forgets what was heard of earlier jobs, before another one is started. */
  begin(job: StartedJob): void {
    this.#jobs.begin(job);
    this.#backups.begin();
    this.#ends.begin();
  }

  get jobs(): JobWatch {
    return this.#jobs;
  }

  get backups(): BackupWatch {
    return this.#backups;
  }

  get ends(): JobEnds {
    return this.#ends;
  }

  /**
   * Sets the marker of the run, which also proves that events arrive before any is needed.
   * @throws EffectFailed if the marker is refused, or libvirt sends no events
   */
  async mark(virsh: Virsh, marker: Marker): Promise<void> {
    if (!(await this.#hears(virsh, marker)))
      throw new EffectFailed('libvirt sends no events, which are required to follow a block job');
    this.#marker = marker;
  }

  /**
   * Waits for all events up to now: libvirt sends the event of writing the marker again after them.
   * @returns false if that is not proven: libvirt sends no events, or the guest was off when the run began and has no marker
   */
  async settled(virsh: Virsh): Promise<boolean> {
    const marker = this.#marker;
    return marker !== undefined && (await this.#hearsWithin(virsh, marker, SETTLE_LIMIT_MS));
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
    const found = await readMarker(virsh, domain);
    if (found !== undefined && found.run !== marker.run) return true;
    try {
      return await this.#hears(virsh, marker, signal);
    } catch (error) {
      // The guest has just stopped, or another command has held it for 30 s: long after the subscription was live.
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
  async #hears(virsh: Virsh, marker: Marker, signal?: AbortSignal): Promise<boolean> {
    if (await this.#hearsWithin(virsh, marker, EVENT_LIMIT_MS, signal)) return true;
    await this.#relisten(virsh);
    return this.#hearsWithin(virsh, marker, 30_000, signal);
  }

  /** Whether libvirt's event of writing the marker arrives, which it sends also if nothing changes. */
  #hearsWithin(
    virsh: Virsh,
    marker: Marker,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const set = () => markDomain(virsh, this.#options.domain, marker);
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
