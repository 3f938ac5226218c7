/** The programs of a plan's hooks, checked before a run. */
import { expect, test } from 'vitest';
import { codes } from '../../../src/codes.ts';
import type { Plan } from '../../../src/plan/plan.ts';
import { findHookProblems } from '../../../src/run/hook-findings.ts';
import { Scripts } from '../../hooked-runs.ts';

type PlanHook = Plan['hooks'][number];

function hook(program: string, point: PlanHook['point'], number = 1): PlanHook {
  const rest = { timeout: 1, repeat: false, path: ['hooks', point, number - 1] };
  return { point, number, command: [program, 'a word'], ...rest };
}

const found = (...hooks: PlanHook[]) => findHookProblems({ hooks });

test('a plan without hooks, or whose programs can be executed, is fine', async () => {
  const program = new Scripts().write('good');
  expect(await found()).toEqual([]);
  expect(await found(hook(program, 'before'), hook(program, 'after'))).toEqual([]);
});

test('each program that cannot be executed is reported once, at its first hook', async () => {
  const scripts = new Scripts();
  const missing = scripts.path('missing');
  const plain = scripts.write('plain', '', '#!/bin/sh\n', 0o644);
  const hooks = [
    hook(scripts.write('good'), 'before'),
    hook(missing, 'before', 2),
    hook(plain, 'after'),
    hook(missing, 'on-failure'),
  ];
  const hint =
    'correct the path, or install the program on the machine that blockplan runs on and make it executable';
  const common = { code: codes.hookProgramUnusable, severity: 'error', hint };
  expect(await found(...hooks)).toEqual([
    {
      ...common,
      message: `the program of the before hook 2, ${missing}, does not exist`,
      path: ['hooks', 'before', 1, 'command', 0],
    },
    {
      ...common,
      message: `the program of the after hook 1, ${plain}, cannot be executed by this user: permission denied`,
      path: ['hooks', 'after', 0, 'command', 0],
    },
  ]);
});
