/** Generates the texts of the shipped plans as data, so that a package of any layout has them; writes no files. */
import { TEMPLATES } from '../plan/templates.ts';

/** @param textOf the text of a file in `plans/` */
export function templatesJson(textOf: (file: string) => string): string {
  const texts = Object.values(TEMPLATES).map((name) => [name, textOf(`${name}.yaml`)]);
  return `${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`;
}
