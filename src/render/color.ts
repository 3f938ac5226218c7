/** Whether colour is wanted, and the few colours that blockplan uses. */

/** A function that colours a text, or leaves it as it is. */
export type Paint = (text: string) => string;

/** The colours by their name; each is the identity when colour is off. */
export type Palette = Readonly<Record<'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold', Paint>>;

/**
 * Whether to colour the output of a stream. `NO_COLOR` (not empty) turns colour off and overrides `FORCE_COLOR`, which
 * turns it on without a terminal (`0` and `false` turn it off). Otherwise a terminal has colour unless `TERM` is `dumb`.
 */
export function colorWanted(
  env: Readonly<Record<string, string | undefined>>,
  isTTY: boolean,
): boolean {
  if (env['NO_COLOR']) return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTTY && env['TERM'] !== 'dumb';
}

/** The palette, with or without colour. */
export function palette(color: boolean): Palette {
  const paint = (on: number, off: number): Paint =>
    color ? (text) => (text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`) : (text) => text;
  return {
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
    dim: paint(2, 22),
    bold: paint(1, 22),
  };
}
