/** One effect: its intent fsynced before it, its outcome written after it; and the look at the World around it. */
import {
  commandDefinition,
  type Effect,
  isCommand,
  lostBy,
  type VirshEffect,
  writtenInto,
} from '../commands/effect.ts';
import { commandText } from '../commands/effect-text.ts';
import { BlockplanError } from '../errors.ts';
import type { Direction, PhaseRef } from '../events.ts';
import type { Entry } from '../journal/journal.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { filesOfLayer, includesFile, otherUsersOf } from '../model/file-identity.ts';
import type { HostName } from '../model/hosts.ts';
import { type Disk, type ImageFile, isUp, type World, withDomain } from '../model/world.ts';
import { type Asking, askBundle, askWorld, type OnHost, type Request, tell } from './ask.ts';
import { type Course, doubtOf, hostIn, type RunHost, setHost } from './course.ts';
import { lastWrites } from './last-writes.ts';

/** The World of a host as observed, with what the journal keeps for its domain. */
export function* observe(course: Course, on: HostName): Asking<World> {
  const { files, kept } = hostIn(course, on);
  const world = yield* askWorld({ ask: 'observe', on, files });
  const known = kept ? withDomain(world, { kept }) : world;
  setHost(course, on, { lastSeen: known, ...(isUp(known) ? { lastUp: [known], since: [] } : {}) });
  return known;
}

/**
 * The same World with the names in the headers of the guest's layers: looked at where a chain or the definition has
 * changed, else as they were, since nothing else changes them.
 */
export function* withHeaders(on: HostName, before: World, now: World): Asking<World> {
  return isSameChains(before, now)
    ? withHeadersOf(before, now)
    : yield* askWorld({ ask: 'headers', on, world: now });
}

function isSameChains({ domain: was }: World, { domain: is }: World): boolean {
  const places = (disks: readonly Disk[]) =>
    disks.map(({ target, chain }) => [target, ...chain.map(({ file }) => file)].join('\0')).join();
  return was.definition === is.definition && places(was.disks) === places(is.disks);
}

function withHeadersOf(before: World, now: World): World {
  const told = now.domain.disks.flatMap(({ chain }) =>
    chain.flatMap(({ file }): [string, ImageFile][] => {
      const [earlier, image] = [before.files[file], now.files[file]];
      const isNew = image && image.backing === undefined && earlier?.backing !== undefined;
      return isNew ? [[file, { ...image, backing: earlier.backing }]] : [];
    }),
  );
  if (told.length === 0) return now;
  return {
    ...now,
    files: { ...now.files, ...Object.fromEntries(told) },
    names: { ...before.names, ...now.names },
  };
}

/** Whatever goes wrong in a phase, what is half done is taken back: an error that nobody thought of is no exception. */
export function reasonOf(error: unknown): string {
  if (error instanceof EffectFailed || error instanceof BlockplanError) return error.message;
  const { message, code } = error as NodeJS.ErrnoException;
  return code === undefined ? `a bug in blockplan: ${message}` : message;
}

/** One effect, with its intent fsynced before it and its outcome written after it. */
export function* act(
  course: Course,
  { on, ...ref }: PhaseRef & OnHost,
  direction: Direction,
  effect: Effect,
): Asking<void> {
  const command = commandText(effect);
  yield* tell({ event: 'command', ...ref, direction, command, why: effect.why });
  yield* intend(direction, { type: 'intent', ...ref, direction, on, effect });
  try {
    if (effect.tool === 'remove-file' || effect.tool === 'move-file')
      refuseLastWrites(hostIn(course, on), effect.file);
    setHost(course, on, { overwritten: withLost(hostIn(course, on).overwritten, effect) });
    // On the way forward preflight has just looked; a way back has none.
    if (direction === 'undo') yield* refuseShared(course, on, effect);
    if (effect.tool === 'keep-definition') yield* keepDefinition(course, on);
    else yield* perform(course, { ask: 'perform', ...ref, direction, on, effect });
  } catch (error) {
    // Whether it was carried out is not known then, and the journal does not say that it was not.
    if (isContactLost(error)) throw error;
    const reason = String((error as Error).message ?? error);
    const unbegun = isUnbegun(error) ? { unbegun: true as const } : {};
    yield* record({ type: 'outcome', ...ref, direction, error: reason, ...unbegun });
    if (isOptional(effect) && error instanceof EffectFailed) {
      course.doubts = [...course.doubts, ...doubtOf(on, effect)];
      return yield* tell({ event: 'notice', message: error.message });
    }
    throw error;
  }
  yield* record({ type: 'outcome', ...ref, direction });
}

