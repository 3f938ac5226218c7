/** QEMU's own errors for block jobs that failed, which libvirt's events do not contain. */

/** A block job that has failed. */
export interface JobError {
  /** The disk's target, `vda`. */
  readonly disk: string;
  /** `No space left on device`, `Input/output error`, … */
  readonly reason: string;
}

/** The virsh command that prints these events; it only listens (libvirt-qemu, `virDomainQemuMonitorEventRegister`). */
export function monitorWords(domain: string): string[] {
  const words = ['--event', 'BLOCK_JOB_COMPLETED', '--loop', '--timestamp'];
  return ['qemu-monitor-event', '--domain', domain, ...words];
}

/** libvirt names a job after its kind and the disk: `copy-vda-libvirt-2-format` (src/qemu/qemu_blockjob.c). */
const DEVICE = /^(?:copy|commit|pull|backup)-([^-]+)-/;

const LINE = /event BLOCK_JOB_COMPLETED for domain '.*': (\{.*\})$/;

/** Reads virsh's output in pieces, as they arrive. */
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
    // An incomplete line contains no error.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
