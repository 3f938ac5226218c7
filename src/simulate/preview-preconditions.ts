/** What has to be so for each step, marked by whether it could be looked at. */
import { dirname } from 'node:path';
import type { World } from '../model/world.ts';
import type { Precondition } from '../steps/needs.ts';
import type { PreviewPrecondition } from './preview.ts';
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
  if (needs === 'others') return world.others.every(({ unread }) => unread.length === 0);
  return 'file' in needs
    ? world.files[needs.file] !== undefined
    : world.folders[dirname(needs.folder)] !== undefined;
}
