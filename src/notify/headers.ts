/** The file with a webhook's headers, such as a token. No message shows what is in it. */
import { readFileSync, statSync } from 'node:fs';
import { HEADER_NAME, HEADER_VALUE } from './schema.ts';

/** More than any server accepts. */
const MOST_BYTES = 64 * 1024;
const NAME = new RegExp(HEADER_NAME);
const VALUE = new RegExp(HEADER_VALUE);

/**
 * Reads a file with one `Name: value` per line; empty lines and lines that begin with `#` are skipped.
 * @returns the headers, or what is wrong as a clause
 */
export function readHeadersFile(
  file: string,
): { readonly headers: Readonly<Record<string, string>> } | { readonly problem: string } {
  let text: string;
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return { problem: 'it is not a regular file' };
    if (stat.size > MOST_BYTES) return { problem: `it is larger than ${MOST_BYTES / 1024} KiB` };
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return { problem: code === 'ENOENT' ? 'it does not exist' : `it cannot be read (${code})` };
  }
  const headers: Record<string, string> = {};
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name = '', value = ''] = /^([^:]*):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (!NAME.test(name) || !VALUE.test(value))
      return { problem: `line ${at + 1} is not of the form "Name: value" in printable ASCII` };
    headers[name] = value;
  }
  return { headers };
}
