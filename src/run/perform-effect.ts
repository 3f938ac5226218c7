/** One effect: its intent fsynced before it, its outcome written after it; and the look at the host state around it. */
import {
  commandDefinition,
  contentLostBy,
  type Effect,
  filesWrittenInto,
  isCommand,
  type VirshEffect,
} from '../commands/effect.ts';
import { commandText } from '../commands/effect-text.ts';
import { BlockplanError } from '../errors.ts';
import type { Direction, PhaseRef } from '../events.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { filesOfLayer, includesFile, otherUsersOf } from '../model/file-identity.ts';
import {
  type Disk,
  type HostState,
  type ImageFile,
  isUp,
  withDomain,
} from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import { lastWrites } from './last-writes.ts';
import {
  askBundle,
  askHostState,
  emit,
  type OnHost,
  type Request,
  type RunPart,
} from './requests.ts';
import { doubtOf, hostIn, type RunHost, type RunState, setHost } from './run-state.ts';

/** The host state of a host as observed, with what the journal keeps for its domain. */
export function* observe(run: RunState, on: HostName): RunPart<HostState> {
  const { files, kept } = hostIn(run, on);
  const state = yield* askHostState({ ask: 'observe', on, files });
  const known = kept ? withDomain(state, { kept }) : state;
  setHost(run, on, { lastSeen: known, ...(isUp(known) ? { lastUp: [known], since: [] } : {}) });
  return known;
}

/**
 * The same host state with the names in the headers of the guest's layers: looked at where a chain or the definition has
 * changed, else as they were, since nothing else changes them.
 */
export function* withHeaders(on: HostName, before: HostState, now: HostState): RunPart<HostState> {
  return isSameChains(before, now)
    ? withHeadersOf(before, now)
    : yield* askHostState({ ask: 'headers', on, state: now });
}

function isSameChains({ domain: was }: HostState, { domain: is }: HostState): boolean {
  const places = (disks: readonly Disk[]) =>
    disks.map(({ target, chain }) => [target, ...chain.map(({ file }) => file)].join('\0')).join();
  return was.definition === is.definition && places(was.disks) === places(is.disks);
}

