/** How an upgrade during a run changes the commands that were reviewed. */
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import type { Effect } from '../commands/effect.ts';
import type { Finding } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { RunLog, StartRecord } from '../journal/run-log.ts';
import { ofHost } from '../model/hosts.ts';
import { isSameCommands } from './phase-effects.ts';
import { admittedEffects } from './stored-plan.ts';

/**
 * A warning if this version compiles other commands than were admitted when the run began. Only phases that have not
 * begun count: a phase that has begun uses the commands in the journal.
 * @param log the log of its journal
 */
export function otherCommands(graph: Graph, started: StartRecord, { visits }: RunLog): Finding[] {
  const { compiled, run, version } = started;
  if (!compiled) return [];
  const begun = new Set(
    visits.filter((visit) => visit.started).map(({ step, phase }) => `${step}/${phase}`),
  );
  const own = commandsOf(graph, started);
  const ahead = compiled.steps
    .flatMap(({ id, phases }) =>
      phases.map(({ name, effects }) => ({ name: `${id}/${name}`, effects })),
    )
    .filter(({ name }) => !begun.has(name));
  const unknown = ahead.filter(({ name }) => !own.has(name));
  const others = ahead.filter(({ name, effects }) => {
    const ours = own.get(name);
    return ours && !isSameCommands(effects, ours);
  });
  const listed = (phases: typeof ahead) => phases.map(({ name }) => name).join(', ');
  const warn = (what: string): Finding => ({
    code: codes.journalUnsupported,
    severity: 'warning',
    message: `run ${run} was started by blockplan ${version}; this version ${what}`,
    hint: `use version ${version} to run the commands that were reviewed, or roll back: ${blockplanCommand('rollback', run)}`,
  });
  return [
    ...(others.length > 0 ? [warn(`runs different commands in ${listed(others)}`)] : []),
    ...(unknown.length > 0 ? [warn(`cannot determine its commands in ${listed(unknown)}`)] : []),
  ];
}

/** The commands of the phases that can be simulated from that state; empty if this version's steps reject the state. */
function commandsOf(graph: Graph, { hosts }: StartRecord): ReadonlyMap<string, readonly Effect[]> {
  try {
    return admittedEffects(graph, ofHost(hosts, graph.home));
  } catch {
    return new Map();
  }
}
