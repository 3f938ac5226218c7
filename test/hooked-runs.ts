/** Plans with hooks that are real shell scripts, and what the scripts did. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { compile, type Graph } from '../src/graph/graph.ts';
import type { HookPoint } from '../src/hook.ts';
import type { JournalEntry } from '../src/journal/journal.ts';
import type { Plan } from '../src/plan/plan.ts';
import { readPlan } from '../src/plan/read.ts';
import { steps } from '../src/steps/registry.ts';

export const MOVE = 'blockcopy: { disk: vda, dest: /new/c, shallow: true, pivot: true }';

/** A hook as a plan writes it. */
export interface WrittenHook {
  readonly command: readonly string[];
  readonly timeout?: number | string;
  readonly repeat?: boolean;
}

export type WrittenHooks = Partial<Record<HookPoint, WrittenHook | readonly WrittenHook[]>>;

/** A plan with these hooks and one step. */
export function hooked(hooks: WrittenHooks, onFailure = 'rollback'): { plan: Plan; graph: Graph } {
  const source = `plan: blockplan/v1
name: test
domain: testvm
hooks: ${JSON.stringify(hooks)}
on-failure: ${onFailure}
steps:
  - ${MOVE}
`;
  const plan = readPlan({ file: 'test.yaml', source, steps });
  return { plan, graph: compile(plan) };
}

/** Scripts in a folder that is removed after the test. */
export class Scripts {
  readonly folder = mkdtempSync(join(tmpdir(), 'blockplan-hooks-'));

  constructor() {
    onTestFinished(() => rm(this.folder, { recursive: true }));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a script; it first logs its name and its input. */
  write(name: string, body = '', head = '#!/bin/sh\n', mode = 0o755): string {
    // One write, so that no reader sees half a line.
    const log = `input=$(cat); printf '%s %s\\n' ${name} "$input" >>${this.path('log')}\n`;
    writeFileSync(this.path(name), `${head}${log}${body}\n`, { mode });
    return this.path(name);
  }

  /** The scripts that ran, in order, each with its input. */
  get ran(): { readonly name: string; readonly input: Record<string, unknown> }[] {
    if (!existsSync(this.path('log'))) return [];
    const lines = readFileSync(this.path('log'), 'utf8').trimEnd().split('\n');
    return lines.map((line) => {
      const at = line.indexOf(' ');
      return { name: line.slice(0, at), input: JSON.parse(line.slice(at + 1)) };
    });
  }

  get names(): string[] {
    return this.ran.map(({ name }) => name);
  }
}

/** Hooks at every point, each with a script of its own. */
export function everywhere(scripts: Scripts, changed: Record<string, string> = {}) {
  const hook = (name: string): WrittenHook => ({
    command: [scripts.write(name, changed[name])],
    timeout: 300,
  });
  return hooked({
    before: [hook('first'), hook('second')],
    after: [hook('done'), hook('done-2')],
    'on-failure': [hook('failed'), hook('failed-2')],
  });
}

/** Two hooks at each point. */
export function twice(scripts: Scripts, repeat: boolean, changed: Record<string, string> = {}) {
  const pair = (name: string): WrittenHook[] =>
    [`${name}-1`, `${name}-2`].map((each) => ({
      command: [scripts.write(each, changed[each])],
      repeat,
    }));
  const hooks: WrittenHooks = { before: pair('b'), after: pair('a'), 'on-failure': pair('f') };
  return hooked(hooks);
}

/** The record of the start or the end of a hook. */
export const hookRecord =
  (type: 'hook-started' | 'hook-finished', point: HookPoint, number: number) =>
  (entry: JournalEntry): boolean =>
    entry.type === type && entry.point === point && entry.number === number;
