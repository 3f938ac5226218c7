/** Types a command line into a shell whose programs only report their arguments. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAMS = ['virsh', 'qemu-img', 'mkdir', 'chmod', 'ssh', 'blockplan', 'rm', 'mv'];
/** A command in a sentence, from its program to the end. */
const IN_TEXT = new RegExp(`(?:^|[:(] ?)((?:${PROGRAMS.join('|')}) .*)$`, 's');

/** Names that have another effect if they are not quoted. */
export const HOSTILE_NAMES = [
  'web1; touch PWNED #',
  'web1 $(touch PWNED) `touch PWNED`',
  `web1' "; touch PWNED; '`,
  'web1\ntouch PWNED\n',
  '-web1 | touch PWNED',
] as const;

/** The part of a hint that is a command, if it ends in one. */
export function commandIn(text: string): string | undefined {
  return IN_TEXT.exec(text)?.[1];
}

/**
 * The argument vectors of the programs that a shell starts for this line.
 * @throws if the shell does not understand the line, starts another program or creates a file `PWNED`
 */
export function typed(line: string): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'blockplan-typed-'));
  const bin = mkdtempSync(join(tmpdir(), 'blockplan-typed-bin-'));
  const calls = join(bin, 'calls');
  try {
    writeFileSync(calls, '');
    for (const program of PROGRAMS) {
      const file = join(bin, program);
      writeFileSync(
        file,
        `#!/bin/bash\nprintf '%s\\0' "\${0##*/}" "$@" >>'${calls}'; printf '\\1\\0' >>'${calls}'\n`,
      );
      chmodSync(file, 0o755);
    }
    // `touch` is a function, so that a line that calls it is detected without it in PATH.
    const script = `touch() { : > "$1"; }\n${line}\n`;
    execFileSync('/bin/bash', ['-e', '-c', script], {
      cwd: folder,
      env: { PATH: bin },
      stdio: 'pipe',
    });
    const strays = readdirSync(folder).filter(
      (name) => name.includes('PWNED') && !name.endsWith('.xml'),
    );
    if (strays.length > 0) throw new Error(`typing it created ${strays.join(', ')}: ${line}`);
    const text = execFileSync('/bin/cat', [calls], { encoding: 'utf8' });
    return text
      .split('\u0001\0')
      .slice(0, -1)
      .map((call) => call.split('\0').slice(0, -1));
  } finally {
    for (const each of [folder, bin]) rmSync(each, { recursive: true, force: true });
  }
}
