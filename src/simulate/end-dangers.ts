/** What would be wrong where a run can end: after its last phase, or behind one whose result is kept. */
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { isTransient } from '../model/disk-elements.ts';
import { fileAt, isSameFile } from '../model/file-identity.ts';
import { diskOf, type HostState } from '../model/host-state.ts';
import { findingAt, type WalkedPhase } from './walked-phase.ts';

/** A plan that ends with the domain transient leaves its definition only in a journal, where no other tool finds it. */
export function leftTransient(graph: Graph, before: HostState, after: HostState): Finding[] {
  if (!isMadeTransient(before, after)) return [];
  const last = graph.nodes.findLast(({ planned }) => planned.step.kind === 'undefine');
  return [
    {
      code: codes.endsTransient,
      severity: 'error',
      message: `the plan ends with "${before.domain.name}" transient: it would vanish when the guest stops`,
      hint: 'add a redefine step at the end',
      ...(last ? { path: [...last.planned.path, last.planned.step.kind] } : {}),
    },
  ];
}

/**
 * A disk that moves while its definition names another file: the next start would not find the latest data of the guest, so
 * the run could not succeed. A mismatch that existed before the plan and does not change is not reported.
 * @param end what ends like this, as a clause
 */
export function leftStale(
  initial: HostState,
  last: WalkedPhase | undefined,
  end = 'the plan ends',
): Finding[] {
  if (!last) return [];
  const { name, disks } = last.after.domain;
  return disks.flatMap((disk) => {
    const {
      target,
      readonly,
      chain: [top],
      persistentSource,
    } = disk;
    const was = diskOf(initial, target);
    if (readonly || isTransient(disk) || !top || !persistentSource) return [];
    const isSame = (a?: string, b?: string) => isSameFile(last.after, a, b);
    if (isSame(was?.persistentSource, persistentSource) && isSame(was?.chain[0]?.file, top.file))
      return [];
    if (isSameFile(last.after, persistentSource, top.file)) return [];
    return [
      findingAt(last, {
        code: codes.endsWithMismatch,
        severity: 'error',
        message: `${end} with a definition of "${name}" that names ${persistentSource} for ${target}, while the guest writes to ${top.file}: the next start would not find the latest data of the guest`,
        hint: `add a redefine step with "disk: ${target}" and "source: ${top.file}"`,
      }),
    ];
  });
}

/** What a failure behind a phase that commits would leave as it was only meant to be on the way. */
export function dangersOfCommits(initial: HostState, phases: readonly WalkedPhase[]): Finding[] {
  const [last] = phases.slice(-1);
  return phases.slice(0, -1).flatMap((walked) => {
    const { planned, phase, doing } = walked.node;
    if (!last || !doing.commits) return [];
    const end = `if a phase after ${planned.id}/${phase.name} fails, the run ends`;
    return [
      ...keptTransient(initial, walked, end),
      ...leftStale(initial, walked, end),
      ...temporaryAt(initial, walked, last.after),
    ];
  });
}

function keptTransient(initial: HostState, walked: WalkedPhase, end: string): Finding[] {
  if (!isMadeTransient(initial, walked.after)) return [];
  return [
    findingAt(walked, {
      code: codes.endsTransient,
      severity: 'error',
      message: `${end} with "${initial.domain.name}" transient: it would vanish when the guest stops`,
      hint: 'add a redefine step before this step',
    }),
  ];
}

function isMadeTransient(before: HostState, after: HostState): boolean {
  return before.domain.persistent && !after.domain.persistent;
}

/** Files and records that the plan creates before the commit, and removes only after it. What the commit itself creates is kept. */
function temporaryAt(initial: HostState, walked: WalkedPhase, end: HostState): Finding[] {
  const { before, after, node } = walked;
  const files = Object.keys(after.files).filter(
    (file) =>
      after.files[file]?.made && before.files[file] && !initial.files[file] && !fileAt(end, file),
  );
  const records = (['snapshots', 'checkpoints'] as const).flatMap((kind) =>
    after.domain[kind]
      .filter((name) => !initial.domain[kind].includes(name) && !end.domain[kind].includes(name))
      .map((name) => `the ${kind === 'snapshots' ? 'snapshot' : 'checkpoint'} ${name}`),
  );
  const left = [...files, ...records];
  if (left.length === 0) return [];
  const phase = `${node.planned.id}/${node.phase.name}`;
  return [
    findingAt(walked, {
      code: codes.temporaryKept,
      severity: 'warning',
      message: `if a phase after ${phase} fails, ${left.join(', ')} would remain: the rollback ends at ${phase}, and only a later phase removes temporary files and records`,
      hint: 'put this step last, or move the steps that use no temporary files or records to a separate plan',
    }),
  ];
}
