/** Why QEMU's block jobs failed, in QEMU's own words: libvirt's events do not pass them on. */

/** A block job that has failed. */
export interface JobError {
  /** The disk's target, `vda`. */
  readonly disk: string;
  /** `No space left on device`, `Input/output error`, … */
  readonly reason: string;
}

/** The words of virsh that print such events; they only listen (libvirt-qemu, `virDomainQemuMonitorEventRegister`). */
export function monitorWords(domain: string): string[] {
  const words = ['--event', 'BLOCK_JOB_COMPLETED', '--loop', '--timestamp'];
  return ['qemu-monitor-event', '--domain', domain, ...words];
}

/** libvirt names a job after what it does and the disk: `copy-vda-libvirt-2-format` (src/qemu/qemu_blockjob.c). */
const DEVICE = /^(?:copy|commit|pull|backup)-([^-]+)-/;

const LINE = /event BLOCK_JOB_COMPLETED for domain '.*': (\{.*\})$/;

/** Reads the text that virsh prints, in pieces as they come. */
export class JobErrorText {
  #rest = '';

  push(piece: string): JobError[] {
    const lines = `${this.#rest}${piece}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => errorIn(line) ?? []);
  }
}

/** QEMU's event has `error` only where the job failed (QEMU, qapi/block-core.json, BLOCK_JOB_COMPLETED). */
function errorIn(line: string): JobError | undefined {
  const text = LINE.exec(line)?.[1];
  if (text === undefined) return undefined;
  const { device, error } = parsed(text);
  const disk = typeof device === 'string' ? DEVICE.exec(device)?.[1] : undefined;
  return disk === undefined || typeof error !== 'string' ? undefined : { disk, reason: error };
}

function parsed(text: string): { readonly device?: unknown; readonly error?: unknown } {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    // What virsh has cut short says nothing.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
