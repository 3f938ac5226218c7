/** The plan's paths in the lab: each below a folder of the lab. */
import type { Plan } from '../plan/plan.ts';

export interface Paths {
  /** The folder that stands for `/` of the user's host. */
  readonly root: string;
  /** The lab's path for a path of the user. */
  lab(path: string): string;
  /** The text with the user's paths instead of the lab's. */
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

/** The same plan with the lab's paths. Its variables are resolved, so every string that begins with a slash is a path. */
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
