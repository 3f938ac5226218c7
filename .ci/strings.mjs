// Prints every text in the source that a user may read, with its place, to be read against the style guide.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parseAst } from 'rolldown/parseAst';

const tracked = execFileSync('git', ['ls-files', 'src/*.ts'], { encoding: 'utf8' }).trim();
for (const file of tracked.split('\n').filter(existsSync)) {
  const source = readFileSync(file, 'utf8');
  visit(parseAst(source, { lang: 'ts' }, file), (text, at) => {
    const line = source.slice(0, at).split('\n').length;
    process.stdout.write(`${file}:${line}: ${text.replaceAll('\n', '\\n')}\n`);
  });

  function visit(node, print) {
    if (Array.isArray(node)) for (const each of node) visit(each, print);
    if (node === null || typeof node !== 'object' || Array.isArray(node)) return;
    if (node.type === 'ImportDeclaration') return;
    const text =
      node.type === 'TemplateLiteral'
        ? source.slice(node.start + 1, node.end - 1)
        : node.type === 'Literal' && typeof node.value === 'string'
          ? node.value
          : '';
    // Two words make a text; one alone is a name.
    if (/[a-z]{2,},? [a-z]/i.test(text)) print(text, node.start);
    for (const each of Object.values(node)) visit(each, print);
  }
}
