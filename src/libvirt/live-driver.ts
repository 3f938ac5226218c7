/** The driver of a real run: answers effects through virsh, qemu-img and the host's files. */
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BlockplanError } from '../errors.ts';
import {
  type Driver,
  EffectFailed,
  type Marker,
  type Observation,
  type PerformContext,
} from '../model/driver.ts';
import type { Effect, RemoveFileEffect, VirshEffect } from '../model/effect.ts';
import { type Bundle, type Disk, type DomainState, usersOf, type World } from '../model/world.ts';
import { JobWatch } from './await-job.ts';
import { convertImage } from './convert.ts';
import { type DomainEvents, openEvents } from './events.ts';
import { imageChain, lookAtFile, lookAtFolder, openers, removeFile } from './files.ts';
import { MARKER_URI, markCommand, NOTHING_TO_UNMARK, readMarker, unmarkCommand } from './marker.ts';
import { observeDomain, readBundle } from './observe.ts';
import { otherDomains } from './survey.ts';
import { openVirsh, type Virsh } from './virsh.ts';

/** How long a command may take unless its effect says so. */
const COMMAND_TIMEOUT_MS = 60_000;
/** How long libvirt may be away before a run gives it up. */
const AWAY_LIMIT_MS = 60_000;

export interface LiveOptions {
  readonly uri?: string;
  readonly domain: string;
  /** A read-only connection, through which the daemon itself refuses every change. */
  readonly readonly: boolean;
  /** Writes a file so that it outlives a power loss; the journal's. */
  writeDurably(path: string, content: string): Promise<void>;
}

/**
 * Connects to libvirt.
 * @throws BlockplanError `preflight-refused` when it cannot be reached, or lies on another machine
 */
export async function openLiveDriver(options: LiveOptions): Promise<Driver> {
  refuseRemote(options.uri);
  const virsh = await openVirsh(connectionOf(options));
  try {
    refuseRemote(virsh.uri);
    const events = options.readonly ? undefined : await listen(options);
    return new LiveDriver(options, virsh, events);
  } catch (error) {
    await virsh.close();
    throw error;
  }
}

function connectionOf(options: LiveOptions): { uri?: string; readonly: boolean } {
  return { readonly: options.readonly, ...(options.uri === undefined ? {} : { uri: options.uri }) };
}

function listen(options: LiveOptions): Promise<DomainEvents> {
  return openEvents({ ...connectionOf(options), domain: options.domain });
}

/** Files are looked at, and removed, where blockplan runs; with libvirt elsewhere it would look at the wrong ones. */
function refuseRemote(uri: string | undefined): void {
  const host =
    uri === undefined ? undefined : /^[a-z]+(?:\+[a-z0-9]+)?:\/\/([^/?]+)/i.exec(uri)?.[1];
  if (host === undefined) return;
  throw new BlockplanError('preflight-refused', [
    {
      code: 'BP197',
      severity: 'error',
      message: `${uri} is another machine, but blockplan has to look at the files of the host that it works on`,
      hint: `run it there: ssh ${host} blockplan …`,
    },
  ]);
}

class LiveDriver implements Driver {
  readonly #options: LiveOptions;
  #virsh: Virsh;
  #events: DomainEvents | undefined;
  #watch: JobWatch | undefined;
  readonly #stateListeners: ((state: DomainState, detail: string) => void)[] = [];

  constructor(options: LiveOptions, virsh: Virsh, events: DomainEvents | undefined) {
    this.#options = options;
    this.#virsh = virsh;
    if (events) this.#attend(events);
  }

  #attend(events: DomainEvents): void {
    this.#events = events;
    this.#watch = new JobWatch(events);
    events.on((event) => {
      if (event.kind !== 'lifecycle') return;
      const state = LIFECYCLE_STATES[event.event];
      if (state) for (const listener of this.#stateListeners) listener(state, event.detail);
    });
  }

