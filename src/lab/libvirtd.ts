import { createHash, randomUUID } from 'node:crypto';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { release } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { command } from './command.ts';
import { until } from './poll.ts';

const LIBVIRTD = '/usr/sbin/libvirtd';
const QEMU = '/usr/bin/qemu-system-x86_64';

/**
 * The user that QEMU runs as. `open`: root, and libvirt does not change the owners of files. `packaged`: as configured by
 * Debian's packages, the user libvirt-qemu, to whom libvirt gives each file that QEMU opens (qemu.conf,
 * `dynamic_ownership`).
 */
export type Permissions = 'open' | 'packaged';

const QEMU_USER: Readonly<Record<Permissions, readonly string[]>> = {
  open: ['user = "root"', 'group = "root"', 'dynamic_ownership = 0', 'remember_owner = 0'],
  packaged: ['user = "libvirt-qemu"', 'group = "libvirt-qemu"'],
};

/** The configuration files of a host, by their path below its folder. */
function configuration(
  dir: string,
  name: string,
  permissions: Permissions,
): Record<string, string> {
  return {
    'etc/libvirt/libvirtd.conf': [
      'auth_unix_ro = "none"',
      'auth_unix_rw = "none"',
      'unix_sock_group = "root"',
      'unix_sock_rw_perms = "0700"',
      // All hosts on one machine would otherwise have the machine's UUID.
      `host_uuid = "${randomUUID()}"`,
      'log_filters = ""',
      `log_outputs = "3:file:${libvirtdLog(dir)}"`,
    ].join('\n'),
    'etc/libvirt/qemu.conf': [
      ...QEMU_USER[permissions],
      'security_driver = "none"',
      // The host is already in its own mount namespace and has no cgroups.
      'namespaces = []',
      'cgroup_controllers = []',
      // Otherwise libvirtd would need a virtlogd.
      'stdio_handler = "file"',
    ].join('\n'),
    'etc/hosts': `127.0.0.1 localhost ${name}\n::1 localhost\n`,
    'etc/no-kvm': '',
  };
}

/** Writes the configuration of the host's libvirtd below the host's folder, in the layout that the init mounts. */
export async function writeConfiguration(
  dir: string,
  name: string,
  permissions: Permissions,
): Promise<void> {
  for (const folder of [
    'run',
    'etc/libvirt',
    'var/lib/libvirt',
    'var/log/libvirt',
    'var/cache/libvirt',
  ]) {
    await mkdir(join(dir, folder), { recursive: true });
  }
  for (const [path, text] of Object.entries(configuration(dir, name, permissions))) {
    await writeFile(join(dir, path), `${text}\n`, path === 'etc/no-kvm' ? { mode: 0o000 } : {});
  }
  await addQemuUser(dir);
  const seed = await capabilitiesSeed();
  await cp(seed, join(dir, 'var/cache/libvirt'), { recursive: true }).catch(() => {});
}

/**
 * Debian's libvirtd does not start without its compiled-in user, whatever qemu.conf says. The package
 * libvirt-daemon-system would add that user, but is not installed for the lab.
 */
async function addQemuUser(dir: string): Promise<void> {
  const entries = {
    passwd: 'libvirt-qemu:x:64055:64055::/nonexistent:/usr/sbin/nologin',
    group: 'libvirt-qemu:x:64055:',
  };
  for (const [file, entry] of Object.entries(entries)) {
    const known = await readFile(join('/etc', file), 'utf8');
    const text = /^libvirt-qemu:/m.test(known) ? known : `${known}${entry}\n`;
    await writeFile(join(dir, 'etc', file), text);
  }
}

/** Starts libvirtd inside the host whose init has this PID; resolves once it answers. */
export async function startLibvirtd(dir: string, init: number): Promise<void> {
  await inHost(init, [LIBVIRTD, '--daemon', '--config', join(dir, 'etc/libvirt/libvirtd.conf')]);
  const uri = libvirtUri(dir);
  try {
    await command('virsh', ['-c', uri, 'uri'], { timeoutMs: 30_000 });
  } catch (error) {
    // The host's folder will be removed, and the log with it.
    const log = await readFile(libvirtdLog(dir), 'utf8').catch(() => '');
    throw new Error(`libvirtd does not answer; its log ends:\n${log.slice(-3000)}`, {
      cause: error,
    });
  }
  await seedCapabilities(dir, uri);
}

/** Kills the host's libvirtd with SIGKILL; guests keep running. */
export async function killLibvirtd(dir: string, init: number): Promise<void> {
  const pidFile = join(dir, 'run/libvirtd.pid');
  const pid = (await readFile(pidFile, 'utf8')).trim();
  await inHost(init, ['sh', '-c', 'kill -9 "$1"', 'kill', pid]);
  // Its first thread may be dead while another one still holds the lock on the PID file.
  const look = 'cat "/proc/$1/stat" && ls "/proc/$1/task" || :';
  await until('libvirtd to exit', 60_000, async () => {
    const seen = await inHost(init, ['sh', '-c', look, 'look', pid]);
    const [state = '', ...threads] = seen.trim().split('\n');
    return state === '' || (/ Z /.test(state) && threads.length === 1);
  });
}

/** The connection URI of a host's libvirtd, usable from any namespace. */
export function libvirtUri(dir: string): string {
  return `qemu+unix:///system?socket=${join(dir, 'run/libvirt/libvirt-sock')}`;
}

/** Where a host's libvirtd writes its log. */
export function libvirtdLog(dir: string): string {
  return join(dir, 'var/log/libvirt/libvirtd.log');
}

function inHost(init: number, argv: readonly string[]): Promise<string> {
  // --root matters where the lab itself runs in a chroot.
  const namespaces = ['--mount', '--root', '--uts', '--ipc', '--net', '--pid', '--cgroup'];
  return command('nsenter', ['--target', `${init}`, ...namespaces, '--', ...argv], {
    timeoutMs: 30_000,
  });
}

/**
 * libvirt asks every QEMU binary for its capabilities, which takes two seconds, so a new host gets the
 * cache of an earlier one. libvirt discards it when it is outdated.
 */
async function capabilitiesSeed(): Promise<string> {
  const parts: string[] = [release()];
  for (const binary of [LIBVIRTD, QEMU]) {
    const { size, ctimeMs } = await stat(binary);
    parts.push(`${binary} ${size} ${ctimeMs}`);
  }
  const key = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);
  return join(cacheFolder(), `capabilities-${key}`);
}

async function seedCapabilities(dir: string, uri: string): Promise<void> {
  const seed = await capabilitiesSeed();
  if ((await readdir(seed).catch(() => [])).length > 0) return;
  await command('virsh', ['-c', uri, 'capabilities']);
  await mkdir(dirname(seed), { recursive: true });
  const draft = await mkdtemp(`${seed}.`);
  await cp(join(dir, 'var/cache/libvirt'), draft, { recursive: true });
  // Another process may have been faster; its seed is equivalent.
  await rename(draft, seed).catch(() => rm(draft, { recursive: true, force: true }));
}