function isUnbegun(error: unknown): boolean {
  return error instanceof EffectFailed && !error.begun;
}

/** Should the guest stop before it is looked at again, what was done tells where it wrote. */
function* perform(course: Course, request: Extract<Request, { ask: 'perform' }>): Asking<void> {
  const { effect, on } = request;
  const { since } = hostIn(course, on);
  setHost(course, on, { since: [...since, { effect, known: 'begun' }] });
  try {
    yield request;
  } catch (error) {
    if (isUnbegun(error)) setHost(course, on, { since });
    throw error;
  }
  setHost(course, on, { since: [...since, { effect, known: 'said' }] });
}

/**
 * Writes, fsynced unless told, what comes before an effect. On the way forward nothing is done that could not be written down first;
 * a way back is taken all the same, since what is half done needs it more than it needs the journal.
 * @throws EffectFailed on the way forward when the journal cannot be written
 */
export function* intend(direction: Direction, entry: Entry, sync = true): Asking<void> {
  try {
    yield { ask: 'append', entry, sync };
  } catch (error) {
    if (direction === 'do') throw new EffectFailed(unwritable(error));
    yield* tell({ event: 'notice', message: unwritable(error) });
  }
}

/** Writes what has happened. Without it the journal only says less than is so, which ends no run. */
export function* record(entry: Entry): Asking<void> {
  try {
    yield { ask: 'append', entry, sync: entry.type === 'run-finished' };
  } catch (error) {
    yield* tell({ event: 'notice', message: unwritable(error) });
  }
}

export function unwritable(error: unknown): string {
  return `the journal cannot be written: ${(error as Error).message}`;
}

/** A guest that has stopped leaves no chain to look at: what it was last seen to write to is never removed. */
function refuseLastWrites(host: RunHost, file: string): void {
  const written = isUp(host.lastSeen) ? [] : lastWrites(host).flatMap(({ domain }) => domain.disks);
  const active = written.flatMap(({ chain: [top] }) => (top ? filesOfLayer(top) : []));
  if (lastWrites(host).some((world) => includesFile(world, active, file))) {
    throw new EffectFailed(
      `the guest, which has stopped, wrote to ${file} at last, so it is left alone`,
    );
  }
}

/** The files that a run has written over, once it has also meant to do that effect. */
export function withLost(overwritten: readonly string[], effect: Effect): readonly string[] {
  const lost = lostBy(effect);
  return lost.length === 0 ? overwritten : [...new Set([...overwritten, ...lost])];
}

/** Just before a way back writes into files that were there before: none of them may carry another guest by now. */
function* refuseShared(course: Course, on: HostName, effect: Effect): Asking<void> {
  const writes = writesInto(effect);
  if (!writes) return;
  const seen = yield* observe(course, on);
  const world = yield* askWorld({ ask: 'survey', on, world: seen, files: [] });
  const shared = writes(world).find((file) => otherUsersOf(world, file).length > 0);
  if (shared !== undefined) throw new EffectFailed(`${shared} is in another domain's chain by now`);
}

/** Which of the files that are there an effect writes into; undefined where it does not. */
function writesInto(effect: Effect): ((world: World) => readonly string[]) | undefined {
  const existing = writtenInto(effect);
  if (existing.length > 0) return () => existing;
  if (!isCommand(effect)) return undefined;
  const { writesLayers } = commandDefinition(effect);
  return writesLayers === 'none' ? undefined : (world) => writesLayers(effect.args, world);
}

function* keepDefinition(course: Course, on: HostName): Asking<void> {
  const bundle = yield* askBundle(on);
  yield* intend('do', { type: 'kept', on, bundle });
  setHost(course, on, { kept: bundle });
}

export function isContactLost(error: unknown): error is BlockplanError {
  return error instanceof BlockplanError && error.end === 'uncertain';
}

/** A helping hand is given once; what is observed does not show whether it was needed. */
export function isOptional(effect: Effect): effect is VirshEffect {
  return effect.tool === 'virsh' && effect.optional === true;
}
