/**
 * libvirt's source package, fetched with an apt root of its own: lists, cache and state lie below node_modules, and the
 * machine's own apt is read for its mirror alone. Nothing of it is ever committed.
 */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

const CACHE = resolve('node_modules/.cache/corpus');
const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** What is unpacked: the domain XML of libvirt's own tests, and the schema that it checks XML against. */
const PARTS = ['*/tests/qemuxml*data/*.xml', '*/src/conf/schemas/*.rng'];

/**
 * The folder with libvirt's source as that Debian release has it; fetched where it is not there yet.
 * @param suite Debian's name of the release, such as `bookworm`
 */
export function libvirtSource(suite: string): string {
  const root = join(CACHE, suite);
  const source = join(root, 'source');
  if (existsSync(source)) return source;
  rmSync(root, { recursive: true, force: true });
  const archive = fetch(root, suite);
  const unpacked = join(root, 'unpacking');
  mkdirSync(unpacked);
  const strip = ['--strip-components=1', '--wildcards'];
  execFileSync('tar', ['-xf', archive, '-C', unpacked, ...strip, ...PARTS]);
  renameSync(unpacked, source);
  return source;
}

/** The upstream archive of the package, whose checksum apt has compared with the signed list. */
function fetch(root: string, suite: string): string {
  for (const folder of ['lists/partial', 'archives/partial', 'parts', 'packages'])
    mkdirSync(join(root, folder), { recursive: true });
  const signed = existsSync(KEYS) ? `[signed-by=${KEYS}] ` : '';
  writeFileSync(join(root, 'sources.list'), `deb-src ${signed}${debianMirror()} ${suite} main\n`);
  const options = {
    'Dir::Etc::SourceList': join(root, 'sources.list'),
    'Dir::Etc::SourceParts': join(root, 'parts'),
    'Dir::State': root,
    'Dir::State::Lists': join(root, 'lists'),
    'Dir::State::Status': '/dev/null',
    'Dir::Cache': root,
    'Dir::Cache::Archives': join(root, 'archives'),
    'APT::Sandbox::User': 'root',
  };
  const words = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const packages = join(root, 'packages');
  const apt = (...argv: string[]) =>
    execFileSync('apt-get', [...words, ...argv], {
      cwd: packages,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  apt('update');
  let refused: unknown;
  try {
    apt('source', '--download-only', '--only-source', 'libvirt');
  } catch (error) {
    // A mirror may lack a part of the package that is not needed here.
    refused = error;
  }
  const archive = readdirSync(packages).find((file) => /\.orig\.tar\.\w+$/.test(file));
  if (archive === undefined) throw refused ?? new Error(`apt fetched no source of libvirt`);
  return join(packages, archive);
}

/** The mirror of Debian that this machine's apt is set up with. */
function debianMirror(): string {
  const folder = '/etc/apt/sources.list.d';
  const lists = existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
  const text = ['/etc/apt/sources.list', ...lists]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const urls = [...text.matchAll(/^(?:deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?|URIs:\s*)(\S+)/gm)];
  const mirror = urls.map(([, url]) => url).find((url) => /\/debian\/?$/.test(url ?? ''));
  if (mirror === undefined) throw new Error('apt on this machine names no mirror of Debian');
  return mirror;
}
