// Bundles the command line and the library into dist/, with the licences of the bundled packages; writes the man pages to man/.
import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';
import { releaseTime } from './release-time.mjs';

const options = {
  platform: 'node',
  transform: { target: 'node20.19' },
  // yaml's own ES modules: its CommonJS ones are evaluated as a whole.
  resolve: { alias: { yaml: join(process.cwd(), 'node_modules/yaml/browser/dist/index.js') } },
  checks: { ineffectiveDynamicImport: false },
};
const comments = { legal: false, annotation: false, jsdoc: false };
/** Half the text takes half the time to load; names that a stack trace shows stay. */
const minify = {
  compress: { keepNames: { function: true, class: true } },
  mangle: { toplevel: false },
  codegen: true,
};

/** commander loads node:child_process for subcommands that are separate programs; blockplan has none. */
const withoutChildProcess = {
  name: 'without-child-process',
  resolveId: (id, importer) =>
    id === 'node:child_process' && importer?.includes('/commander/') ? '\0none' : undefined,
  load: (id) => (id === '\0none' ? 'module.exports = {};' : undefined),
};

/** V8 loads a file faster if it is all ASCII. */
const ascii = {
  name: 'ascii',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle))
      if (file.type === 'chunk') file.code = file.code.replace(/[^\0-\x7f]/g, escaped);
  },
};

const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * Code that commands share, in few files, since each costs a start 0.5 ms. The first group that matches a module takes it
 * with all its imports, so read-only commands come before code that changes a host.
 */
const groups = [
  {
    name: 'main',
    test: /\/src\/(?:cli\/main|model\/(?:backing-path|backup-store|effect-failed|shape)|(?!claims)[\w-]+)\.ts$/,
  },
  // Both `run` and the journal need it, and no start does.
  { name: 'claims', test: /\/src\/claims\.ts$/ },
  // `run` starts virsh with only this loaded, so that virsh connects while the rest is loaded.
  { name: 'connect', test: /\/src\/cli\/run\.ts$/ },
  { name: 'plan', test: /\/src\/cli\/validate\.ts$/ },
  { name: 'findings', test: /\/src\/cli\/print-findings\.ts$/ },
  { name: 'simulation', test: /\/src\/(?:graph|machine|simulate)\// },
  { name: 'journal', test: /\/src\/journal\// },
  { name: 'look', test: /\/src\/cli\/(?:preview|status|list|show)\.ts$/ },
  { name: 'libvirt', test: /\/src\/libvirt\// },
  { name: 'run', test: /\/src\/cli\/run-plan\.ts$/ },
];

rmSync('dist', { recursive: true, force: true });
const bundles = [
  // CommonJS starts in three quarters of the time that ES modules take.
  await build({
    ...options,
    input: { cli: 'src/cli/start.ts' },
    plugins: [withoutChildProcess, ascii],
    output: {
      dir: 'dist',
      format: 'cjs',
      comments,
      minify,
      chunkFileNames: 'chunks/[name]-[hash].js',
      codeSplitting: { groups },
    },
  }),
  // Bundled separately: code that it shares with the command line is in cli.js, which runs when it is loaded.
  await build({
    ...options,
    input: 'src/demo/main.ts',
    output: { file: 'dist/demo.js', format: 'cjs', comments, codeSplitting: false },
  }),
  // One file, loaded as a whole before a guest is frozen: an upgrade may remove what it would load later.
  await build({
    ...options,
    input: 'src/cli/thaw-guard.ts',
    plugins: [ascii],
    output: {
      file: 'dist/thaw-guard.js',
      format: 'cjs',
      comments,
      minify,
      codeSplitting: false,
    },
  }),
  await build({
    ...options,
    input: 'src/index.ts',
    output: { file: 'dist/index.mjs', format: 'esm', comments },
  }),
];
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
chmodSync('dist/cli.js', 0o755);

const folders = new Set(
  bundles
    .flatMap(({ output }) => output.flatMap(({ moduleIds = [] }) => moduleIds))
    .flatMap((id) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []),
);
const notices = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : ''}\n`;
});
writeFileSync(
  'dist/THIRD-PARTY.txt',
  `This package contains:\n\n${notices.join(`\n${'-'.repeat(72)}\n\n`)}`,
);

const generator = 'node_modules/.cache/man.cjs';
await build({
  ...options,
  input: 'src/generate/man.ts',
  output: { file: generator, format: 'cjs', codeSplitting: false },
});
const date = releaseTime().toISOString().slice(0, 10);
execFileSync(process.execPath, [generator, 'man', date], { stdio: 'inherit' });
