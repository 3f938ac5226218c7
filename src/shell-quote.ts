/** Words that both virsh and sh read literally. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * Joins words into one line, quoted in the one way that virsh's parser and sh both understand: single quotes, with a
 * single quote itself as `'\''`. Pass the line through `printable` before you show it: a shell accepts control
 * characters, a terminal must not get them.
 *
 * @param argv the program and its arguments, `['virsh', 'blockcopy', …]`
 */
export function shellQuote(argv: readonly string[]): string {
  return argv
    .map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
