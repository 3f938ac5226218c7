/** The space that rollbacks need: a mirror back or a commit back fills the holes of the file that it writes into. */
import { dirname } from 'node:path';
import { codes } from '../codes.ts';
import type { Finding } from '../errors.ts';
import { stopsOnFailure } from '../graph/graph.ts';
import { isSameFile } from '../model/file-identity.ts';
import { comparedSizes } from '../size-text.ts';
import type { RollbackRoom } from '../steps/sizes.ts';
import { findingAt, type WalkedPhase } from './walked-phase.ts';

/** An upper bound of the space that the rollbacks of all phases need, by folder, in the order of the phases. */
export function rollbackNeeds(
  phases: readonly WalkedPhase[],
): readonly [folder: string, bytes: number][] {
  const files: RollbackRoom[] = [];
  for (const walked of phases)
    for (const room of roomsOf(walked)) {
      const at = files.findIndex(({ file }) => isSameFile(walked.before, file, room.file));
      const known = files[at];
      if (!known) files.push(room);
      else if (known.most < room.most) files[at] = room;
    }
  const folders = new Map<string, number>();
  for (const { file, most } of files) {
    const folder = dirname(file);
    folders.set(folder, (folders.get(folder) ?? 0) + most);
  }
  return [...folders];
}

/**
 * Rollbacks that may not fit, and as errors those that will not.
 * @param leftFor the bytes that a phase leaves free in the file's folder: at least, and as expected of copies that were
 *   measured; undefined if the folder was not checked
 */
export function rollbacksWithoutRoom(
  phases: readonly WalkedPhase[],
  leftFor: (index: number, file: string) => { least: number; expected: number } | undefined,
): Finding[] {
  return phases.flatMap((walked, index) =>
    roomsOf(walked).flatMap(({ file, least, most }) => {
      const left = leftFor(index, file);
      if (left === undefined || most <= left.least) return [];
      const { planned, phase } = walked.node;
      const stranded = least > left.expected;
      const [grows, atLeast, free] = comparedSizes(
        most,
        least,
        Math.max(0, stranded ? left.expected : left.least),
      );
      const bytes =
        least === most ? grows : least === 0 ? `up to ${grows}` : `${atLeast} to ${grows}`;
      const needs = `the rollback of ${planned.id}/${phase.name} needs ${bytes} for ${file}, but ${dirname(file)}`;
      if (stranded)
        return findingAt(walked, {
          code: codes.noSpace,
          severity: 'error',
          message: `${needs} has ${free} left: a failure after this phase would leave the run stranded`,
          hint: 'free some space there, or write "on-failure: stop" to run without rollback',
        });
      const isCertain = least > left.least;
      return findingAt(walked, {
        code: codes.spaceAtRisk,
        severity: 'warning',
        message: isCertain
          ? `${needs} may have only ${free} left after the copies: then a failure after this phase leaves the run stranded`
          : `${needs} has ${free} left: if the guest writes too much, the rollback cannot finish`,
        hint: isCertain
          ? 'free some space there before the run, or write "on-failure: stop" to run without rollback'
          : 'free some space there before the run, or run the plan when the guest writes little',
      });
    }),
  );
}

/** The space that the rollback of a phase needs; none if the plan stops on failure. */
function roomsOf({ node, before, start }: WalkedPhase): readonly RollbackRoom[] {
  return stopsOnFailure(node) ? [] : (node.phase.rollbackRoom?.(before, start) ?? []);
}
