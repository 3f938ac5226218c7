/** Finds the QEMU process that a guest runs in. */
import type { HostIO, ProcessStamp } from '../host-io/host-io.ts';
import type { GuestProcess } from '../model/guest-process.ts';

/** A process that was found, and the guest that it was found for. */
interface Found {
  readonly uuid: string;
  readonly id: number;
  /** Absent where no process, or more than one, has the guest's UUID. */
  readonly process?: ProcessStamp;
}

/**
 * Tells the QEMU processes of guests apart. libvirt's id does so as long as its daemon runs. A restarted daemon counts on
 * from the guests that it finds running, so an id may be reused (seen on libvirt 9.0). The start time of the process
 * distinguishes these too.
 */
export class GuestProcesses {
  readonly #io: HostIO;
  #found: Found | undefined;

  /** @param io the host that the guests run on */
  constructor(io: HostIO) {
    this.#io = io;
  }

  /** The process of the guest that was asked about last; undefined where it was not found. */
  get latest(): ProcessStamp | undefined {
    return this.#found?.process;
  }

  /** @param id libvirt's id of the running domain */
  async of(uuid: string, id: number): Promise<GuestProcess> {
    const known = this.#found;
    const isSame = known?.uuid === uuid && known.id === id;
    const found = isSame && (await this.#isRunning(known)) ? known : await this.#find(uuid, id);
    this.#found = found;
    const { process } = found;
    return { boot: this.#io.boot, id, ...(process ? { started: process.started } : {}) };
  }

  /** A process that was not found is not searched for again each time: its files may be hidden from this user. */
  async #isRunning({ process }: Found): Promise<boolean> {
    return process === undefined || this.#io.isRunning(process);
  }

  /** libvirt starts QEMU with `-uuid` and the domain's UUID (libvirt, qemu_command.c). */
  async #find(uuid: string, id: number): Promise<Found> {
    const process = await this.#io.findProcess(['-uuid', uuid]);
    return { uuid, id, ...(process ? { process } : {}) };
  }
}
