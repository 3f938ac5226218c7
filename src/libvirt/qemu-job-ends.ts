/**
 * How block jobs end, as QEMU reports it. libvirt's events lack the errors, and report a job that a command ended as
 * cancelled, whether or not it failed (qemu_blockjob.c, qemuBlockJobEventProcessConcluded).
 */
import type { DomainEvent } from './event-text.ts';

/** The event of one block job; an error's reason is `No space left on device`, `Input/output error`, … */
type JobEnd =
  | Omit<Extract<DomainEvent, { kind: 'job-error' }>, 'time'>
  | Omit<Extract<DomainEvent, { kind: 'job-complete' }>, 'time'>;

/** The virsh command that prints these events; it only listens (libvirt-qemu, `virDomainQemuMonitorEventRegister`). */
export function monitorWords(domain: string): string[] {
  const words = ['--event', 'BLOCK_JOB_COMPLETED', '--loop', '--timestamp'];
  return ['qemu-monitor-event', '--domain', domain, ...words];
}

/** libvirt names a job after its kind and the disk: `copy-vda-libvirt-2-format` (src/qemu/qemu_blockjob.c). */
const DEVICE = /^(?:copy|commit|pull|backup)-([^-]+)-/;

const LINE = /event BLOCK_JOB_COMPLETED for domain '.*': (\{.*\})$/;

/** Reads virsh's output in pieces, as they arrive. */
export class JobEndText {
  #rest = '';

  push(piece: string): JobEnd[] {
    const lines = `${this.#rest}${piece}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((line) => endIn(line) ?? []);
  }
}

/** QEMU's event has `error` only where the job failed (QEMU, qapi/block-core.json, BLOCK_JOB_COMPLETED). */
function endIn(line: string): JobEnd | undefined {
  const text = LINE.exec(line)?.[1];
  if (text === undefined) return undefined;
  const { device, error } = parsed(text);
  const disk = typeof device === 'string' ? DEVICE.exec(device)?.[1] : undefined;
  if (disk === undefined) return undefined;
  if (error === undefined) return { kind: 'job-complete', disk };
  return { kind: 'job-error', disk, reason: String(error) };
}

function parsed(text: string): { readonly device?: unknown; readonly error?: unknown } {
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    // An incomplete line reports nothing.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
