/** What has to be so for each step, marked by whether it could be looked at. */
import { dirname } from 'node:path';
import type { Untold, World } from '../model/world.ts';
import type { Precondition } from '../steps/needs.ts';
import type { PreviewPrecondition } from './preview.ts';
import { FREE_UNTOLD } from './preview-amounts.ts';
import type { Walked } from './walked.ts';

/** @param phases the phases that were walked */
export function previewPreconditions(
  phases: readonly Walked[],
  looked: 'live' | 'facts',
): PreviewPrecondition[] {
  return phases
    .filter(({ node }) => node.first)
    .flatMap(({ node: { planned }, start }) =>
      planned.step.preconditions(planned.params, start).map(({ what, needs }) => ({
        step: planned.id,
        what,
        checked: isKnown(start, needs) ? looked : 'no',
      })),
    );
}

function isKnown(world: World, needs: Precondition['needs']): boolean {
  if (needs === 'run') return false;
  if (needs === 'domain') return true;
  if (needs === 'others') {
    const isRead = world.others.every(({ unread }) => unread.length === 0);
    return isRead && isTold(world, ['others']);
  }
  if ('told' in needs) return isTold(world, needs.told);
  if ('place' in needs) return world.files[needs.place]?.place !== undefined;
  if ('file' in needs) return world.files[needs.file] !== undefined;
  const folder = world.folders[dirname(needs.folder)];
  return folder !== undefined && folder?.free !== FREE_UNTOLD;
}

function isTold({ untold = [] }: World, what: readonly Untold[]): boolean {
  return what.every((each) => !untold.includes(each));
}
