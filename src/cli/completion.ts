/** `blockplan completion`: a completion script, made from the definitions of the commands. */
import type { Command } from 'commander';
import { bashCompletion } from '../reference/completion-bash.ts';
import { fishCompletion } from '../reference/completion-fish.ts';
import { zshCompletion } from '../reference/completion-zsh.ts';
import { describeCommandLine } from './command-reference.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** @returns the exit code */
export function completionCommand(shell: keyof typeof SCRIPTS, root: Command): number {
  process.stdout.write(SCRIPTS[shell](describeCommandLine(root)));
  return 0;
}
