/**
 * The thaw guard: a program of its own, which a run starts before it freezes a guest. It freezes the guest when its input says
 * `freeze`. It thaws the guest once the time is over, or once its input ends without `disarm`, because blockplan has ended. It
 * ignores that nobody reads its output any more.
 *
 * Its arguments: the URI of libvirt, the UUID and the id of the domain, its time in milliseconds, and the timeout for the guest
 * agent in seconds.
 */
import { BlockplanError } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import {
  type GuardedGuest,
  type GuardMessage,
  type GuardOrder,
  ThawGuard,
} from '../libvirt/thaw-guard.ts';
import { openVirsh } from '../libvirt/virsh.ts';

/** How long a connection to libvirt may take. */
const CONNECT_MS = 10_000;

async function main(): Promise<void> {
  const [uri = '', uuid = '', id = '', timeMs = '', agentTimeout = ''] = process.argv.slice(2);
  const guest: GuardedGuest = { uuid, id, agentTimeout: Number(agentTimeout) };
  const open = () => openVirsh(localHost, { uri, timeoutMs: CONNECT_MS });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const guard = new ThawGuard(open, guest, Number(timeMs), () => end(guard));
  await guard.prove();
  print({ says: 'ready', text: '' });
  // A systemd unit that is stopped sends SIGTERM to all of its processes.
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => end(guard));
  for (const name of ['end', 'error', 'close'] as const) process.stdin.on(name, () => end(guard));
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text: string) => {
    for (const order of text.trim().split('\n')) obey(guard, order as GuardOrder);
  });
}

function obey(guard: ThawGuard, order: GuardOrder): void {
  if (order === 'disarm') process.exit(0);
  // An error that is not expected must not leave the guest frozen either.
  if (order === 'freeze') void guard.freeze().then(print, () => end(guard));
}

let isEnding = false;

function end(guard: ThawGuard): void {
  if (isEnding) return;
  isEnding = true;
  void guard.thaw().then((said) => {
    if (said !== undefined) print({ says: 'thawed', text: said });
    process.exit(0);
  }, fail);
}

function print(message: GuardMessage): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof BlockplanError ? 3 : 1);
}

main().catch(fail);
