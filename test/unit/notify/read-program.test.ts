/** The program of a target: where it may be, and a warning if it is missing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { BlockplanError, type Finding } from '../../../src/errors.ts';
import { readNotifySettings } from '../../../src/notify/read.ts';
import { scratchFolder } from '../../scratch-folder.ts';

const folder = scratchFolder('notify-program');
const fileWith = (target: string) => `notify: blockplan/v1\ntargets:\n  - ${target}\n`;
const shown = ({ severity, code, message, position }: Finding) =>
  `${position?.line}:${position?.column} ${severity} ${code} ${message}`;

/** What is wrong with the program, as warnings. */
function warnings(program: string): string[] {
  const warned: string[] = [];
  readNotifySettings(fileWith(`command: [${program}, --all]`), 'notify.yaml', (findings) =>
    warned.push(...findings.map(shown)),
  );
  return warned;
}

test.each(['./page', 'bin/page', '../page', '/', ''])(
  'a path that depends on the working directory is refused: %j',
  (program) => {
    try {
      readNotifySettings(fileWith(`{ command: ["${program}", --all], on: [] }`), 'notify.yaml');
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof BlockplanError)) throw error;
      // A warning about a missing program would only distract from the errors.
      expect(error.findings.map(shown)).toEqual([
        `3:17 error BP022 the program of a target must be a name without "/" or an absolute path, but is "${program}"`,
        `3:${29 + program.length} error BP022 "on" must have at least 1 item`,
      ]);
    }
  },
);

test('a program that does not exist, or may not be executed, is a warning', () => {
  writeFileSync(join(folder, 'data'), '', { mode: 0o644 });
  for (const program of ['/nowhere/page', 'no-such-page', folder, join(folder, 'data')])
    expect(warnings(program)).toEqual([
      `3:15 warning BP205 the program "${program}" does not exist, or this user has no permission to execute it`,
    ]);
});

test('a program is found by its path or in the folders of PATH', () => {
  writeFileSync(join(folder, 'page'), '#!/bin/sh\n', { mode: 0o755 });
  vi.stubEnv('PATH', `/nowhere:${folder}`);
  expect(['page', '/bin/sh', join(folder, 'page')].map(warnings)).toEqual([[], [], []]);
  vi.unstubAllEnvs();
});
