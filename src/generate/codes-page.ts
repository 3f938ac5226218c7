/** The text of `docs/error-codes.md`; writes no file. */
import { codes } from '../codes.ts';
import { CODE_MEANINGS } from './code-meanings.ts';
import { CODE_REMEDIES } from './code-remedies.ts';

const PAGE = `<!-- Generated from src/codes.ts and src/generate/code-*.ts by \`npm run generate\`; do not edit. -->

# Error codes

Codes that begin with BP0 concern the input, BP1 the host, and BP2 a run. ${codes.inputTooLarge} to ${codes.unknownKey} apply to facts files as well as to
plans. The name is the one in the source code. Use this table to look up a code from a log; the message of the
finding gives the details. A repair plan is one that \`blockplan doctor DOMAIN --output FOLDER\` writes.

| code | name | meaning | what to do |
|---|---|---|---|
`;

/** All codes in one table, with what is wrong and what to do. */
export function codesPage(): string {
  const rows = (Object.keys(codes) as (keyof typeof codes)[]).map(
    (name) => `| ${codes[name]} | ${name} | ${CODE_MEANINGS[name]} | ${CODE_REMEDIES[name]} |\n`,
  );
  return `${PAGE}${rows.join('')}`;
}
