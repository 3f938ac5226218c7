/** The output of a program: only its end is kept, and that without secrets and control characters. */
import { stripVTControlCharacters } from 'node:util';
import { redactText } from '../model/redact.ts';
import { printable } from '../printable.ts';

/** How much is kept while the program runs, in bytes: more than is shown, so that a secret is recognized by its beginning. */
const KEPT_BYTES = 32 * 1024;
/** How much is shown and recorded, in characters. */
const SHOWN = 4 * 1024;

/** Stands for what was left out before it. */
const LEFT_OUT = '…';

/** The end of what a program prints, in bounded memory. */
export class OutputTail {
  #chunks: Buffer[] = [];
  #length = 0;
  #isCut = false;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > 2 * KEPT_BYTES) this.#cut();
  }

  /** The last lines, as they may be shown. */
  get lines(): string[] {
    if (this.#length > KEPT_BYTES) this.#cut();
    const text = Buffer.concat(this.#chunks).toString('utf8');
    // The first line may begin in the middle of a secret.
    return shownLines(this.#isCut ? text.slice(text.indexOf('\n') + 1) : text, this.#isCut);
  }

  #cut(): void {
    const rest = Buffer.concat(this.#chunks).subarray(-KEPT_BYTES);
    this.#chunks = [Buffer.from(rest)];
    this.#length = rest.length;
    this.#isCut = true;
  }
}

function shownLines(text: string, isCut: boolean): string[] {
  const lines = withoutSecrets(text).trimEnd().split(/\r?\n/).map(printable);
  const shown: string[] = [];
  let left = SHOWN;
  for (const line of lines.toReversed()) {
    if (line.length > left) break;
    shown.unshift(line);
    left -= line.length + 1;
  }
  // One long line is shown from its end as well.
  if (shown.length === 0) shown.push(lines.at(-1)?.slice(-SHOWN) ?? '');
  const isWhole = !isCut && shown.join('\n') === lines.join('\n');
  const last = shown.join('') === '' ? [] : shown;
  return isWhole ? last : [LEFT_OUT, ...last];
}

/** Colours between the letters could hide a secret, so a text with secrets loses them. */
function withoutSecrets(text: string): string {
  const plain = stripVTControlCharacters(text);
  const open = redactText(plain);
  return open === plain ? text : open;
}
