/** The events of a domain as they happen, from a second long-lived virsh that only listens. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Environment, HostIO, RunningProgram } from '../host-io/host-io.ts';
import type { DomainState } from '../model/host-state.ts';
import { startChild } from './child.ts';
import type { Connection } from './connection-uri.ts';
import { connectArguments, connectionLost, keepaliveArguments } from './contact.ts';
import { type DomainEvent, EventText } from './event-text.ts';
import { describeExit } from './exit-text.ts';
import { errorIn } from './framing.ts';
import {
  followReports,
  MONITOR_ENVIRONMENT,
  monitorWords,
  type QemuReports,
} from './qemu-reports.ts';
import type { Ending } from './virsh.ts';

export interface WaitOptions {
  /** How long to wait, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface DomainEvents extends AsyncDisposable {
  /** Receives every event from now on. Returns a function that unsubscribes. */
  on(listener: (event: DomainEvent) => void): () => void;
  /**
   * The next event that matches, or undefined when none arrives in time. Only events after the call count, so call it
   * before the action that causes the event, and await it afterwards.
   *
   * @throws BlockplanError `uncertain` connectionLost when the subscription ends first; the signal's reason when it aborts
   */
  waitFor<Wanted extends DomainEvent = DomainEvent>(
    predicate: ((event: DomainEvent) => event is Wanted) | ((event: DomainEvent) => boolean),
    options: WaitOptions,
  ): Promise<Wanted | undefined>;
  /**
   * Waits until the subscription is live. virsh does not report this. So the caller passes a harmless action that libvirt
   * answers with a `metadata-change` event, such as setting its own marker with `virsh metadata --set`. It is repeated, after
   * 25 ms at first and each second at last, until the event arrives. virsh subscribes to block jobs before it subscribes to
   * metadata changes (tools/virsh-domain-event.c, `virshDomainEventCallbacks`), so both are live then.
   *
   * @param uri the namespace of the metadata that `touch` sets
   * @returns whether the event arrived in time
   */
  proveLive(touch: () => Promise<unknown>, uri: string, options: WaitOptions): Promise<boolean>;
  readonly alive: boolean;
  /** QEMU's own reports of block jobs arrive over another connection, as events. */
  readonly reports: QemuReports;
  /** Resolves (never rejects) once no more events will arrive: closed, daemon gone, connection broken. */
  readonly closed: Promise<Ending>;
  close(): Promise<void>;
}

/**
 * Starts listening. It resolves before libvirt has the subscription, see `proveLive`; a connection that fails resolves
 * `closed`. A domain that stops, even a transient one that then disappears, does not end the subscription: it is reported
 * by a `lifecycle` event.
 *
 * @param io the host on which virsh is started
 * @param connection the URI and the domain: preferably its UUID, since a name of digits would be taken for an id
 */
export async function openEvents(
  io: HostIO,
  connection: Connection & { readonly domain: string },
): Promise<DomainEvents> {
  const { domain } = connection;
  const events = startListening(io, connection, [
    ...['event', '--domain', domain, '--all', '--loop', '--timestamp'],
  ]);
  const monitor = startListening(io, connection, monitorWords(domain), MONITOR_ENVIRONMENT);
  return new Listening(events, monitor);
}

function startListening(
  io: HostIO,
  connection: Connection,
  words: readonly string[],
  variables: Environment['set'] = {},
): RunningProgram {
  const { uri, command = 'virsh' } = connection;
  const args = [...connectArguments(uri), ...keepaliveArguments(uri), ...words];
  // Unlike a session it reads no input whose end would show that blockplan is gone. Where it cannot be tied, it ends at
  // the next event that it can no longer print.
  const options = { stdin: 'ignore', tied: true, variables } as const;
  return startChild(io, [command, ...args], connection, options);
}

class Listening implements DomainEvents {
  readonly reports: QemuReports;
  readonly closed: Promise<Ending>;
  readonly #child: RunningProgram;
  readonly #monitor: RunningProgram;
  readonly #listeners = new Set<(event: DomainEvent) => void>();
  #ending: Ending | undefined;
  #stderr = '';

  /** @param monitor prints QEMU's reports; a libvirt that lacks them still sends everything else */
  constructor(child: RunningProgram, monitor: RunningProgram) {
    this.#child = child;
    this.#monitor = monitor;
    this.reports = followReports(monitor, (report) => this.#tell({ time: Date.now(), ...report }));
    const text = new EventText();
    child.stdout.on('data', (piece: string) => {
      for (const event of text.push(piece)) this.#tell(event);
    });
    child.stderr.on('data', (piece: string) => {
      this.#stderr += piece;
    });
    this.closed = child.exited.then((exit) => {
      this.#ending ??= {
        asked: false,
        reason: errorIn(this.#stderr) ?? (this.#stderr.trim() || describeExit('virsh', exit)),
      };
      return this.#ending;
    });
  }

  get alive(): boolean {
    return this.#ending === undefined;
  }

  on(listener: (event: DomainEvent) => void): () => void {
    // A wrapper, so that the same function can be registered twice.
    const entry = (event: DomainEvent) => listener(event);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  async waitFor<Wanted extends DomainEvent = DomainEvent>(
    predicate: (event: DomainEvent) => boolean,
    { timeoutMs, signal }: WaitOptions,
  ): Promise<Wanted | undefined> {
    signal?.throwIfAborted();
    const waiting = new AbortController();
    try {
      return await new Promise<Wanted | undefined>((resolve, reject) => {
        const stop = this.on((event) => {
          if (predicate(event)) resolve(event as Wanted);
        });
        const timer = setTimeout(() => resolve(undefined), timeoutMs);
        const abort = () => reject(signal?.reason);
        signal?.addEventListener('abort', abort);
        void this.closed.then(({ reason }) => reject(connectionLost(reason)));
        waiting.signal.addEventListener('abort', () => {
          stop();
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
        });
      });
    } finally {
      waiting.abort();
    }
  }

  async proveLive(
    touch: () => Promise<unknown>,
    uri: string,
    options: WaitOptions,
  ): Promise<boolean> {
    let settled = false;
    const failed = new AbortController();
    const signals = [failed.signal, ...(options.signal ? [options.signal] : [])];
    const heard = this.waitFor((event) => event.kind === 'metadata-change' && event.uri === uri, {
      ...options,
      signal: AbortSignal.any(signals),
    }).finally(() => {
      settled = true;
    });
    // When touching fails, the caller gets that error, and nothing awaits this promise.
    heard.catch(() => {});
    try {
      for (let pause = 25; !settled; pause = Math.min(pause * 2, 1000)) {
        await touch();
        await Promise.race([heard, delay(pause)]);
      }
    } catch (error) {
      failed.abort();
      throw error;
    }
    return (await heard) !== undefined;
  }

  async close(): Promise<void> {
    this.#ending ??= { asked: true, reason: 'the subscription was closed' };
    this.#child.kill();
    this.#monitor.kill();
    await Promise.all([this.closed, this.#monitor.exited]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #tell(event: DomainEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
}

/** libvirt's lifecycle events as states (libvirt: virDomainEventType). */
export const LIFECYCLE_STATES: Readonly<Record<string, DomainState>> = {
  Started: 'running',
  Resumed: 'running',
  Suspended: 'paused',
  Stopped: 'shut off',
  Crashed: 'crashed',
  PMSuspended: 'pmsuspended',
};
