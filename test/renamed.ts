/** Values in which names are replaced, for tests of names that a shell or XML would take for something else. */

/** The same value with other names, in keys and in texts. */
export function renamed<T>(value: T, rename: (text: string) => string): T {
  return JSON.parse(
    JSON.stringify(value, (_, part: unknown) =>
      typeof part === 'string'
        ? rename(part)
        : typeof part === 'object' && part !== null && !Array.isArray(part)
          ? Object.fromEntries(Object.entries(part).map(([key, of]) => [rename(key), of]))
          : part,
    ),
  ) as T;
}

/** How the name of the guest is written in a text: in XML, with character references. */
export function nameIn(text: string, name: string): string {
  return text.startsWith('<domain')
    ? name.replaceAll(/[&'"<>\n]/g, (character) => `&#${character.codePointAt(0)};`)
    : name;
}
