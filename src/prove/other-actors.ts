/**
 * What others do to the guest of a run: they restart it, edit its definition, move another disk, or work on a disk of the
 * plan. They use libvirt, so it refuses them what it refuses a run.
 */
import { type Effect, isCommand } from '../commands/effect.ts';
import type { Graph } from '../graph/graph.ts';
import { asDefined } from '../host/domain.ts';
import type { SimulatedHost } from '../host/simulated-host.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import type { Disk, HostState } from '../model/host-state.ts';
import { apply } from '../simulate/host.ts';
import { guestDies, guestStarts } from '../simulate/host-faults.ts';
import { walk } from '../simulate/walk.ts';

const ACTS = ['restarted', 'edited', 'moved', 'snapshot', 'copied'] as const;

/** What other tools and operators do, by the first word of the fault. */
export type Act = (typeof ACTS)[number];

export function isAct(word: string): word is Act {
  return (ACTS as readonly string[]).includes(word);
}

/** The disks of a guest that others work on; absent where it has none. */
export interface DisksOfGuest {
  /** One that the plan works on. */
  readonly planned?: string;
  /** One that the plan leaves alone. */
  readonly idle?: string;
}

/** An act, and the disks that it can be about. */
export interface ActOfOthers extends DisksOfGuest {
  readonly act: Act;
}

/** Chooses the disks by what a run without faults does, and not by what a run takes for its own. */
export function disksForOthers(graph: Graph, state: HostState): DisksOfGuest {
  const effects = walk(graph, state).phases.flatMap(({ node, before, start }) =>
    node.phase.effects(before, start),
  );
  // What a command expects of a definition names every disk.
  const text = JSON.stringify(effects.map((each) => (isCommand(each) ? each.args : each)));
  const isNamed = (word: string) => text.includes(JSON.stringify(word));
  const isPlanned = ({ target, chain }: Disk) =>
    isNamed(target) || chain.some(({ file }) => isNamed(file));
  const disks = state.domain.disks.filter(
    ({ device, readonly, chain, unsupported }) =>
      device === 'disk' && !readonly && !unsupported && chain.length > 0,
  );
  const planned = disks.find(isPlanned) ?? disks[0];
  const idle = disks.find((disk) => disk !== planned && !isPlanned(disk));
  return {
    ...(planned ? { planned: planned.target } : {}),
    ...(idle ? { idle: idle.target } : {}),
  };
}

/** The host after the act; the same value where libvirt refuses it. */
export function actOfOthers(
  host: SimulatedHost,
  { act, planned, idle }: ActOfOthers,
): SimulatedHost {
  switch (act) {
    case 'restarted':
      return guestStarts(guestDies(host));
    case 'edited':
      return edited(host);
    case 'moved':
      return idle === undefined ? host : performed(host, moving(host, idle));
    case 'snapshot':
      return planned === undefined ? host : performed(host, [snapshotting(host, planned)]);
    case 'copied':
      return planned === undefined ? host : performed(host, [copying(host, planned)]);
  }
}

function performed(host: SimulatedHost, effects: readonly Effect[]): SimulatedHost {
  try {
    return effects.reduce((each, effect) => apply(each, effect), host);
  } catch (error) {
    if (error instanceof EffectFailed) return host;
    throw error;
  }
}

const EDIT = '  <description>changed by another operator</description>\n';

/** Whether the definition has what the other operator has changed in it. */
export function isEdited(definition: string | undefined): boolean {
  return definition?.includes(EDIT) === true;
}

/** An operator who finds no definition of the domain has one of before. */
function edited(host: SimulatedHost): SimulatedHost {
  const { definition, kept } = host.state.domain;
  const xml = definition ?? kept?.definition;
  if (xml === undefined || isEdited(xml)) return host;
  const end = xml.lastIndexOf('</domain>');
  return asDefined(host, `${xml.slice(0, end)}${EDIT}${xml.slice(end)}`);
}

/** The file that others make for a disk. */
export function fileOfOthers(target: string): string {
  return `/var/lib/another-tool/${target}`;
}

const WHY = 'another tool does it';

function copying({ state }: SimulatedHost, path: string): Effect {
  const args = { domain: state.domain.name, path, dest: fileOfOthers(path) };
  return { tool: 'virsh', verb: 'blockcopy', args: { ...args, 'transient-job': true }, why: WHY };
}

function moving(host: SimulatedHost, disk: string): Effect[] {
  const args = { domain: host.state.domain.name, path: disk, pivot: true };
  return [
    copying(host, disk),
    { tool: 'await-job', disk, until: 'ready', why: WHY, timeoutMs: 0 },
    { tool: 'virsh', verb: 'blockjob', args, why: WHY },
  ];
}

function snapshotting({ state }: SimulatedHost, disk: string): Effect {
  const file = fileOfOthers(disk);
  const overlay = { disk, snapshot: 'external', file, driver: 'qcow2' } as const;
  const kind = { 'disk-only': true, 'no-metadata': true } as const;
  const args = { domain: state.domain.name, name: 'others', ...kind, diskspec: [overlay] };
  return { tool: 'virsh', verb: 'snapshot-create-as', args, why: WHY };
}
