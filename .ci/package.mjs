// Packs dist and man into build/: a Debian package, and a tarball for machines without Debian's Node 20. Two builds of a
// commit are equal. Argument: another folder than build.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { compressed, packageContent } from './package-content.mjs';
import { releaseTime } from './release-time.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const time = releaseTime();
const epoch = String(time.getTime() / 1000);
const output = resolve(process.argv[2] ?? 'build');
const notices = readFileSync('dist/THIRD-PARTY.txt', 'utf8');
// A pre-release is older than its release.
const debianVersion = `${version.replace('-', '~')}-1`;
const maintainer = maintainerOf(process.env);

mkdirSync(output, { recursive: true });
for (const old of readdirSync(output).filter((file) =>
  /^blockplan[-_].*\.(deb|tar\.gz)$/.test(file),
))
  rmSync(join(output, old));
const stage = mkdtempSync(join(tmpdir(), 'blockplan-package-'));
try {
  for (const file of [debianPackage(), tarball()]) process.stdout.write(`${file}\n`);
} finally {
  rmSync(stage, { recursive: true });
}

function debianPackage() {
  const root = join(stage, 'debian');
  const files = packageContent({
    zsh: 'share/zsh/vendor-completions',
    interpreter: '/usr/bin/node',
    completion,
  });
  const doc = 'usr/share/doc/blockplan';
  const installed = [
    ...files.map((file) => ({ ...file, to: `usr/${file.to}` })),
    { to: `${doc}/copyright`, content: copyright() },
    { to: `${doc}/changelog.Debian.gz`, content: compressed(debianChangelog()) },
  ];
  const bytes = installed.reduce((sum, { content = '' }) => sum + Buffer.byteLength(content), 0);
  const values = {
    VERSION: debianVersion,
    MAINTAINER: maintainer,
    SIZE: Math.ceil(bytes / 1024),
  };
  write(root, [
    ...installed,
    { to: 'DEBIAN/control', content: filled('.ci/debian/control', values) },
    { to: 'DEBIAN/md5sums', content: checksums(installed) },
    ...['postinst', 'postrm'].map((script) => ({
      to: `DEBIAN/${script}`,
      content: readFileSync(`.ci/debian/${script}`),
      mode: 0o755,
    })),
  ]);
  const file = join(output, `blockplan_${debianVersion}_all.deb`);
  const options = ['--root-owner-group', '-Zxz', '--threads-max=1'];
  run('dpkg-deb', [...options, '--build', root, file]);
  return file;
}

function tarball() {
  const name = `blockplan-${version}`;
  const files = packageContent({
    zsh: 'share/zsh/site-functions',
    interpreter: '/usr/bin/env node',
    completion,
  });
  write(join(stage, name), [
    ...files,
    { to: 'INSTALL', content: filled('.ci/INSTALL', { VERSION: version }) },
    { to: 'LICENSE', content: readFileSync('LICENSE') },
    { to: 'THIRD-PARTY.txt', content: notices },
  ]);
  const archive = run('tar', [
    ...['--create', '--directory', stage, '--format=ustar', '--sort=name', `--mtime=@${epoch}`],
    ...['--owner=0', '--group=0', '--numeric-owner', name],
  ]);
  const file = join(output, `${name}.tar.gz`);
  writeFileSync(file, compressed(archive));
  return file;
}

function write(root, files) {
  const folders = new Set([root]);
  for (const { to, content, link, mode = 0o644 } of files) {
    const path = join(root, to);
    mkdirSync(dirname(path), { recursive: true });
    for (let each = dirname(path); each !== root; each = dirname(each)) folders.add(each);
    if (link !== undefined) symlinkSync(link, path);
    else writeFileSync(path, content);
    // The user's umask must not change the package.
    if (link === undefined) chmodSync(path, mode);
    lutimesSync(path, time, time);
  }
  for (const folder of folders) {
    chmodSync(folder, 0o755);
    lutimesSync(folder, time, time);
  }
}

function completion(shell) {
  return run(process.execPath, ['dist/cli.js', 'completion', shell]);
}

function copyright() {
  return `blockplan is licensed under the Apache License, Version 2.0.

Copyright: the authors of blockplan

On Debian systems, the complete text of the license is in
/usr/share/common-licenses/Apache-2.0.

The files in /usr/lib/blockplan contain code of other packages.
${notices
  .split(/^-{72}$/m)
  .map(shortNotice)
  .join('-'.repeat(72))}`;
}

/** Debian has the text of the Apache license once, for all packages. */
function shortNotice(notice) {
  const [head, text] = notice.split(/^ *Apache License\n/m);
  const copyrights = text?.match(/^ *Copyright (?!\[).*$/gm) ?? [];
  return text === undefined
    ? notice
    : `${head}${copyrights.map((line) => `${line.trim()}\n`).join('')}See /usr/share/common-licenses/Apache-2.0.\n\n`;
}

function debianChangelog() {
  const date = time.toUTCString().replace('GMT', '+0000');
  return `blockplan (${debianVersion}) unstable; urgency=medium

  * Release ${version}. The changes are in changelog.gz.

 -- ${maintainer}  ${date}
`;
}

function checksums(files) {
  return files
    .filter(({ content }) => content !== undefined)
    .map(({ to, content }) => `${createHash('md5').update(content).digest('hex')}  ${to}\n`)
    .toSorted((a, b) => (a.slice(34) < b.slice(34) ? -1 : 1))
    .join('');
}

/** As Debian's own tools name it, or else the author of the commit. */
function maintainerOf({ DEBFULLNAME, DEBEMAIL }) {
  if (DEBFULLNAME && DEBEMAIL) return `${DEBFULLNAME} <${DEBEMAIL}>`;
  try {
    return String(run('git', ['log', '-1', '--format=%an <%ae>'])).trim();
  } catch {
    return 'the builder of this package <root@localhost>';
  }
}

/** A file with each `@NAME@` replaced. */
function filled(file, values) {
  return readFileSync(file, 'utf8').replaceAll(/@([A-Z]+)@/g, (_, name) => {
    if (!(name in values)) throw new Error(`${file}: @${name}@ has no value`);
    return String(values[name]);
  });
}

function run(command, words) {
  return execFileSync(command, words, {
    env: { ...process.env, SOURCE_DATE_EPOCH: epoch, LC_ALL: 'C' },
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
