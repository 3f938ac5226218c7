// Keeps only those of the emitted type declarations that the public API needs. A consumer does not have the packages that
// are bundled into dist, so a declaration that imports one would break a consumer's build: then this fails.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = 'dist/types';
const kept = new Set();
const open = [join(ROOT, 'index.d.ts')];
for (let file = open.pop(); file !== undefined; file = open.pop()) {
  if (kept.has(file)) continue;
  kept.add(file);
  // Declarations must import each other by the file names that Node loads.
  const text = readFileSync(file, 'utf8').replace(/((?:from|import\() ?'\.[^']*)\.ts'/g, "$1.js'");
  writeFileSync(file, text);
  for (const [, word] of text.matchAll(/(?:from|import\() ?'([^']+)'/g)) {
    if (!word.startsWith('.')) throw new Error(`${file} imports ${word}, which no consumer has`);
    open.push(join(dirname(file), word.replace(/\.js$/, '.d.ts')));
  }
}
for (const entry of readdirSync(ROOT, { recursive: true, withFileTypes: true })) {
  const file = join(entry.parentPath, entry.name);
  if (entry.isFile() && !kept.has(file)) rmSync(file);
}
// The library is an ES module, unlike the command line beside it.
writeFileSync(join(ROOT, 'package.json'), '{ "type": "module" }\n');
