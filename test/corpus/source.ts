/**
 * libvirt's source package, fetched with a separate apt root: lists, cache and state are below node_modules, and only the
 * mirror is read from the machine's own apt. Nothing of it is ever committed.
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

/** The parts that are unpacked: the domain XML of libvirt's own tests, and the schema for it. */
const PARTS = ['*/tests/qemuxml*data/*.xml', '*/src/conf/schemas/*.rng'];

/**
 * The folder with libvirt's source of that Debian release; downloaded if missing.
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

/** The upstream archive of the package; apt has compared its checksum with the signed list. */
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
  if (archive === undefined)
    throw refused ?? new Error(`apt did not download the source of libvirt`);
  return join(packages, archive);
}

/** The Debian mirror that this machine's apt uses. */
function debianMirror(): string {
  const folder = '/etc/apt/sources.list.d';
  const lists = existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
  const text = ['/etc/apt/sources.list', ...lists]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const urls = [...text.matchAll(/^(?:deb(?:-src)?\s+(?:\[[^\]]*\]\s+)?|URIs:\s*)(\S+)/gm)];
  const mirror = urls.map(([, url]) => url).find((url) => /\/debian\/?$/.test(url ?? ''));
  if (mirror === undefined) throw new Error('apt on this machine has no Debian mirror configured');
  return mirror;
}
