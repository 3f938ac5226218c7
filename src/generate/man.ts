/** Writes the man pages to a folder: the first argument; the second is the date of the pages. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeCommandLine } from '../cli/command-reference.ts';
import { program } from '../cli/program.ts';
import { VERSION } from '../cli/version.ts';
import { manPages } from '../reference/man-page.ts';

const [, , folder = 'man', date = ''] = process.argv;
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const line = describeCommandLine(program(() => {}));
for (const [file, text] of manPages(line, { version: VERSION, date }))
  writeFileSync(join(folder, file), text);
