/**
 * One effect: its intent is fsynced before it and its outcome is written after it. Also the observation of the host
 * state.
 */
import type { ArmThawEffect, VerifyImageEffect } from '../commands/backup-effect.ts';
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
import { DomainBusy } from '../model/domain-busy.ts';
import { DomainTaken, EffectFailed, isUnbegun } from '../model/effect-failed.ts';
import { filesOfLayer, includesFile, otherUsersOf } from '../model/file-identity.ts';
import {
  type Disk,
  type HostState,
  type ImageFile,
  isUp,
  withDomain,
} from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import { targetsOf } from './foreign.ts';
import { frozenAfter, frozenSince, stillFrozen } from './frozen-guest.ts';
import { lastWrites } from './last-writes.ts';
import { leftWrites } from './left-writes.ts';
import {
  askBundle,
  askHostState,
  askWhileBusy,
  emit,
  type HostRequest,
  isInterrupted,
  type OnHost,
  type RunPart,
} from './requests.ts';
import { doubtOf, hostIn, type RunHost, type RunState, setHost } from './run-state.ts';

/** Observes a host; the host state includes what the journal keeps of its domain. */
export function* observe(run: RunState, on: HostName): RunPart<HostState> {
  const host = hostIn(run, on);
  const { files, kept } = host;
  const state = yield* askHostState({ ask: 'observe', on, files });
  const frozen = stillFrozen(host.frozen, state.domain);
  const known = withDomain(state, {
    ...(kept ? { kept } : {}),
    ...(frozen ? { frozen: true } : {}),
  });
  const left = [
    ...host.left,
    ...leftWrites(host, known, (target) => targetsOf(run.graph, host).has(target)),
  ];
  const up = isUp(known) ? { lastUp: [known], since: [], left } : {};
  setHost(run, on, { lastSeen: known, frozen, ...up });
  return known;
}

/**
 * The same host state with the names in the headers of the guest's layers: read again if a chain or the definition has
 * changed, otherwise as they were, because nothing else changes them.
 */
export function* withHeaders(on: HostName, before: HostState, now: HostState): RunPart<HostState> {
  return isSameChains(before, now)
    ? withHeadersOf(before, now)
    : yield* askHostState({ ask: 'headers', on, state: now });
}

