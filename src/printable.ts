/** Makes external text safe to display. Every room may import this file; it imports nothing. */

/**
 * Every character that moves the cursor, changes the terminal, changes the reading direction or is invisible, by Unicode
 * property: control characters, bidirectional controls, line and paragraph separators, default-ignorable code points
 * (zero-width joiners, variation selectors, tags, fillers), all spaces except U+0020, interlinear annotation characters,
 * the empty Braille pattern, and lone surrogates.
 */
const HARMFUL =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]|(?! )\p{Zs}/gu;

/**
 * Escapes every character that could deceive a reader or control a terminal as `\xNN` or `\u{…}`. Line breaks and tabs
 * are escaped too, so the text stays on one line. Backslashes are not escaped, so the result is for display and cannot be
 * parsed back.
 *
 * @param text any text: a domain name, a path, an error message
 */
export function printable(text: string): string {
  return text.replace(HARMFUL, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16);
    return code <= 0xff ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
  });
}

/** Whether `printable` leaves the text unchanged. */
export function isPrintable(text: string): boolean {
  return text.search(HARMFUL) < 0;
}
