/** The requirements of each step, marked by whether they could be checked. */
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Finding } from '../errors.ts';
import type { HostState, UnknownPart } from '../model/host-state.ts';
import { storeIn } from '../model/known-stores.ts';
import type { PlannedHook } from '../plan/plan.ts';
import type { Knowledge } from '../steps/requirements/requirement.ts';
import type { PreviewPrecondition } from './preview.ts';
import { FREE_UNKNOWN } from './preview-amounts.ts';
import type { WalkedStep } from './walk.ts';

/**
 * @param examined the steps that were walked
 * @param facts the file of facts; absent if the host itself was observed
 * @param hookFindings absent if the programs of the hooks were not checked
 */
export function previewPreconditions(
  examined: readonly WalkedStep[],
  hooks: readonly PlannedHook[],
  { facts, hookFindings }: { readonly facts?: string; readonly hookFindings?: readonly Finding[] },
): PreviewPrecondition[] {
  return [
    ...withOwnProgram(hooks).map(({ command: [program], path }): PreviewPrecondition => {
      const place = [...path, 'command', 0];
      return {
        what: `${program} can be executed on the machine that blockplan runs on`,
        checked: hookFindings === undefined ? 'no' : 'live',
        ...(hookFindings?.some((each) => isDeepStrictEqual(each.path, place)) && { unmet: true }),
      };
    }),
    ...examined.flatMap(({ planned, start, requirements }) =>
      requirements.map(({ text, knowledge, unmet }): PreviewPrecondition => {
        const checked = facts === undefined ? 'live' : 'facts';
        return {
          step: planned.id,
          what: text,
          // What is known to fail was checked, even if only the run could find it met.
          checked: unmet.length > 0 || isKnown(start, knowledge) ? checked : 'no',
          ...(unmet.length === 0 ? {} : { unmet: true }),
        };
      }),
    ),
  ];
}

/** The first hook of each program: findings are about these. */
function withOwnProgram(hooks: readonly PlannedHook[]): readonly PlannedHook[] {
  const programs = hooks.map(({ command: [program] }) => program);
  return hooks.filter((_, at) => programs.indexOf(programs[at] ?? '') === at);
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
  if ('store' in knowledge) return storeIn(state, knowledge.store) !== undefined;
  const folder = state.folders[dirname(knowledge.folder)];
  return folder !== undefined && folder?.free !== FREE_UNKNOWN;
}

function isTold({ untold = [] }: HostState, what: readonly UnknownPart[]): boolean {
  return what.every((each) => !untold.includes(each));
}
