/** The driver of a real run: performs effects through virsh, qemu-img and the host's files. */
import { setTimeout as delay } from 'node:timers/promises';
import { type PerformContext, RECONNECT_LIMIT_MS, type Written } from '../commands/driver.ts';
import {
  argvOf,
  commandDefinition,
  type Effect,
  filesWrittenInto,
  type QemuImgEffect,
  type RemoveFileEffect,
  type VirshEffect,
} from '../commands/effect.ts';
import { refuseChanged } from '../commands/refuse-changed.ts';
import { BlockplanError } from '../errors.ts';
import type { HeldFile, HostIO } from '../host-io/host-io.ts';
import { allDisks } from '../model/defined-disks.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { filesOfDisk } from '../model/file-identity.ts';
import type { Bundle, DomainState, HostState } from '../model/host-state.ts';
import type { Marker } from '../model/marker.ts';
import type { BackupPlace } from './backup-place.ts';
import { byExactName } from './by-uuid.ts';
import { ComparedFiles } from './compared-files.ts';
import { checkConnection } from './connection-uri.ts';
import { convertImage } from './convert.ts';
import { endJob } from './end-job.ts';
import type { DomainEvent } from './event-text.ts';
import { type DomainEvents, LIFECYCLE_STATES } from './events.ts';
import { FormerLayers } from './former-layers.ts';
import { GuestFreeze } from './guest-freeze.ts';
import { GuestProcesses } from './guest-process.ts';
import { withInputFiles } from './input-files.ts';
import { connectionOf, type LibvirtDriver, type LiveOptions, listen } from './live-connection.ts';
import { MadeFiles } from './made-files.ts';
import { performBackup } from './make-backup.ts';
import { markerIn, readMarker } from './marker.ts';
import { MigrationWatch } from './migration-watch.ts';
import { captureBundle, observeDomain, uuidOf } from './observe.ts';
import { readHeaders } from './own-headers.ts';
import { presentCommand } from './present-command.ts';
import { readStores } from './read-stores.ts';
import { refuseHeld, refuseReplaced } from './refuse-held.ts';
import { moveUnused, proveUnused, removeUnused } from './remove-unused.ts';
import { RunEvents } from './run-events.ts';
import { sendCommand } from './send-command.ts';
import { surveyHost } from './survey.ts';
import { timesWritten } from './times-written.ts';
import { openVirsh, type Virsh } from './virsh.ts';

/**
 * Creates a driver from a connection that is being opened.
 * @param io the host that libvirt runs on
 * @param connecting the session for commands; the caller closes it when this throws
 * @throws BlockplanError `preflight-refused` when libvirt cannot be reached, or is on another machine
 */
export async function openLiveDriver(
  io: HostIO,
  options: LiveOptions,
  connecting: Promise<Virsh> = openVirsh(io, connectionOf(options)),
): Promise<LibvirtDriver> {
  const listening = options.readonly ? undefined : listen(io, options, connecting);
  try {
    const virsh = await connecting;
    checkConnection({ uri: virsh.uri });
    return new LiveDriver(io, options, byExactName(virsh, options.domain), await listening);
  } catch (error) {
    await (await listening)?.close();
    throw error;
  }
}

class LiveDriver implements LibvirtDriver {
  readonly #io: HostIO;
  readonly #options: LiveOptions;
  readonly #made: MadeFiles;
  readonly #compared = new ComparedFiles();
  #virsh: Virsh;
  readonly #whereabouts: MigrationWatch;
  readonly #processes: GuestProcesses;
  readonly #events: RunEvents | undefined;
  readonly #layers: FormerLayers;
  readonly #freeze: GuestFreeze;
  #seen: { readonly marker: Marker | undefined } | undefined;
  readonly #stateListeners: ((state: DomainState, detail: string) => void)[] = [];

