/** Reading XML is dear, and the same few definitions come again and again, in a run and in a proof's many states. */

/**
 * The same function, which remembers what it made of the last arguments.
 * @param remembered of how many at most
 */
export function memoized<Words extends string[], T>(
  make: (...words: Words) => T,
  remembered: number,
): (...words: Words) => T {
  const known = new Map<string, T>();
  return (...words) => {
    const key = words.join('\0');
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(...words);
    if (known.size >= remembered) known.clear();
    known.set(key, made);
    return made;
  };
}
