/** Caches results: parsing XML is expensive, and the same few definitions recur in a run and in a proof. */

/**
 * The same function, with a cache of its latest results.
 * @param remembered the maximum number of results in the cache
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
