/** Which QEMU process a guest runs in. */
import { readdir, readFile } from 'node:fs/promises';
import type { GuestProcess } from '../model/guest-process.ts';
import { bootId, isGone, startTime } from '../processes.ts';

/** A process that was found, with what it was found for. */
interface Found {
  readonly uuid: string;
  readonly id: number;
  /** Absent where no process, or more than one, names the guest. */
  readonly process?: { readonly pid: string; readonly started: string };
}

/**
 * Tells the QEMU processes of guests apart. libvirt's id does so as long as its daemon lives; a daemon that begins anew
 * counts on from the guests that it finds running, so an id may be given again (seen on libvirt 9.0). The start of the
 * process tells these apart too.
 */
export class GuestProcesses {
  readonly #boot = bootId();
  #found: Found | undefined;

  /** @param id libvirt's id of the running domain */
  async of(uuid: string, id: number): Promise<GuestProcess> {
    const known = this.#found;
    const holds = known?.uuid === uuid && known.id === id && isRunning(known);
    const found = holds ? known : await find(uuid, id);
    this.#found = found;
    const { process } = found;
    return { boot: this.#boot, id, ...(process ? { started: process.started } : {}) };
  }
}

/** One that was not found is not looked for again at each look: its files may be hidden from this user. */
function isRunning({ process }: Found): boolean {
  return process === undefined || startTime(process.pid) === process.started;
}

/** libvirt starts QEMU with `-uuid` and the domain's (libvirt, qemu_command.c). */
async function find(uuid: string, id: number): Promise<Found> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const named = await Promise.all(
    pids.map(async (pid) => ((await argumentsOf(pid)).includes(`\0-uuid\0${uuid}\0`) ? [pid] : [])),
  );
  const [pid, another] = named.flat();
  const started = pid === undefined || another !== undefined ? undefined : startTime(pid);
  return { uuid, id, ...(pid && started ? { process: { pid, started } } : {}) };
}

async function argumentsOf(pid: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (isGone(error) || code === 'EACCES' || code === 'EPERM') return '';
    throw error;
  }
}
