/** What has to be so for each step, marked by whether it could be looked at. */
import { dirname } from 'node:path';
import type { Untold, World } from '../model/world.ts';
import type { Knowledge } from '../steps/requirements/requirement.ts';
import type { PreviewPrecondition } from './preview.ts';
import { FREE_UNTOLD } from './preview-amounts.ts';
import type { StepExamined } from './walk.ts';

/** @param examined the steps that were walked */
export function previewPreconditions(
  examined: readonly StepExamined[],
  looked: 'live' | 'facts',
): PreviewPrecondition[] {
  return examined.flatMap(({ planned, start, requirements }) =>
    requirements.map(({ text, knowledge }) => ({
      step: planned.id,
      what: text,
      checked: isKnown(start, knowledge) ? looked : 'no',
    })),
  );
}

function isKnown(world: World, knowledge: Knowledge): boolean {
  if (knowledge === 'run') return false;
  if (knowledge === 'domain') return true;
  if (knowledge === 'others') {
    const isRead = world.others.every(({ unread }) => unread.length === 0);
    return isRead && isTold(world, ['others']);
  }
  if ('told' in knowledge) return isTold(world, knowledge.told);
  if ('place' in knowledge) return world.files[knowledge.place]?.place !== undefined;
  if ('file' in knowledge) return world.files[knowledge.file] !== undefined;
  const folder = world.folders[dirname(knowledge.folder)];
  return folder !== undefined && folder?.free !== FREE_UNTOLD;
}

function isTold({ untold = [] }: World, what: readonly Untold[]): boolean {
  return what.every((each) => !untold.includes(each));
}
