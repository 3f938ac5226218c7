import { commandLine } from '../command.ts';
import type { Hook } from '../hook.ts';
import { redactText } from './redact.ts';

/** The command of a hook as a line to show, without the secrets in it. */
export function hookCommandText({ command }: Pick<Hook, 'command'>): string {
  return redactText(commandLine(...command));
}
