/**
 * What QEMU itself reports of block jobs. libvirt's events lack the errors, and report a job that a command ended as
 * cancelled, whether or not it failed (qemu_blockjob.c, qemuBlockJobEventProcessConcluded).
 */
import type { RunningProgram } from '../host-io/host-io.ts';
import type { DomainEvent } from './event-text.ts';

/** Whether QEMU's reports arrive. */
export interface QemuReports {
  /** Resolves (never rejects) once libvirt has answered that it passes them on from now on. */
  readonly subscribed: Promise<void>;
  /** Resolves (never rejects) once no more will arrive. */
  readonly closed: Promise<unknown>;
}

/** The report on one block job; an error's reason is `No space left on device`, `Input/output error`, … */
type JobReport =
  | Omit<Extract<DomainEvent, { kind: 'job-ready' }>, 'time'>
  | Omit<Extract<DomainEvent, { kind: 'job-error' }>, 'time'>
  | Omit<Extract<DomainEvent, { kind: 'job-complete' }>, 'time'>;

/** The virsh command that prints these events; it only listens (libvirt-qemu, `virDomainQemuMonitorEventRegister`). */
export function monitorWords(domain: string): string[] {
  const words = ['--event', '^BLOCK_JOB_(READY|COMPLETED)$', '--regex', '--loop', '--timestamp'];
  return ['qemu-monitor-event', '--domain', domain, ...words];
}

/**
 * virsh does not print when it listens, but the log of libvirt's client has the answer to the registration. A daemon that
 * virsh starts by itself would inherit these variables, so this virsh starts none.
 */
export const MONITOR_ENVIRONMENT = {
  LIBVIRT_LOG_FILTERS: '2:rpc.netclient',
  LIBVIRT_LOG_OUTPUTS: '2:stderr',
  LIBVIRT_AUTOSTART: '0',
} as const;

/**
 * The line with that answer (virnetclient.c, virNetClientCallDispatch). The numbers are those of the protocol, which never
 * change: the program QEMU_PROGRAM, its procedure CONNECT_DOMAIN_MONITOR_EVENT_REGISTER, a reply, no error.
 */
const SUBSCRIBED = /RPC_CLIENT_MSG_RX: .* prog=536903815 vers=1 proc=4 type=1 status=0 /;

/** @param tell receives each report */
export function followReports(
  { stdout, stderr, exited }: Pick<RunningProgram, 'stdout' | 'stderr' | 'exited'>,
  tell: (report: JobReport) => void,
): QemuReports {
  const text = new JobReportText();
  stdout.on('data', (piece: string) => {
    for (const report of text.push(piece)) tell(report);
  });
  const subscribed = new Promise<void>((resolve) => {
    const log = new LineReader();
    // Read to the end, also once it is of no use: a full pipe would stop virsh.
    stderr.on('data', (piece: string) => {
      if (log.push(piece).some((line) => SUBSCRIBED.test(line))) resolve();
    });
  });
  return { subscribed, closed: exited };
}

/** Reads text in pieces, as they arrive, and returns the lines that are complete. */
class LineReader {
  #rest = '';

  push(piece: string): string[] {
    const lines = `${this.#rest}${piece}`.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines;
  }
}

/** libvirt names a job after its kind and the disk: `copy-vda-libvirt-2-format` (src/qemu/qemu_blockjob.c). */
const DEVICE = /^(?:copy|commit|pull|backup)-([^-]+)-/;

const LINE = /event BLOCK_JOB_(READY|COMPLETED) for domain '.*': (\{.*\})$/;

/** Reads what virsh prints, in pieces. */
export class JobReportText {
  readonly #lines = new LineReader();

  push(piece: string): JobReport[] {
    return this.#lines.push(piece).flatMap((line) => reportIn(line) ?? []);
  }
}

/** QEMU's event has `error` only where the job failed (QEMU, qapi/block-core.json, BLOCK_JOB_COMPLETED). */
function reportIn(line: string): JobReport | undefined {
  const [, what, text] = LINE.exec(line) ?? [];
  if (text === undefined) return undefined;
  const { device, error } = parsed(text);
  const disk = typeof device === 'string' ? DEVICE.exec(device)?.[1] : undefined;
  if (disk === undefined) return undefined;
  if (what === 'READY') return { kind: 'job-ready', disk };
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
