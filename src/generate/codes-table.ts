/** Puts the table of error codes into the README; writes nothing. */
import { CODE_TABLE } from '../codes.ts';

const BEGIN = '<!-- Generated from src/codes.ts by `npm run generate`; do not edit. -->';
const END = '<!-- End of the error codes. -->';

/**
 * The README with the table as src/codes.ts has it.
 *
 * @throws Error where the README lacks the comments that the table is between
 */
export function withCodes(readme: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('README.md has no place for the error codes');
  const rows = Object.entries(CODE_TABLE).map(
    ([name, [number, meaning]]) => `| ${number} | ${name} | ${meaning} |`,
  );
  const table = ['| code | name | what is wrong |', '|---|---|---|', ...rows].join('\n');
  return `${readme.slice(0, begin)}${BEGIN}\n\n${table}\n\n${readme.slice(end)}`;
}
