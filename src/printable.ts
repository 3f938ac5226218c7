/** Makes text that came from outside harmless to show. Every room may import this file; it imports nothing. */

/**
 * Everything that moves a cursor, changes a terminal, turns the direction of reading or is not seen, by Unicode's own
 * properties: control characters, bidirectional controls, line and paragraph separators, what is ignored where it has no
 * glyph (zero-width joiners, variation selectors, tags, fillers), all blanks but the common one, the empty Braille
 * pattern, and halves of surrogate pairs.
 */
const HARMFUL =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]|(?! )\p{Zs}/gu;

/**
 * The text with every character that could deceive a reader, or steer a terminal, written as `\xNN` or `\u{…}`.
 * Line breaks and tabs are escaped too: what is shown stays on its line. Backslashes stay as they are, so this is
 * for the eye and not for reading back.
 *
 * @param text anything: a domain name, a path, an error message
 */
export function printable(text: string): string {
  return text.replace(HARMFUL, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
  });
}

/** Whether `printable` would leave the text as it is. */
export function isPrintable(text: string): boolean {
  return text.search(HARMFUL) < 0;
}