  constructor(io: HostIO, options: LiveOptions, virsh: Virsh, events: DomainEvents | undefined) {
    this.#io = io;
    this.#options = options;
    this.#made = new MadeFiles(io, options.made);
    this.#processes = new GuestProcesses(io);
    this.#layers = new FormerLayers(options.layers);
    this.#freeze = new GuestFreeze(io, options.thawGuard);
    this.#whereabouts = new MigrationWatch(io, options);
    this.#virsh = virsh;
    if (!events) return;
    this.#events = new RunEvents(events, {
      domain: options.domain,
      listen: (session) => listen(io, options, Promise.resolve(session)),
      hear: (event) => this.#hear(event),
    });
  }

  #hear(event: DomainEvent): void {
    this.#whereabouts.hear(event);
    if (event.kind !== 'lifecycle') return;
    const state = LIFECYCLE_STATES[event.event];
    for (const listener of this.#stateListeners) if (state) listener(state, event.detail);
  }

  uuid(): Promise<string | undefined> {
    return uuidOf(this.#virsh, this.#options.domain);
  }

  async observe(files: readonly string[]): Promise<HostState> {
    const { domain: name, readonly, uri: connect } = this.#options;
    let marker: Marker | undefined;
    const seen = await observeDomain(this.#virsh, name, !readonly, this.#processes, (live) => {
      marker = markerIn(live);
    });
    this.#seen = seen.state === 'running' || seen.state === 'paused' ? { marker } : undefined;
    const domain = await this.#whereabouts.of(this.#virsh, seen);
    this.#layers.add(domain);
    const looked = await this.#io.inspectFiles([
      ...files,
      ...allDisks(domain).flatMap(filesOfDisk),
    ]);
    return {
      domain,
      files: await this.#made.mark(looked.files),
      names: looked.names,
      ...{ folders: {}, others: [] },
      host: { uri: this.#virsh.uri, ...(connect === undefined ? {} : { connect }) },
    };
  }

  headers(state: HostState, within?: 'run'): Promise<HostState> {
    return readHeaders(this.#io, state, within);
  }

  written(files: readonly string[]): Promise<Written> {
    return timesWritten(this.#io, files);
  }

  readStores(state: HostState, folders: readonly string[]): Promise<HostState> {
    return readStores(this.#io, state, folders);
  }

  async survey(...[state, files, more]: Parameters<LibvirtDriver['survey']>): Promise<HostState> {
    const { stores = [] } = more ?? {};
    const known = stores.length === 0 ? state : await this.readStores(state, stores);
    return surveyHost(this.#io, this.#virsh, known, files, more, this.#layers.files);
  }

  async perform(
    effect: Exclude<Effect, { tool: 'keep-definition' }>,
    context: PerformContext,
  ): Promise<void> {
    context.signal?.throwIfAborted();
    await refuseHeld(this.#io, filesWrittenInto(effect));
    await refuseReplaced(this.#io, effect);
    switch (effect.tool) {
      case 'virsh':
        return this.#command(effect, context);
      case 'await-job':
        return this.#listening().jobs.until({ ...this.#place, effect, ...context });
      case 'qemu-img':
        return this.#convert(effect, context);
      case 'make-file':
        return this.#made.make(effect.file, context.onMade);
      case 'remove-file':
        return this.#remove(effect, context);
      case 'move-file':
        await moveUnused(this.#io, effect, await this.observe([effect.file]), this, {
          ...context,
          layers: this.#layers,
        });
        return this.#made.forget(effect.file);
      default:
        return performBackup(effect, this.#backupPlace(), context);
    }
  }

  get #place() {
    return { io: this.#io, virsh: this.#virsh, domain: this.#options.domain };
  }

  #backupPlace(): BackupPlace {
    const watch = this.#listening().backups;
    const known = { made: this.#made, compared: this.#compared, watch, freeze: this.#freeze };
    const settled = (signal?: AbortSignal) => this.#listening().settled(this.#virsh, signal);
    const requireUnused = async (files: readonly string[]) =>
      proveUnused(this.#io, files, await this.observe(files), this);
    return { ...this.#place, ...known, settled, requireUnused };
  }

  async #convert(effect: QemuImgEffect, context: PerformContext): Promise<void> {
    const { dest } = effect.args;
    const convert = () => convertImage(this.#io, effect, context, this.#processes.latest);
    if (filesWrittenInto(effect).length > 0) return convert();
    await this.#made.make(dest, context.onMade);
    try {
      await convert();
    } catch (error) {
      // A failed conversion leaves nothing behind; where the removal fails, the rollback retries it and reports why.
      if (error instanceof EffectFailed)
        await this.#remove({ file: dest, made: true }, context).catch(() => {});
      throw error;
    }
  }

  async #remove(
    { file, made, ...terms }: Omit<RemoveFileEffect, 'tool' | 'why'>,
    { onNotice }: PerformContext,
  ): Promise<void> {
    const isOwn = async (held: HeldFile) => this.#made.requireOwn(file, await held.stamp());
    const own = made ? { own: isOwn } : {};
    const told = { layers: this.#layers, ...(onNotice ? { onNotice } : {}) };
    const state = await this.observe([file]);
    return removeUnused(this.#io, file, state, this, { ...terms, ...own, ...told });
  }

  async #command(given: VirshEffect, { folder, signal }: PerformContext): Promise<void> {
    const { domain, writeDurably } = this.#options;
    const effect = await presentCommand(given, this.#virsh, domain, () => this.observe([]));
    if (!effect || this.#freeze.isUnneeded(effect)) return;
    const places = { io: this.#io, folder, writeDurably };
    const send = () => withInputFiles(argvOf(effect), places, (argv) => this.#send(argv, effect));
    if (effect.verb !== 'blockjob') return send();
    return endJob(effect, { ...this.#place, events: this.#listening(), signal }, send);
  }

  async #send(argv: readonly string[], effect: VirshEffect): Promise<void> {
    const { over } = effect;
    if (over) refuseChanged(effect, await this.observe(over.made ?? []));
    await this.#compared.requireUnchanged(this.#io, over?.compared ?? []);
    const job = commandDefinition(effect).startsJob(effect.args);
    if (job) this.#events?.begin(job);
    await sendCommand(this.#virsh, argv, effect, this.#freeze);
  }

  bundle(): Promise<Bundle> {
    return captureBundle(this.#virsh, this.#options.domain);
  }

  mark(marker: Marker, over?: Marker): Promise<void> {
    return this.#listening().mark(this.#virsh, marker, over);
  }

  unmark(): Promise<void> {
    return this.#listening().unmark(this.#virsh);
  }

  async marker(): Promise<Marker | undefined> {
    const marker = await readMarker(this.#virsh, this.#options.domain);
    if (marker) this.#seen = { marker };
    return marker;
  }

  seenMarker(): { readonly marker: Marker | undefined } | undefined {
    return this.#seen;
  }

  async reconnect(signal?: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + RECONNECT_LIMIT_MS;
    for (let pause = 100; performance.now() < deadline; pause = Math.min(pause * 2, 5000)) {
      await this.#disconnect();
      if (signal?.aborted) return false;
      try {
        const virsh = await openVirsh(this.#io, connectionOf(this.#options));
        this.#virsh = byExactName(virsh, this.#options.domain);
        if (await this.#listening().listenAgain(this.#virsh, signal)) return true;
      } catch (error) {
        if (signal?.aborted) return false;
        if (!(error instanceof BlockplanError)) throw error;
        await delay(pause, undefined, signal ? { signal } : {}).catch(() => {});
      }
    }
    return false;
  }

  onGuestState(listener: (state: DomainState, detail: string) => void): void {
    this.#stateListeners.push(listener);
  }

  close(): Promise<void> {
    this.#freeze.leave();
    return this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    await Promise.all([this.#virsh.close(), this.#events?.close()]);
  }

  #listening(): RunEvents {
    if (!this.#events) throw new Error('a read-only driver has no events');
    return this.#events;
  }
}
