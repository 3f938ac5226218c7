// What the Debian package and the tarball contain. Both have the same files below a prefix.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const EXECUTABLE = 0o755;
const SHELLS = {
  bash: 'share/bash-completion/completions/blockplan',
  fish: 'share/fish/vendor_completions.d/blockplan.fish',
};

/**
 * @param zsh the folder for zsh's completion functions
 * @param interpreter the first line of the program, without `#!`
 * @param completion returns the completion script of a shell
 * @returns files `{ to, content, mode? }` and links `{ to, link }`, by the path below the prefix
 */
export function packageContent({ zsh, interpreter, completion }) {
  const program = readFileSync('dist/cli.js', 'utf8').replace(/^#!.*/, `#!${interpreter}`);
  return [
    { to: 'bin/blockplan', link: '../lib/blockplan/cli.js' },
    { to: 'lib/blockplan/cli.js', content: program, mode: EXECUTABLE },
    { to: 'lib/blockplan/thaw-guard.js', content: readFileSync('dist/thaw-guard.js') },
    { to: 'lib/blockplan/package.json', content: readFileSync('dist/package.json') },
    ...folder('dist/chunks', 'lib/blockplan/chunks'),
    ...folder('examples/systemd', 'lib/systemd/system', '.service'),
    ...folder('man', 'share/man/man1').map(({ to, content }) => ({
      to: `${to}.gz`,
      content: compressed(content),
    })),
    ...Object.entries({ ...SHELLS, zsh: `${zsh}/_blockplan` }).map(([shell, to]) => ({
      to,
      content: completion(shell),
    })),
    ...folder('plans', 'share/blockplan/plans'),
    ...folder('schemas', 'share/blockplan/schemas'),
    ...documentation('share/doc/blockplan'),
  ];
}

/** The pages keep their places in the repository, so that their links work. */
function documentation(to) {
  return [
    ...[
      'README.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'DECISIONS.md',
      'LICENSE',
      'src/README.md',
    ].map((file) => ({ to: `${to}/${file}`, content: readFileSync(file) })),
    { to: `${to}/changelog.gz`, content: compressed(readFileSync('CHANGELOG.md')) },
    { to: `${to}/plans`, link: '../../blockplan/plans' },
    { to: `${to}/schemas`, link: '../../blockplan/schemas' },
    ...folder('docs', `${to}/docs`),
    ...folder('src/steps', `${to}/src/steps`, '.md'),
    ...folder('src/model', `${to}/src/model`, '.md'),
    ...folder('examples', `${to}/examples`),
  ];
}

/** The regular files of a folder and of those below, in the order of their names. */
function folder(from, to, suffix = '') {
  return readdirSync(from, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const [source, target] = [join(from, entry.name), `${to}/${entry.name}`];
      if (entry.isDirectory()) return folder(source, target, suffix);
      if (!entry.name.endsWith(suffix)) return [];
      return [{ to: target, content: readFileSync(source) }];
    });
}

/** The same bytes at any time and on any machine. */
export function compressed(content) {
  return gzipSync(content, { level: 9 });
}
