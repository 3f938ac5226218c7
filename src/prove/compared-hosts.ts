/** What a proof compares of two host states: what a person would see with virsh, and the definition as text. */
import { type HostState, type ImageFile, isUp, withDomain } from '../model/host-state.ts';

/** What differs from the host that the plan leads to. A restart of libvirt changes how much it writes of a chain. */
export function differencesFromPlanned(planned: HostState, now: HostState): string[] {
  const words = 'the plan leads to';
  const texts = [planned, now].map(({ domain }) => withoutChains(domain.definition ?? ''));
  return [...apart(planned, now, words), ...definitionApart(texts, words)];
}

/** What differs from the host that a rollback leads to. The run is responsible for each byte of the definition. */
export function differencesFromFormer(
  initial: HostState,
  former: HostState,
  now: HostState,
): string[] {
  const words = 'it was';
  const texts = [former, now].map(({ domain }) => domain.definition ?? '');
  return [...apart(...comparable(initial, former, now), words), ...definitionApart(texts, words)];
}

/** The first line that differs; a domain without a definition differs in more than its text. */
function definitionApart([should = '', is = '']: readonly string[], words: string): string[] {
  if (should === is || should === '' || is === '') return [];
  const [wanted, found] = [should.split('\n'), is.split('\n')];
  const at = wanted.findIndex((line, number) => line !== found[number]);
  const lineOf = (lines: readonly string[]) =>
    lines[at < 0 ? wanted.length : at]?.trim() ?? 'no line';
  return [`the definition: ${lineOf(found)}; ${words} ${lineOf(wanted)}`];
}

/** The definition without the layers below the sources of its disks. */
function withoutChains(definition: string): string {
  return definition.replace(/<disk[\s>][\s\S]*?<\/disk>/g, (disk) =>
    disk.replace(/\s*<backingStore(?:\s*\/>|[\s\S]*<\/backingStore>)/, ''),
  );
}

/**
 * The host state at the last commit, and the one now, as far as they can be compared. No plan stops its guest, and the
 * chains of one that had stopped by the commit were not visible then.
 */
function comparable(initial: HostState, former: HostState, now: HostState) {
  const { state } = initial.domain;
  const seen = (of: HostState) => (isUp(former) || !isUp(initial) ? of : withActiveLayers(of));
  return [withDomain(seen(former), { state }), seen(now)] as const;
}

function withActiveLayers(of: HostState): HostState {
  const disks = of.domain.disks.map((disk) => ({ ...disk, chain: disk.chain.slice(0, 1) }));
  return withDomain(of, { disks });
}

/** A guest that was off can be started by its autostart mark, or by an operator; then its chains are visible. */
function startable(should: HostState, is: HostState): readonly [HostState, HostState] {
  const isStarted = should.domain.state === 'shut off' && is.domain.state === 'running';
  if (!isStarted) return [should, is];
  return [withDomain(withActiveLayers(should), { state: 'running' }), withActiveLayers(is)];
}

/** The visible differences between two host states. */
function apart(former: HostState, now: HostState, words: string): string[] {
  const [should, is] = startable(former, now);
  const a = picture(should);
  const b = picture(is);
  return Object.keys(a)
    .filter((part) => a[part] !== b[part])
    .map((part) => `${part}: ${b[part]}; ${words} ${a[part]}`);
}

function picture({ domain, files }: HostState): Record<string, string> {
  const disks = domain.disks.flatMap(({ target, chain, persistentSource, job }) => [
    [`${target}`, chain.map(({ file }) => file).join(' -> ')],
    [`${target} as defined`, persistentSource ?? 'nothing'],
    [`the job on ${target}`, job ? job.type : 'none'],
  ]);
  return Object.fromEntries([
    ['the guest', domain.state],
    ['the domain', domain.persistent ? 'persistent' : 'transient'],
    ['autostart', domain.autostart ? 'on' : 'off'],
    ['the snapshots', domain.snapshots.join(', ') || 'none'],
    ['the checkpoints', domain.checkpoints.join(', ') || 'none'],
    ['the files', filesIn(files)],
    ...disks,
  ]);
}

function filesIn(files: Readonly<Record<string, ImageFile | null>>): string {
  return Object.keys(files)
    .filter((file) => files[file])
    .sort()
    .join(', ');
}
