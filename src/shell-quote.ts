/** Words that neither virsh nor sh reads as anything but themselves. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * Words as one line, by the one rule that means the same to virsh's parser and to sh: single quotes, and a single
 * quote itself as `'\''`. Show it through `printable`: a shell can carry control characters, a terminal should not.
 *
 * @param argv the program and its arguments, `['virsh', 'blockcopy', …]`
 */
export function shellQuote(argv: readonly string[]): string {
  return argv
    .map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
