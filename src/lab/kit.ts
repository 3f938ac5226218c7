import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { command } from './command.ts';
import { GUEST_INIT, GUEST_MODULES, GUEST_SHUTDOWN } from './guest-init.ts';

/** The kernel and initrd that a lab guest boots from. */
export interface GuestKit {
  readonly kernel: string;
  readonly initrd: string;
}

/**
 * Unpacks Debian packages (they are not installed) and packs the initramfs.
 * Arguments: working folder, name of the kernel package, init script, shutdown script, modules.
 */
const BUILD = `
set -e
cd "$1"; kernel=$2 init=$3 shutdown=$4; shift 4
mkdir debs tree root
(cd debs && apt-get download -q -o APT::Sandbox::User=root "$kernel" qemu-guest-agent busybox-static)
for deb in debs/*.deb; do dpkg -x "$deb" tree; done
busybox=$PWD/$(ls -d tree/bin/busybox tree/usr/bin/busybox 2>/dev/null | head -n 1)
agent=$PWD/$(ls -d tree/usr/sbin/qemu-ga tree/usr/bin/qemu-ga 2>/dev/null | head -n 1)
mkdir -p root/bin root/sbin root/dev root/proc root/sys root/disk root/run root/modules root/etc
cp "$busybox" root/bin/busybox
cp "$agent" root/bin/qemu-ga
libraries=$(ldd "$agent")
case $libraries in *"not found"*) echo "$libraries" >&2; exit 1 ;; esac
for library in $(echo "$libraries" | grep -o '/[^ ]*'); do
  mkdir -p "root$(dirname "$library")"
  cp -L "$library" "root$library"
done
for module; do
  file=$(find tree -name "$module.ko" -o -name "$module.ko.xz" | head -n 1)
  case $file in
  *.ko) cp "$file" root/modules/ ;;
  *.xz) "$busybox" unxz -c "$file" >"root/modules/$module.ko" ;;
  *) find tree -name modules.builtin -exec grep -q "/$module.ko" {} + ;;
  esac
done
printf '%s' "$init" >root/init
printf '%s' "$shutdown" >root/sbin/shutdown
chmod 755 root/init root/sbin/shutdown
(cd root && find . | "$busybox" cpio -o -H newc 2>/dev/null) >initrd
cp tree/boot/vmlinuz-* kernel
rm -rf debs tree root
`;

let ready: Promise<GuestKit> | undefined;

/** The kernel and initramfs of the lab guest: built from Debian packages the first time, then cached. */
export function guestKit(): Promise<GuestKit> {
  ready ??= findOrBuild();
  return ready;
}

async function findOrBuild(): Promise<GuestKit> {
  const system = await readFile('/etc/os-release', 'utf8');
  const recipe = [system, BUILD, GUEST_INIT, GUEST_SHUTDOWN, ...GUEST_MODULES].join('\n');
  const key = createHash('sha256').update(recipe).digest('hex').slice(0, 12);
  const folder = join(cacheFolder(), `guest-${key}`);
  const present = await access(folder).then(
    () => true,
    () => false,
  );
  if (!present) await build(folder);
  return { kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd') };
}

async function build(folder: string): Promise<void> {
  await mkdir(cacheFolder(), { recursive: true });
  try {
    await buildOnce(folder);
  } catch {
    // The package lists may be missing, or name versions that the mirror no longer has.
    await command('apt-get', ['update', '-q']);
    await buildOnce(folder);
  }
}

async function buildOnce(folder: string): Promise<void> {
  const draft = await mkdtemp(`${folder}.`);
  try {
    const kernel = await kernelPackage();
    const texts = [GUEST_INIT, GUEST_SHUTDOWN, ...GUEST_MODULES];
    await command('sh', ['-c', BUILD, 'build-guest-kit', draft, kernel, ...texts], {
      timeoutMs: 600_000,
    });
    // Another process may have finished first; its kit is the same.
    await rename(draft, folder).catch(() => access(join(folder, 'kernel')));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The versioned package behind linux-image-cloud-amd64, which is itself empty. */
async function kernelPackage(): Promise<string> {
  const depends = await command('apt-cache', ['depends', 'linux-image-cloud-amd64']);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined) throw new Error('apt does not know the package linux-image-cloud-amd64');
  return name;
}
