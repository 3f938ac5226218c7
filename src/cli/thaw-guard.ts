/**
 * The thaw guard: a program of its own, which a run starts before it freezes a guest. It thaws the guest once the time is over, or
 * once its input ends without `disarm`, because blockplan has ended. It ignores that nobody reads its output any more.
 *
 * Its arguments: the URI of libvirt, the UUID and the id of the domain, its time in milliseconds, and the timeout for the guest
 * agent in seconds.
 */
import { BlockplanError } from '../errors.ts';
import { localHost } from '../host-io/local-host.ts';
import { type GuardedGuest, runningId, thawUntilDone } from '../libvirt/thaw-guard.ts';
import { openVirsh, type Virsh } from '../libvirt/virsh.ts';

/** How long a connection to libvirt may take. */
const CONNECT_MS = 10_000;

async function main(): Promise<void> {
  const [uri = '', uuid = '', id = '', timeMs = '', agentTimeout = ''] = process.argv.slice(2);
  const guest: GuardedGuest = { uuid, id, agentTimeout: Number(agentTimeout) };
  const open = () => openVirsh(localHost, { uri, timeoutMs: CONNECT_MS });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const due = dueAfter(Number(timeMs));
  await proveReady(await open(), guest);
  process.stdout.write('ready\n');
  await due;
  const said = await thawUntilDone(open, guest);
  process.stdout.write(`${said}\n`);
  process.exit(0);
}

/** Resolves when the guest must be thawed. A systemd unit that is stopped sends SIGTERM to all of its processes. */
function dueAfter(timeMs: number): Promise<void> {
  return new Promise((resolve) => {
    const thaw = () => resolve();
    setTimeout(thaw, timeMs);
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, thaw);
    process.stdin.setEncoding('utf8');
    process.stdin.on('data', (text: string) => {
      if (text.includes('disarm')) process.exit(0);
    });
    for (const name of ['end', 'error', 'close'] as const) process.stdin.on(name, thaw);
  });
}

async function proveReady(session: Virsh, { uuid, id }: GuardedGuest): Promise<void> {
  await using virsh = session;
  const found = await runningId(virsh, uuid);
  if (found !== id) throw new Error('the guest has stopped');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(error instanceof BlockplanError ? 3 : 1);
});
