/** The requirements of each step, marked by whether they could be checked. */
import { dirname } from 'node:path';
import type { HostState, UnknownPart } from '../model/host-state.ts';
import type { Knowledge } from '../steps/requirements/requirement.ts';
import type { PreviewPrecondition } from './preview.ts';
import { FREE_UNKNOWN } from './preview-amounts.ts';
import type { WalkedStep } from './walk.ts';

/** @param examined the steps that were walked */
export function previewPreconditions(
  examined: readonly WalkedStep[],
  looked: 'live' | 'facts',
): PreviewPrecondition[] {
  return examined.flatMap(({ planned, start, requirements }) =>
    requirements.map(({ text, knowledge, unmet }) => ({
      step: planned.id,
      what: text,
      // What is known to fail was checked, even if only the run could find it met.
      checked: unmet.length > 0 || isKnown(start, knowledge) ? looked : 'no',
      ...(unmet.length === 0 ? {} : { unmet: true }),
    })),
  );
}

function isKnown(state: HostState, knowledge: Knowledge): boolean {
  if (knowledge === 'run') return false;
  if (knowledge === 'domain') return true;
  if (knowledge === 'others') {
    const isRead = state.others.every(({ unread }) => unread.length === 0);
    return isRead && isTold(state, ['others']);
  }
  if ('told' in knowledge) return isTold(state, knowledge.told);
  if ('place' in knowledge) return state.files[knowledge.place]?.place !== undefined;
  if ('file' in knowledge) return state.files[knowledge.file] !== undefined;
  const folder = state.folders[dirname(knowledge.folder)];
  return folder !== undefined && folder?.free !== FREE_UNKNOWN;
}

function isTold({ untold = [] }: HostState, what: readonly UnknownPart[]): boolean {
  return what.every((each) => !untold.includes(each));
}
