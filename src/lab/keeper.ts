import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { labEnvironment } from './command.ts';

/**
 * The first process of a host, in its own namespaces. Its end acts like a power failure: the kernel
 * kills everything inside and drops the mounts. Arguments: folder, host name, whether KVM is usable.
 */
const INIT = `
set -e
trap 'echo failed' EXIT
dir=$1 name=$2 kvm=$3
# The outer /proc is still mounted here, so this is the PID outside the host.
read -r pid rest </proc/self/stat
echo "$pid" >"$dir/init.pid"
echo "$name" >/proc/sys/kernel/hostname
mount -t proc proc /proc
mount -t sysfs sysfs /sys
rm -rf "$dir/run"
mkdir -p "$dir/run/libvirt" "$dir/run/lock"
for at in run etc/libvirt var/lib/libvirt var/log/libvirt var/cache/libvirt; do
  mkdir -p "/$at"
  mount --bind "$dir/$at" "/$at"
done
for at in etc/hosts etc/passwd etc/group; do
  [ ! -e "/$at" ] || mount --bind "$dir/$at" "/$at"
done
# At every define, libvirt would probe a KVM that cannot work, which takes seconds.
if [ "$kvm" = no ] && [ -e /dev/kvm ]; then
  mount --bind "$dir/etc/no-kvm" /dev/kvm
  # Root may write to a file of any mode, but not on a read-only mount.
  mount -o remount,bind,ro /dev/kvm
fi
ip link set lo up
cd /
echo "booted $pid"
exec >/dev/null 2>&1
set +e
sleep infinity &
# Orphans of the host become children of this process, which has to reap them.
while :; do wait; done
`;

/**
 * Removes a host's folder. The caller has checked its name; --one-file-system
 * protects what is mounted inside by mistake.
 */
const ERASE = `
erase() {
  umount --recursive --lazy "$1" 2>/dev/null
  rm -rf --one-file-system "$1"
}
`;

/**
 * Outlives the process that started the host: when its standard input ends, because that process
 * closed it or was killed, it stops the host and erases the folder. The lock shows that it is alive.
 * Arguments: folder, host name, whether KVM is usable, the text of the init.
 */
const KEEPER = `
${ERASE}
dir=$1 name=$2 kvm=$3 init=$4
trap '' HUP INT TERM QUIT PIPE
exec 9>"$dir/lock"
flock --nonblock 9 || exit 1
# File systems that are mounted in here later have to appear inside the host as well.
mount --bind "$dir" "$dir" && mount --make-private "$dir" && mount --make-shared "$dir" || exit 1
host=
off() {
  [ -n "$host" ] || return 0
  # Killing the init rather than unshare: unshare then ends after everything inside has ended.
  kill -9 "$(cat "$dir/init.pid")" 2>/dev/null || kill -9 "$host"
  wait "$host" 2>/dev/null
  rm -f "$dir/init.pid"
  host=
}
while read -r word; do
  case $word in
  boot)
    setpriv --pdeathsig KILL unshare --mount --net --uts --ipc --pid --cgroup --fork --kill-child \\
      --propagation slave sh -c "$init" lab-init "$dir" "$name" "$kvm" </dev/null 9>&- &
    host=$!
    ;;
  off)
    off
    echo off
    ;;
  esac
done
off
cd /
erase "$dir"
`;

/** Erases the folder given as an argument unless a keeper holds its lock. */
export const SWEEP = `
${ERASE}
exec 9>>"$1/lock" || exit 0
flock --nonblock 9 || exit 0
erase "$1"
`;

/** The process that holds a host, and removes it when the process that started it has ended. */
export class Keeper {
  readonly #child: ChildProcess;
  readonly #waiting: ((line: string) => void)[] = [];
  readonly #ended: Promise<void>;
  #stderr = '';

  /** @param dir the host's folder, whose name the sweep recognizes */
  constructor(dir: string, name: string, kvm: boolean) {
    // Its own session: Ctrl-C in the terminal must reach the owner, not the keeper.
    this.#child = spawn('sh', ['-c', KEEPER, 'lab-keeper', dir, name, kvm ? 'yes' : 'no', INIT], {
      cwd: '/',
      detached: true,
      env: labEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.#child.stdin?.on('error', () => {});
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.#waiting.shift()?.(line);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.once('error', (error) => {
        this.#stderr += error.message;
        resolve();
      });
    });
  }

  /** Starts the host's init and returns its PID outside the host. */
  async boot(): Promise<number> {
    const [word, pid] = (await this.#ask('boot')).split(' ');
    if (word !== 'booted') throw new Error(`the lab host did not boot: ${this.#stderr}`);
    return Number(pid);
  }

  /** Kills the host's init; resolves when everything in the host has ended. */
  async off(): Promise<void> {
    await this.#ask('off');
  }

  /** Stops the host and erases its folder, as when the owner is killed. */
  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }

  async #ask(word: string): Promise<string> {
    const answer = new Promise<string>((resolve) => this.#waiting.push(resolve));
    this.#child.stdin?.write(`${word}\n`);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, 20_000, undefined);
    });
    const line = await Promise.race([answer, late, this.#ended]);
    clearTimeout(timer);
    if (line === undefined)
      throw new Error(`the lab host did not answer "${word}": ${this.#stderr}`);
    return line;
  }
}
