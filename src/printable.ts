/** Makes text that came from outside harmless to show. Every room may import this file; it imports nothing. */

/**
 * Everything that moves a cursor, changes a terminal, turns the direction of reading or hides: C0 and C1 control
 * characters, DEL, the bidirectional controls, line and paragraph separators, zero-width and tag characters, and halves
 * of surrogate pairs. Zero-width joiners stay: emoji and several scripts need them, and they change nothing but glyphs.
 */
const HARMFUL =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}\p{Cs}]/gu;

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
