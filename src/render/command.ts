import { printable } from '../printable.ts';

/** A command behind a prompt, or, as it is, the comment (`# …`) that stands for what blockplan does itself. */
export function promptedCommand(command: string): string {
  const shown = printable(command);
  return shown.startsWith('#') ? shown : `$ ${shown}`;
}