/** Whether the guest's chains and its definition name the same files. */
export function isSameChains({ domain: was }: HostState, { domain: is }: HostState): boolean {
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

/** The reason of a failure. An unexpected error fails its phase too, so that the phase is rolled back. */
export function reasonOf(error: unknown): string {
  if (error instanceof EffectFailed || error instanceof BlockplanError) return error.message;
  const { message, code } = error as NodeJS.ErrnoException;
  return code === undefined ? `a bug in blockplan: ${message}` : message;
}

/** Performs one effect, with its intent fsynced before it and its outcome written after it. */
export function* performEffect(
  run: RunState,
  { on, ...ref }: PhaseRef & OnHost,
  direction: Direction,
  effect: Effect,
): RunPart<void> {
  const command = commandText(effect);
  yield* emit({ event: 'command', ...ref, direction, command, why: effect.why });
  yield* recordIntent(direction, { type: 'intent', ...ref, direction, on, effect });
  const { overwritten } = hostIn(run, on);
  try {
    if (effect.tool === 'remove-file' || effect.tool === 'move-file')
      refuseLastWrites(hostIn(run, on), effect.file);
    setHost(run, on, { overwritten: withOverwritten(overwritten, effect) });
    // Going forward, preflight has just checked this; a rollback has no preflight.
    if (direction === 'undo') yield* refuseShared(run, on, effect);
    if (effect.tool === 'keep-definition') yield* keepDefinition(run, on);
    else yield* perform(run, { ask: 'perform', ...ref, direction, on, effect });
  } catch (error) {
    // It is unknown whether the effect was performed, so the journal records no outcome.
    if (isConnectionLost(error)) throw error;
    const reason = String((error as Error).message ?? error);
    const unbegun = isUnbegun(error) ? { unbegun: true as const } : {};
    if (isUnbegun(error)) setHost(run, on, { overwritten });
    yield* appendRecord({ type: 'outcome', ...ref, direction, error: reason, ...unbegun });
    const mayFail = isBestEffort(effect) && !(error instanceof DomainTaken);
    if (mayFail && error instanceof EffectFailed) {
      run.doubts = [...run.doubts, ...doubtOf(on, effect)];
      return yield* emit({ event: 'notice', message: error.message });
    }
    throw error;
  }
  yield* appendRecord({ type: 'outcome', ...ref, direction });
}

/** Performs an effect that leaves no trace once more. The journal has its first time, and counts it only once. */
export function* performAgain(
  run: RunState,
  { on, ...ref }: PhaseRef & OnHost,
  effect: VerifyImageEffect,
): RunPart<void> {
  const told = { ...ref, direction: 'do' as const };
  yield* emit({ event: 'command', ...told, command: commandText(effect), why: effect.why });
  yield* perform(run, { ask: 'perform', ...told, on, effect });
}

type PerformRequest = Extract<HostRequest, { ask: 'perform' }>;

/**
 * Performs the effect and remembers it: if the guest stops before the next observation, the effects since the last one
 * show where it wrote.
 */
function* perform(run: RunState, request: PerformRequest): RunPart<void> {
  const { effect, on } = request;
  const { since, frozen: former } = hostIn(run, on);
  const frozen = frozenSince(effect, former);
  setHost(run, on, { since: [...since, { effect, known: 'begun' }], frozen });
  try {
    yield* askWhileBusy(request, () => isAskedAgain(request));
  } catch (error) {
    if (isUnbegun(error)) setHost(run, on, { since, frozen: former });
    throw error;
  }
  const after = frozenAfter(effect, frozen);
  setHost(run, on, { since: [...since, { effect, known: 'said' }], frozen: after });
}

/**
 * Whether a wait that another command has blocked is asked again: once the user has interrupted, only in the rollback. A
 * command is sent again by its phase, which observes the host before.
 */
function* isAskedAgain({ effect, direction }: PerformRequest): RunPart<boolean> {
  if (isCommand(effect)) return false;
  return direction === 'undo' || !(yield* isInterrupted());
}

/**
 * Writes the record that precedes an effect, fsynced by default. Going forward, nothing is done that could not be
 * recorded first. A rollback continues without its journal, because half-done changes need the rollback more than the
 * journal.
 * @throws EffectFailed going forward, if the journal cannot be written
 */
export function* recordIntent(
  direction: Direction,
  entry: JournalEntry,
  sync = true,
): RunPart<void> {
  try {
    yield { ask: 'append', entry, sync };
  } catch (error) {
    if (direction === 'do') throw new EffectFailed(journalErrorText(error), { begun: false });
    yield* emit({ event: 'notice', message: journalErrorText(error) });
  }
}

/** Writes what has happened. If that fails, the journal only says less than what happened, which does not end the run. */
export function* appendRecord(entry: JournalEntry): RunPart<void> {
  try {
    yield { ask: 'append', entry, sync: isDecisive(entry) };
  } catch (error) {
    yield* emit({ event: 'notice', message: journalErrorText(error) });
  }
}

/** Whether nothing that follows the entry in the journal would show it, should it be lost. */
function isDecisive(entry: JournalEntry): boolean {
  const { type } = entry;
  return type === 'run-finished' || type === 'run-judged' || 'committed' in entry;
}

export function journalErrorText(error: unknown): string {
  return `the journal cannot be written: ${(error as Error).message}`;
}

/**
 * A stopped guest has no live chain to check, so the files that it was last seen to write to are never removed. Neither are
 * those that it wrote to before it was started from others.
 */
function refuseLastWrites(host: RunHost, file: string): void {
  const left = host.left.map((each) => each.file);
  if (includesFile(host.lastSeen, left, file)) {
    throw new EffectFailed(
      `the guest wrote to ${file} before it was started from another file: the file is left alone`,
    );
  }
  if (isUp(host.lastSeen)) return;
  const states = lastWrites(host);
  const written = states.flatMap(({ domain }) => domain.disks);
  const active = written.flatMap(({ chain: [top] }) => (top ? filesOfLayer(top) : []));
  if (states.some((state) => includesFile(state, active, file))) {
    throw new EffectFailed(
      `the guest has stopped, and it last wrote to ${file}: the file is left alone`,
    );
  }
}

/** The files that a run may have overwritten, including those of this effect. */
export function withOverwritten(overwritten: readonly string[], effect: Effect): readonly string[] {
  const lost = contentLostBy(effect);
  return lost.length === 0 ? overwritten : [...new Set([...overwritten, ...lost])];
}

/** Just before a rollback writes to existing files: none of them may back another guest now. */
function* refuseShared(run: RunState, on: HostName, effect: Effect): RunPart<void> {
  const writes = writesInto(effect);
  if (!writes) return;
  const seen = yield* observe(run, on);
  const state = yield* askHostState({
    ask: 'survey',
    on,
    state: seen,
    files: [],
    usersOnly: true,
  });
  const shared = writes(state).find((file) => otherUsersOf(state, file).length > 0);
  if (shared !== undefined)
    throw new EffectFailed(`${shared} is now in another guest's backing chain`);
}

/** The existing files that an effect writes to; undefined if it writes to none. */
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

/**
 * Whether an error ends the run as uncertain: the connection is lost, or another command has held the domain for too long.
 * Nothing is wrong with the guest then, and a run that is resumed later may find out more.
 */
export function isUncertain(error: unknown): error is BlockplanError {
  return isConnectionLost(error) || error instanceof DomainBusy;
}

/** Whether an effect is best effort: it is run once, because no observation shows whether it was needed. */
export function isBestEffort(effect: Effect): effect is VirshEffect | ArmThawEffect {
  return (effect.tool === 'virsh' || effect.tool === 'arm-thaw') && effect.optional === true;
}