  async observe({ files, survey }: Observation): Promise<World> {
    const { domain: name, readonly } = this.#options;
    const domain = await observeDomain(this.#virsh, name, !readonly);
    const chains = domain.disks.flatMap(filesOf);
    const paths = [...new Set([...files, ...chains])].filter((path) => path.startsWith('/'));
    const looked = await Promise.all(
      paths.map(async (path) => [path, await lookAtFile(path)] as const),
    );
    const world: World = {
      domain,
      files: Object.fromEntries(looked),
      folders: {},
      others: [],
      host: { libvirt: '' },
    };
    return survey ? this.#survey(world, files) : world;
  }

  async #survey(world: World, files: readonly string[]): Promise<World> {
    const { name, disks, state } = world.domain;
    const folders = [...new Set(files.map((file) => dirname(file)))];
    const looked = await Promise.all(
      folders.map(async (path) => [path, await lookAtFolder(path)] as const),
    );
    const [version, sizes] = await this.#virsh.runAll([
      ['version', '--daemon'],
      ...(state === 'gone' ? [] : [['domblkinfo', '--domain', name, '--all']]),
    ]);
    return {
      ...world,
      domain: { ...world.domain, disks: withCapacities(disks, sizes?.ok ? sizes.stdout : '') },
      folders: Object.fromEntries(looked),
      others: await otherDomains(this.#virsh, name, Object.keys(world.files)),
      host: { libvirt: /Running against daemon: (\S+)/.exec(version?.stdout ?? '')?.[1] ?? '' },
    };
  }

  async perform(
    effect: Exclude<Effect, { tool: 'keep-definition' }>,
    context: PerformContext,
  ): Promise<void> {
    context.signal?.throwIfAborted();
    switch (effect.tool) {
      case 'virsh':
        return this.#command(effect, context);
      case 'await-job':
        return this.#awaiting().until({
          virsh: this.#virsh,
          events: this.#listening(),
          domain: this.#options.domain,
          effect,
          ...context,
        });
      case 'qemu-img':
        return convertImage(effect, context);
      case 'remove-file':
        return this.#remove(effect);
    }
  }

  async #command(effect: VirshEffect, context: PerformContext): Promise<void> {
    const argv: string[] = [];
    for (const word of effect.argv) {
      if (typeof word === 'string') {
        argv.push(word);
        continue;
      }
      const path = join(context.folder, word.file);
      await this.#options.writeDurably(path, word.content);
      argv.push(path);
    }
    if (argv[0] === 'blockcopy' || argv[0] === 'blockcommit') this.#watch?.begin();
    // The signal is not handed on: a command that was sent is answered, so that it is known what it did.
    const answer = await this.#virsh.run(argv, {
      timeoutMs: effect.timeoutMs ?? COMMAND_TIMEOUT_MS,
    });
    if (!answer.ok) throw new EffectFailed(`virsh ${argv[0]}: ${answer.error ?? 'failed'}`);
  }

  /** The one way of removing a file: no chain names it, in XML or in an image header, and nobody has it open. */
  async #remove({ file }: RemoveFileEffect): Promise<void> {
    if ((await lookAtFile(file)) === null) return;
    const world = await this.observe({ files: [file], survey: true });
    const users = usersOf(world, file);
    if (users.length > 0)
      throw new EffectFailed(`${file} is in the chain of ${users.join(', ')}, so it is left alone`);
    for (const disk of world.domain.disks.filter((each) =>
      each.persistentSource?.startsWith('/'),
    )) {
      const headers = await imageChain(disk.persistentSource ?? '');
      if (headers.some((layer) => layer.file === file))
        throw new EffectFailed(`${file} is below ${disk.persistentSource}, so it is left alone`);
    }
    const open = await openers(file);
    if (open.length > 0)
      throw new EffectFailed(`${file} is open in process ${open.join(', ')}, so it is left alone`);
    await removeFile(file);
  }

  bundle(): Promise<Bundle> {
    return readBundle(this.#virsh, this.#options.domain);
  }

  async mark(marker: Marker): Promise<void> {
    const command = markCommand(this.#options.domain, marker);
    const set = async () => {
      const answer = await this.#virsh.run(command);
      if (answer.ok) return;
      throw new EffectFailed(
        `the marker cannot be written into the domain's metadata: ${answer.error}`,
      );
    };
    // libvirt answers the change with an event: so the same act proves that events arrive before any is needed.
    const live = await this.#listening().proveLive(set, MARKER_URI, { timeoutMs: 10_000 });
    if (!live)
      throw new EffectFailed('libvirt sends no events, without which a job cannot be followed');
  }

  async unmark(): Promise<void> {
    const answer = await this.#virsh.run(unmarkCommand(this.#options.domain));
    if (answer.ok || NOTHING_TO_UNMARK.test(answer.error ?? '')) return;
    throw new EffectFailed(
      `the marker cannot be taken out of the domain's metadata: ${answer.error}`,
    );
  }

  marker(): Promise<Marker | undefined> {
    return readMarker(this.#virsh, this.#options.domain);
  }

  async reconnect(): Promise<boolean> {
    const deadline = Date.now() + AWAY_LIMIT_MS;
    await this.close();
    for (let pause = 100; Date.now() < deadline; pause = Math.min(pause * 2, 5000)) {
      try {
        this.#virsh = await openVirsh(connectionOf(this.#options));
        this.#attend(await listen(this.#options));
        return true;
      } catch (error) {
        if (!(error instanceof BlockplanError)) throw error;
        await delay(pause);
      }
    }
    return false;
  }

  onGuestState(listener: (state: DomainState, detail: string) => void): void {
    this.#stateListeners.push(listener);
  }

  async close(): Promise<void> {
    this.#watch?.end();
    await Promise.all([this.#virsh.close(), this.#events?.close()]);
  }

  #listening(): DomainEvents {
    if (!this.#events) throw new Error('a read-only driver has no events');
    return this.#events;
  }

  #awaiting(): JobWatch {
    if (!this.#watch) throw new Error('a read-only driver waits for no job');
    return this.#watch;
  }
}

/** libvirt's lifecycle events as states (libvirt: virDomainEventType). */
const LIFECYCLE_STATES: Readonly<Record<string, DomainState>> = {
  Started: 'running',
  Resumed: 'running',
  Suspended: 'paused',
  Stopped: 'shut off',
  Crashed: 'crashed',
  PMSuspended: 'pmsuspended',
};

function filesOf(disk: Disk): string[] {
  return [
    ...disk.chain.map((layer) => layer.file),
    ...(disk.persistentSource === undefined ? [] : [disk.persistentSource]),
    ...(disk.job?.mirror === undefined ? [] : [disk.job.mirror]),
  ];
}

/** `virsh domblkinfo --all`: a table of target, capacity, allocation and physical size in bytes. */
function withCapacities(disks: readonly Disk[], table: string): Disk[] {
  const capacities = new Map(
    table.split('\n').flatMap((line): [string, number][] => {
      const [target, capacity] = line.trim().split(/\s+/);
      return target && capacity && /^\d+$/.test(capacity) ? [[target, Number(capacity)]] : [];
    }),
  );
  return disks.map((disk) => {
    const capacity = capacities.get(disk.target);
    return capacity === undefined ? disk : { ...disk, capacity };
  });
}
