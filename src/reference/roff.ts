/** Text as man(7) source. */

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

const WIDTH = 78;

/** Text that prints as it is, in a line or as an argument of a macro. */
export function roffText(text: string): string {
  const escaped = text.replaceAll(/[\\\-'"`^~]/g, (sign) => ESCAPES[sign] ?? sign);
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}

/** Sentences, each on a line of its own, as man(7) recommends, and long ones wrapped. */
export function roffSentences(text: string): string {
  return text
    .split(/(?<=[a-z)]\.) (?=[A-Z])/)
    .flatMap((sentence) => wrapped(sentence))
    .map((line) => `${roffText(line)}\n`)
    .join('');
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || roffText(`${last} ${word}`).length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** A section, or nothing if it is empty. */
export function roffSection(title: string, content: string): string {
  return content === '' ? '' : `.SH ${roffHeading(title)}\n${content}`;
}

/** A heading of one or more words. */
export function roffHeading(title: string): string {
  return title.includes(' ') ? `"${roffText(title)}"` : roffText(title);
}

/** @param term man(7) source, such as a word in bold */
export function roffItem(term: string, text: string): string {
  return `.TP\n${term}\n${roffSentences(text)}`;
}

export function bold(text: string): string {
  return `\\fB${roffText(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${roffText(text)}\\fR`;
}
