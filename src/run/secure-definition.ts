/** The last action for a stranded domain: its definition must not be lost, and must name the live chain. */
import { join } from 'node:path';
import { type Command, commandLine, virshCommand, virshLine } from '../command.ts';
import { withLayersOf } from '../model/definition-layers.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isSameFile } from '../model/file-identity.ts';
import { newFaults } from '../model/headers.ts';
import {
  activeFile,
  type Disk,
  diskOf,
  type HostState,
  isUp,
  withDomain,
} from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import { DEFINITION_FILE, defineDomain, restoreAttachments } from '../steps/effects/definition.ts';
import { definitionOnMovedDisks } from '../steps/rollbacks/definition.ts';
import { targetsOf } from './foreign.ts';
import { ambiguousDisks, lastWritesBy } from './last-writes.ts';
import { observe, performEffect } from './perform-effect.ts';
import { askHostState, emit, type RunPart } from './requests.ts';
import { hostIn, type RunState, setHost } from './run-state.ts';

/** The phase in whose name the journal has what keeps a definition from being lost at the end. */
export const SALVAGE = { step: 'run', phase: 'salvage' } as const;

/**
 * Restores the definition when a run can neither continue nor roll back: a domain that was made transient is defined
 * again, and what libvirt itself has changed of the plan's disks in a definition gets its former content (a pivot leaves an
 * empty `<backingStore/>` behind, with which the next start would not see the layers below). Each disk that has moved is set
 * to the file that the guest runs on, or was last seen to write to.
 * @returns the commands to type if libvirt did not accept the definition, whatever it answered, or if it is unknown which
 *   file has the latest writes; empty if nothing is left to do
 */
export function* secureDefinition(run: RunState, on: HostName): RunPart<readonly Command[]> {
  const { savepoint: before, kept: bundle } = hostIn(run, on);
  const now = yield* askHostState({ ask: 'headers', on, state: yield* observe(run, on) });
  const { persistent, definition } = now.domain;
  const saved = persistent ? before.domain.definition : bundle?.definition;
  const kept = persistent ? undefined : bundle;
  // A guest that runs on another host must not be started here as well.
  if (saved === undefined || now.domain.movedAway) return [];
  const wrote = lastWritesBy(hostIn(run, on), now);
  // If the domain exists, libvirt has moved the definition along, or an earlier attempt has chosen the files.
  const seen = now.domain.state === 'gone' ? wrote.at(-1) : undefined;
  const moved = definitionOnMovedDisks(saved, before, seen ?? now);
  // What an operator has changed in the meantime is not undone; the report says that it differs.
  const targets = [...targetsOf(run.graph, hostIn(run, on))];
  const wanted =
    definition === undefined
      ? moved
      : definitionOnLive(withLayersOf(definition, moved, targets), before, now, targets);
  const compare = ambiguousDisks(wrote).map(({ files }) =>
    commandLine('qemu-img', 'compare', ...files.slice(0, 2)),
  );
  if (definition === wanted) return compare;
  // libvirt may name layers that no header names, such as another tool's layer below an existing overlay.
  if (persistent && newFaults(now, withDomain(now, { definition: wanted })).length > 0)
    return compare;
  // While it is unknown which file has the latest writes, or whether the guest runs on another host, a start with the host
  // would let the files diverge.
  const certain = run.doubts.length + compare.length === 0 && !now.domain.stopUnseen;
  const autostart = kept?.autostart === true && certain;
  const { since } = hostIn(run, on);
  const restored = kept ? restoreAttachments({ ...kept, autostart }, now) : [];
  try {
    for (const effect of [defineDomain(wanted, 'keep the definition from being lost'), ...restored])
      yield* performEffect(run, { on, ...SALVAGE }, 'undo', effect);
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    yield* emit({ event: 'notice', message: error.message });
  }
  // Defining a stopped guest says nothing about where it wrote.
  setHost(run, on, { since });
  return [...repairs(run, yield* observe(run, on), { wanted, autostart }), ...compare];
}

/**
 * At the end of a run that is not stranded: a disk that another tool has moved while the domain was transient is in the
 * definition as it was saved. It gets the file that the guest runs on.
 */
export function* followMovedDisks(run: RunState, on: HostName): RunPart<void> {
  const { initial, lastSeen } = hostIn(run, on);
  const { definition } = lastSeen.domain;
  if (definition === undefined) return;
  const wanted = definitionOnLive(definition, initial, lastSeen, [
    ...targetsOf(run.graph, hostIn(run, on)),
  ]);
  if (wanted === definition) return;
  const effect = defineDomain(wanted, 'name the files that the guest runs on', { definition });
  try {
    yield* performEffect(run, { on, ...SALVAGE }, 'undo', effect);
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    yield* emit({ event: 'notice', message: error.message });
  }
}

/**
 * The definition with each disk on the file that the guest runs on, if it names the file of before, as it did then.
 * @param own targets of the plan's disks, whose files the steps themselves decide
 */
function definitionOnLive(
  definition: string,
  before: HostState,
  now: HostState,
  own: readonly string[],
): string {
  const isNamed = ({ target, persistentSource }: Disk) => {
    const was = diskOf(before, target);
    const isStill = isSameFile(now, persistentSource, was?.persistentSource);
    const wasNamed = isSameFile(before, was?.persistentSource, activeFile(before, target));
    return isStill && wasNamed && !own.includes(target);
  };
  const disks = isUp(now) ? now.domain.disks.filter(isNamed) : [];
  return definitionOnMovedDisks(definition, before, withDomain(now, { disks }));
}

/** The commands for what libvirt has not accepted, whatever it answered: judged by a last observation. */
function repairs(
  { folder }: RunState,
  { domain: { name, persistent, definition, autostart }, host }: HostState,
  should: { readonly wanted: string; readonly autostart: boolean },
): Command[] {
  const taken = persistent && definition === should.wanted;
  return [
    // `defineDomain` wrote the file to the run's folder, fsynced, before it ran the command.
    ...(taken ? [] : [virshLine(host, 'define', join(folder, DEFINITION_FILE))]),
    ...(should.autostart && !autostart ? [virshCommand(host, 'autostart', name)] : []),
  ];
}
