/** A guest of the lab that measures for how long it is frozen, and one whose agent is stopped. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guest } from '../../src/lab/guest.ts';
import type { LabHost } from '../../src/lab/host.ts';
import { until } from '../../src/lab/poll.ts';

/**
 * Runs in the guest: writes to a file system about five times a second, and prints the guest's uptime before and after a write
 * that took two seconds or more, because the file system was frozen. It starts no process, which an emulated processor is slow at.
 */
const BEATS = `
exec 9<>/run/never
while :; do
  read a _ </proc/uptime
  echo >/disk/vda/beat
  read b _ </proc/uptime
  [ $((\${b%.*} - \${a%.*})) -lt 2 ] || echo "frozen $a $b" >/dev/console
  read -r -t 0.2 never <&9
done
`;

/** Has the guest measure how long it is frozen. */
export async function measureFreezes(host: LabHost, name: string): Promise<void> {
  const path = '/bin/busybox';
  const exec = { execute: 'guest-exec', arguments: { path, arg: ['sh', '-c', BEATS] } };
  await host.virsh('qemu-agent-command', name, JSON.stringify(exec), '--timeout', '60');
}

/** How long each freeze of at least two seconds has lasted by the guest's own clock, in milliseconds. */
export async function freezesIn(guest: Guest): Promise<number[]> {
  const text = await readFile(guest.console, 'utf8');
  const found = text.matchAll(/^frozen (\d+\.\d+) (\d+\.\d+)\r?$/gm);
  return [...found].map(([, from, to]) => (Number(to) - Number(from)) * 1000);
}

/** Stops the agent. The returned function lets it continue: its guest waits for a hot-plugged port. */
export async function stopAgent(host: LabHost, name: string): Promise<() => Promise<void>> {
  const ports = 'ls /dev/vport* | wc -l';
  const script = `n=$(${ports}); while [ $(${ports}) = $n ]; do sleep 1; done; killall -CONT qemu-ga`;
  const ask = (limit: number, execute: string, more: object = {}) => {
    const command = JSON.stringify({ execute, ...more });
    return host.virsh('qemu-agent-command', name, command, '--timeout', String(limit));
  };
  const inGuest = (limit: number, ...arg: string[]) =>
    ask(limit, 'guest-exec', { arguments: { path: '/bin/busybox', arg } });
  const answers = () =>
    ask(3, 'guest-ping').then(
      () => true,
      () => false,
    );
  await inGuest(60, 'sh', '-c', script);
  await inGuest(3, 'killall', '-STOP', 'qemu-ga').catch(() => '');
  await until('the agent to stop', 60_000, async () => !(await answers()));
  return async () => {
    const file = join(host.dir, 'port.xml');
    const port = `<channel type='pty'><target type='virtio' name='blockplan.wake'/></channel>`;
    await writeFile(file, port);
    await host.virsh('attach-device', name, file, '--live');
    await until('the agent to answer', 60_000, answers);
  };
}
