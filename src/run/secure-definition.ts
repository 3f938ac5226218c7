/** The last action for a stranded domain: its definition must not be lost, and must name the live chain. */
import { join } from 'node:path';
import { type Command, commandLine, virshCommand, virshLine } from '../command.ts';
import { setDiskSource } from '../model/domain-xml.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { isSameFile } from '../model/file-identity.ts';
import { newFaults } from '../model/headers.ts';
import { activeFile, diskOf, type HostState, withDomain } from '../model/host-state.ts';
import type { HostName } from '../model/hosts.ts';
import { DEFINITION_FILE, defineDomain, restoreAttachments } from '../steps/effects/definition.ts';
import { outsideDisks } from '../steps/rollbacks/definition.ts';
import { ambiguousDisks, lastWritesBy } from './last-writes.ts';
import { observe, performEffect } from './perform-effect.ts';
import { askHostState, emit, type RunPart } from './requests.ts';
import { hostIn, type RunState, setHost } from './run-state.ts';

/**
 * Restores the definition when a run can neither continue nor roll back: a domain that was made transient is defined
 * again, and a definition that libvirt itself has changed gets its former content (a pivot leaves an empty
 * `<backingStore/>` behind, with which the next start would not see the layers below). Each disk that has moved is set to
 * the file that the guest runs on, or was last seen to write to.
 * @returns the commands to type if libvirt did not accept the definition, whatever it answered, or if it is unknown which
 *   file has the latest writes; empty if nothing is left to do
 */
export function* secureDefinition(run: RunState, on: HostName): RunPart<readonly Command[]> {
  const { savepoint: before, kept: bundle } = hostIn(run, on);
  const now = yield* askHostState({ ask: 'headers', on, state: yield* observe(run, on) });
  const { persistent, definition } = now.domain;
  const saved = persistent ? before.domain.definition : bundle?.definition;
  // A guest that runs on another host must not be started here as well.
  if (saved === undefined || now.domain.movedAway) return [];
  const wrote = lastWritesBy(hostIn(run, on), now);
  // If the domain exists, libvirt has moved the definition along, or an earlier attempt has chosen the files.
  const seen = now.domain.state === 'gone' ? wrote.at(-1) : undefined;
  const wanted = definitionOnMovedDisks(saved, before, seen ?? now);
  const compare = ambiguousDisks(wrote).map(({ files }) =>
    commandLine('qemu-img', 'compare', ...files.slice(0, 2)),
  );
  if (definition === wanted) return compare;
  // What an operator has changed in the meantime is not undone; the report says that it differs.
  if (definition !== undefined && outsideDisks(definition) !== outsideDisks(wanted)) return compare;
  // libvirt may name layers that no header names, such as another tool's layer below an existing overlay.
  if (persistent && newFaults(now, withDomain(now, { definition: wanted })).length > 0)
    return compare;
  const kept = persistent ? undefined : bundle;
  // While it is unknown which file has the latest writes, or whether the guest runs on another host, a start with the host
  // would let the files diverge.
  const certain = run.doubts.length + compare.length === 0 && !now.domain.stopUnseen;
  const autostart = kept?.autostart === true && certain;
  const { since } = hostIn(run, on);
  const restored = kept ? restoreAttachments({ ...kept, autostart }, now) : [];
  try {
    for (const effect of [defineDomain(wanted, 'keep the definition from being lost'), ...restored])
      yield* performEffect(run, { on, step: 'run', phase: 'salvage' }, 'undo', effect);
  } catch (error) {
    if (!(error instanceof EffectFailed)) throw error;
    yield* emit({ event: 'notice', message: error.message });
  }
  // Defining a stopped guest says nothing about where it wrote.
  setHost(run, on, { since });
  return [...repairs(run, yield* observe(run, on), { wanted, autostart }), ...compare];
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

/**
 * The definition with each disk that has moved since `before` set to the file that it was seen on, except for disks that
 * no step works on, which another user has moved.
 */
export function definitionOnMovedDisks(
  definition: string,
  before: HostState,
  seen: HostState,
): string {
  return seen.domain.disks.reduce((xml, { target, unsupported, chain: [top] }) => {
    const supported = !unsupported && !diskOf(before, target)?.unsupported;
    const moved = supported && top && !isSameFile(seen, top.file, activeFile(before, target));
    return moved ? setDiskSource(xml, target, top) : xml;
  }, definition);
}
