/** The kernel modules the guest needs, in the order in which they have to be loaded. */
export const GUEST_MODULES = [
  'virtio_ring',
  'virtio',
  'virtio_pci_legacy_dev',
  'virtio_pci_modern_dev',
  'virtio_pci',
  'virtio_blk',
  'virtio_console',
  'evdev',
  'button',
] as const;

/**
 * The guest's init, which is also its main program. It appends the next number to /seq.log of every disk with
 * a file system, makes it durable, and only then prints it to the serial console.
 */
export const GUEST_INIT = `#!/bin/busybox sh
b() { /bin/busybox "$@"; }
b mount -t devtmpfs dev /dev
b mount -t proc proc /proc
b mount -t sysfs sys /sys
for module in ${GUEST_MODULES.join(' ')}; do
  [ ! -e /modules/$module.ko ] || b insmod /modules/$module.ko
done
b stty -onlcr </dev/console
logs=
for disk in /dev/vd?; do
  at=/disk/\${disk#/dev/}
  b mkdir -p $at
  b mount -t ext4 $disk $at && logs="$logs $at/seq.log"
done
for port in /sys/class/virtio-ports/*; do
  if read -r name <$port/name && [ "$name" = org.qemu.guest_agent.0 ]; then
    /bin/qemu-ga -m virtio-serial -p /dev/\${port##*/} -t /run >/dev/null 2>&1 &
  fi
done
# Any event of the power button is taken as the wish to shut down.
for input in /sys/class/input/event*; do
  if read -r name <$input/device/name && [ "$name" = "Power Button" ]; then
    b dd if=/dev/input/\${input##*/} of=/run/stop bs=24 count=1 2>/dev/null &
  fi
done
n=0
last() {
  if [ -s $1 ]; then b tail -n 1 $1; else echo 0; fi
}
for log in $logs; do
  [ $(last $log) -le $n ] || n=$(last $log)
done
# A guest that was killed between its disks left some of them a number behind.
for log in $logs; do
  [ $(last $log) -eq $n ] || { echo $n >>$log && b sync $log; }
done
# Nothing is ever written here: to wait for it is to sleep without a process, which an emulated processor is slow to start.
b mkfifo /run/never
exec 9<>/run/never
while [ ! -s /run/stop ]; do
  n=$((n + 1))
  for log in $logs; do
    until echo $n >>$log && b sync $log; do b sleep 1; done
  done
  echo "ack $n"
  read -r -t 0.1 never <&9
done
b umount /disk/*
b poweroff -f
`;

/** What the guest agent calls for \`guest-shutdown\`; the main program notices the file. */
export const GUEST_SHUTDOWN = `#!/bin/busybox sh
echo stop >/run/stop
`;
