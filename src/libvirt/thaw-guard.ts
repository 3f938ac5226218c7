/**
 * Thaws a guest until libvirt and its agent answer. This is the work of the thaw guard, a process of its own, so that no end of
 * blockplan leaves a guest frozen.
 */
import { BlockplanError } from '../errors.ts';
import { isGone } from './gone.ts';
import type { Virsh } from './virsh.ts';

/** The guest that a guard thaws. */
export interface GuardedGuest {
  readonly uuid: string;
  /** libvirt's id of the running domain: a guest that was started again is not frozen. */
  readonly id: string;
  /** How long its agent may take, in seconds. */
  readonly agentTimeout: number;
}

/** The time for virsh's own answer beyond that of the agent. */
const ANSWER_MS = 30_000;

const PAUSE_MS = 500;

/** A guest is frozen for at most this much longer once libvirt and the agent answer again. */
const LONGEST_PAUSE_MS = 4_000;

/**
 * Thaws the guest, with a new connection for each attempt.
 * @param open connects to libvirt
 * @returns what virsh printed, or why there is nothing to thaw
 */
export async function thawUntilDone(
  open: () => Promise<Virsh>,
  guest: GuardedGuest,
): Promise<string> {
  for (let pause = PAUSE_MS; ; pause = Math.min(pause * 1.2, LONGEST_PAUSE_MS)) {
    const done = await thawOnce(open, guest);
    if (done !== undefined) return done;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function thawOnce(
  open: () => Promise<Virsh>,
  guest: GuardedGuest,
): Promise<string | undefined> {
  try {
    await using virsh = await open();
    return await thaw(virsh, guest);
  } catch (error) {
    if (!(error instanceof BlockplanError)) throw error;
    return undefined;
  }
}

async function thaw(virsh: Virsh, { uuid, id, agentTimeout }: GuardedGuest) {
  const at = ['--domain', uuid];
  const found = await virsh.run(['domid', ...at]);
  if (found.ok ? found.stdout.trim() !== id : await isGone(virsh, uuid, found))
    return 'the guest has stopped';
  if (!found.ok) return undefined;
  // Without it, libvirt would wait for an agent that hangs without limit.
  await virsh.run(['guest-agent-timeout', ...at, '--timeout', String(agentTimeout)]);
  const timeoutMs = agentTimeout * 1000 + ANSWER_MS;
  const answer = await virsh.run(['domfsthaw', ...at], { timeoutMs });
  if (!answer.ok) return undefined;
  await virsh.run(['guest-agent-timeout', ...at, '--timeout', '-2']);
  return answer.stdout.trim();
}

/** libvirt's id of a running domain, which a guard needs; undefined where it does not run. */
export async function runningId(virsh: Virsh, domain: string): Promise<string | undefined> {
  const answer = await virsh.run(['domid', '--domain', domain]);
  return answer.ok ? /^\d+$/m.exec(answer.stdout)?.[0] : undefined;
}
