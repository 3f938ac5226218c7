/** Parses the output of `virsh event --all --loop --timestamp` into typed events. Pure. */

/** What happened to a domain. */
export type DomainEvent = {
  /** Milliseconds since the epoch, when virsh received it. */
  readonly time: number;
} & (
  | {
      readonly kind: 'block-job';
      /** The disk's target, `vda`. */
      readonly disk: string;
      readonly type: BlockJobType;
      readonly status: BlockJobStatus;
    }
  /** QEMU reports that a block job is ready to be ended. */
  | { readonly kind: 'job-ready'; readonly disk: string }
  /** QEMU's own error for a block job that failed. */
  | { readonly kind: 'job-error'; readonly disk: string; readonly reason: string }
  /** QEMU reports that a block job is complete, without an error. */
  | { readonly kind: 'job-complete'; readonly disk: string }
  /** libvirt's own words: `Stopped` `Destroyed`, `Suspended` `I/O Error`. */
  | { readonly kind: 'lifecycle'; readonly event: string; readonly detail: string }
  | {
      readonly kind: 'io-error';
      readonly path: string;
      /** The device's alias, `virtio-disk0`. */
      readonly device: string;
      /** What QEMU did: `none`, `pause` or `report`. */
      readonly action: string;
      /** `enospc`, `eio`, …, or empty. */
      readonly reason: string;
    }
  /** `type` is `element`, `title` or `description`; `uri` the namespace of an element. */
  | { readonly kind: 'metadata-change'; readonly type: string; readonly uri: string }
  /** A job of the whole domain (backup, migration, save) has ended; `fields` as virsh names them. */
  | { readonly kind: 'job-completed'; readonly fields: Readonly<Record<string, string>> }
  /** Any other, as printed after the time. */
  | { readonly kind: 'other'; readonly name: string; readonly text: string }
);

export type BlockJobType = 'copy' | 'commit' | 'active-commit' | 'pull' | 'backup' | 'unknown';
export type BlockJobStatus = 'ready' | 'completed' | 'failed' | 'canceled' | 'unknown';

/**
 * The names virsh gives to jobs, in events (tools/virsh-util.c, `virshDomainBlockJob`) and in `blockjob --info`
 * (tools/virsh-domain.c, `virshDomainBlockJobToString`).
 */
export const JOB_TYPES: Readonly<Record<string, Exclude<BlockJobType, 'unknown'>>> = {
  'Block Copy': 'copy',
  'Block Commit': 'commit',
  'Active Block Commit': 'active-commit',
  'Block Pull': 'pull',
  Backup: 'backup',
};
const JOB_STATUSES: readonly string[] = ['ready', 'completed', 'failed', 'canceled'];

/**
 * Events that virsh prints twice. `block-job` has a path where `block-job-2` has the target, and is printed for local
 * files only. An `io-error` without a reason is followed by the same event with one.
 */
const LESSER_TWIN = /^(block-job|io-error)$/;

const HEADER =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d{3})\+0000: event '([a-z0-9-]+)' for domain '/;
const FAREWELL = /^(events received: \d+|event loop (interrupted|timed out))$/;

/** One event as printed: its first line, and the indented ones below it. */
interface Printed {
  readonly time: number;
  readonly name: string;
  /** The first line from the domain's name on. A name can contain quotes and colons, but no line break. */
  readonly line: string;
  readonly below: readonly string[];
}

/**
 * Reads the stream in pieces. virsh flushes after each event, and an event is far smaller than the 4096 bytes that a
 * pipe writes atomically, so a piece that ends in a line break ends an event.
 */
export class EventText {
  #rest = '';

  /** The events that are complete with this piece. */
  push(piece: string): DomainEvent[] {
    this.#rest += piece;
    if (!this.#rest.endsWith('\n')) return [];
    const lines = this.#rest.slice(0, -1).split('\n');
    this.#rest = '';
    return group(lines)
      .map(interpret)
      .filter((event) => event !== undefined);
  }
}

function group(lines: readonly string[]): Printed[] {
  const found: (Printed & { below: string[] })[] = [];
  for (const line of lines) {
    const header = HEADER.exec(line);
    if (header) {
      const [{ length }, day, hour, name = ''] = header;
      const time = Date.parse(`${day}T${hour}Z`);
      found.push({ time, name, line: line.slice(length), below: [] });
    } else if (!FAREWELL.test(line)) {
      found.at(-1)?.below.push(line);
    }
  }
  return found;
}

/**
 * The patterns are anchored at the end of the line and greedy in the domain's name, so a name such as
 * `x': Stopped Failed` is still read as a name: virsh's own words come last.
 */
function interpret({ time, name, line, below }: Printed): DomainEvent | undefined {
  const reasoned = /^.*': (.*) \((.*)\) (\S+) due to (.*)$/.exec(line);
  if ((name === 'io-error-reason' || name === 'io-error') && reasoned) {
    // libvirt 11 prints the event with a reason under the plain name as well.
    const [, path = '', device = '', action = '', reason = ''] = reasoned;
    return { time, kind: 'io-error', path, device, action, reason };
  }
  if (LESSER_TWIN.test(name)) return undefined;
  const job = /^.*': ([A-Za-z ]+) for (\S+) (\S+)$/.exec(line);
  if (name === 'block-job-2' && job) {
    const [, type = '', disk = '', status = ''] = job;
    return {
      time,
      kind: 'block-job',
      disk,
      type: JOB_TYPES[type] ?? 'unknown',
      status: JOB_STATUSES.includes(status) ? (status as BlockJobStatus) : 'unknown',
    };
  }
  const lifecycle = /^.*': (\S+) (.*)$/.exec(line);
  if (name === 'lifecycle' && lifecycle) {
    const [, event = '', detail = ''] = lifecycle;
    return { time, kind: 'lifecycle', event, detail };
  }
  const metadata = /^.*': type (.*), uri (.*)$/.exec(line);
  if (name === 'metadata-change' && metadata) {
    const [, type = '', uri = ''] = metadata;
    return { time, kind: 'metadata-change', type, uri };
  }
  if (name === 'job-completed') return { time, kind: 'job-completed', fields: fieldsOf(below) };
  const text = [`event '${name}' for domain '${line}`, ...below].join('\n');
  return { time, kind: 'other', name, text };
}

function fieldsOf(lines: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const line of lines) {
    const [, key, value = ''] = /^\t?([^:]+): (.*)$/.exec(line) ?? [];
    if (key !== undefined) fields[key] = value;
  }
  return fields;
}
