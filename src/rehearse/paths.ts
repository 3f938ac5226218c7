/** The plan's paths in the lab: one to one, below a folder of the lab's own. */
import type { Plan } from '../plan/plan.ts';

export interface Paths {
  /** The folder below which each path of the plan lies as it does below `/` on the user's host. */
  readonly root: string;
  /** Where that path of the user's lies in the lab. */
  lab(path: string): string;
  /** The text with the user's own paths in place of the lab's. */
  users(text: string): string;
}

/** @param root an absolute path without a slash at its end */
export function pathsBelow(root: string): Paths {
  return {
    root,
    lab: (path) => `${root}${path}`,
    users: (text) => text.replaceAll(root, ''),
  };
}

/** The same plan on the lab's paths: its variables are resolved already, so every word that begins with a slash is one. */
export function onLabPaths(plan: Plan, paths: Paths): Plan {
  return {
    ...plan,
    steps: plan.steps.map((planned) => ({
      ...planned,
      params: mapped(planned.params, paths) as typeof planned.params,
    })),
  };
}

function mapped(value: unknown, paths: Paths): unknown {
  if (typeof value === 'string') return value.startsWith('/') ? paths.lab(value) : value;
  if (Array.isArray(value)) return value.map((each) => mapped(each, paths));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapped(each, paths)]));
}