function withHeadersOf(before: HostState, now: HostState): HostState {
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
export function* performEffect(
  run: RunState,
  { on, ...ref }: PhaseRef & OnHost,
  direction: Direction,
  effect: Effect,
): RunPart<void> {
  const command = commandText(effect);
  yield* emit({ event: 'command', ...ref, direction, command, why: effect.why });
  yield* recordIntent(direction, { type: 'intent', ...ref, direction, on, effect });
  try {
    if (effect.tool === 'remove-file' || effect.tool === 'move-file')
      refuseLastWrites(hostIn(run, on), effect.file);
    setHost(run, on, { overwritten: withOverwritten(hostIn(run, on).overwritten, effect) });
    // On the way forward preflight has just looked; a rollback has none.
    if (direction === 'undo') yield* refuseShared(run, on, effect);
    if (effect.tool === 'keep-definition') yield* keepDefinition(run, on);
    else yield* perform(run, { ask: 'perform', ...ref, direction, on, effect });
  } catch (error) {
    // Whether it was carried out is not known then, and the journal does not say that it was not.
    if (isConnectionLost(error)) throw error;
    const reason = String((error as Error).message ?? error);
    const unbegun = isUnbegun(error) ? { unbegun: true as const } : {};
    yield* appendRecord({ type: 'outcome', ...ref, direction, error: reason, ...unbegun });
    if (isBestEffort(effect) && error instanceof EffectFailed) {
      run.doubts = [...run.doubts, ...doubtOf(on, effect)];
      return yield* emit({ event: 'notice', message: error.message });
    }
    throw error;
  }
  yield* appendRecord({ type: 'outcome', ...ref, direction });
}

function isUnbegun(error: unknown): boolean {
  return error instanceof EffectFailed && !error.begun;
}

/** Should the guest stop before it is looked at again, what was done tells where it wrote. */
function* perform(run: RunState, request: Extract<Request, { ask: 'perform' }>): RunPart<void> {
  const { effect, on } = request;
  const { since } = hostIn(run, on);
  setHost(run, on, { since: [...since, { effect, known: 'begun' }] });
  try {
    yield request;
  } catch (error) {
    if (isUnbegun(error)) setHost(run, on, { since });
    throw error;
  }
  setHost(run, on, { since: [...since, { effect, known: 'said' }] });
}

/**
 * Writes, fsynced by default, what comes before an effect. On the way forward nothing is done that could not be written down first;
 * a rollback is taken all the same, since what is half done needs it more than it needs the journal.
 * @throws EffectFailed on the way forward when the journal cannot be written
 */
export function* recordIntent(
  direction: Direction,
  entry: JournalEntry,
  sync = true,
): RunPart<void> {
  try {
    yield { ask: 'append', entry, sync };
  } catch (error) {
    if (direction === 'do') throw new EffectFailed(journalErrorText(error));
    yield* emit({ event: 'notice', message: journalErrorText(error) });
  }
}

/** Writes what has happened. Without it the journal only says less than is so, which ends no run. */
export function* appendRecord(entry: JournalEntry): RunPart<void> {
  try {
    yield { ask: 'append', entry, sync: entry.type === 'run-finished' };
  } catch (error) {
    yield* emit({ event: 'notice', message: journalErrorText(error) });
  }
}

export function journalErrorText(error: unknown): string {
  return `the journal cannot be written: ${(error as Error).message}`;
}

/** A guest that has stopped leaves no chain to look at: what it was last seen to write to is never removed. */
function refuseLastWrites(host: RunHost, file: string): void {
  const written = isUp(host.lastSeen) ? [] : lastWrites(host).flatMap(({ domain }) => domain.disks);
  const active = written.flatMap(({ chain: [top] }) => (top ? filesOfLayer(top) : []));
  if (lastWrites(host).some((state) => includesFile(state, active, file))) {
    throw new EffectFailed(
      `the guest, which has stopped, wrote to ${file} at last, so it is left alone`,
    );
  }
}

/** The files that a run has written over, once it has also meant to do that effect. */
export function withOverwritten(overwritten: readonly string[], effect: Effect): readonly string[] {
  const lost = contentLostBy(effect);
  return lost.length === 0 ? overwritten : [...new Set([...overwritten, ...lost])];
}

/** Just before a rollback writes into files that were there before: none of them may carry another guest by now. */
function* refuseShared(run: RunState, on: HostName, effect: Effect): RunPart<void> {
  const writes = writesInto(effect);
  if (!writes) return;
  const seen = yield* observe(run, on);
  const state = yield* askHostState({ ask: 'survey', on, state: seen, files: [] });
  const shared = writes(state).find((file) => otherUsersOf(state, file).length > 0);
  if (shared !== undefined) throw new EffectFailed(`${shared} is in another domain's chain by now`);
}

/** Which of the files that are there an effect writes into; undefined where it does not. */
function writesInto(effect: Effect): ((state: HostState) => readonly string[]) | undefined {
  const existing = filesWrittenInto(effect);
  if (existing.length > 0) return () => existing;
  if (!isCommand(effect)) return undefined;
  const { writesLayers } = commandDefinition(effect);
  return writesLayers === 'none' ? undefined : (state) => writesLayers(effect.args, state);
}

function* keepDefinition(run: RunState, on: HostName): RunPart<void> {
  const bundle = yield* askBundle(on);
  yield* recordIntent('do', { type: 'kept', on, bundle });
  setHost(run, on, { kept: bundle });
}

export function isConnectionLost(error: unknown): error is BlockplanError {
  return error instanceof BlockplanError && error.end === 'uncertain';
}

/** A best-effort command is given once; what is observed does not show whether it was needed. */
export function isBestEffort(effect: Effect): effect is VirshEffect {
  return effect.tool === 'virsh' && effect.optional === true;
}
