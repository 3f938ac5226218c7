/** HTML as values, so that text from outside is always escaped in a page. */
import { printable } from '../printable.ts';

/** Text that is not escaped: made by `html`, or blockplan's own. */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | undefined | Markup | readonly Markup[];

/** Makes markup from a template. Texts are made harmless and escaped, for elements and for quoted attributes. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const markup = parts.map((part, at) => part + (at < values.length ? shown(values[at]) : ''));
  return { markup: markup.join('') };
}

function shown(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'object') {
    return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
  }
  return escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
