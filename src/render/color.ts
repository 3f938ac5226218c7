/** Whether colour is wanted, and the few colours that blockplan uses. */

/** A function that colours a text, or leaves it as it is. */
export type Paint = (text: string) => string;

/** The colours by their name; each is the identity when colour is off. */
export type Palette = Readonly<Record<'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold', Paint>>;

/**
 * Whether to colour what goes to a stream. `NO_COLOR` (not empty) turns colour off and is stronger than
 * `FORCE_COLOR`, because who cannot bear colour has no other way to say so; `FORCE_COLOR` turns it on without a
 * terminal (`0` and `false` turn it off); a terminal has colour unless it calls itself `dumb`.
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
