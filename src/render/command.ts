import { printable } from '../printable.ts';

/** A command after a prompt. A comment (`# …`) stands for an action of blockplan itself, and gets no prompt. */
export function promptedCommand(command: string): string {
  const shown = printable(command);
  return shown.startsWith('#') ? shown : `$ ${shown}`;
}
