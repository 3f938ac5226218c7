/** The events of a run, over processes that the test plays. */
import { PassThrough } from 'node:stream';
import { vi } from 'vitest';
import type { HostIO, RunningProgram } from '../../../src/host-io/host-io.ts';
import { localHost } from '../../../src/host-io/local-host.ts';
import type { DomainEvent } from '../../../src/libvirt/event-text.ts';
import { openEvents } from '../../../src/libvirt/events.ts';
import { RunEvents } from '../../../src/libvirt/run-events.ts';
import { MARKER_URI, type Marker } from '../../../src/model/marker.ts';
import { scripted } from './scripted-virsh.ts';

export const OWN: Marker = { run: 'r1', host: 'here', user: 'root', pid: 1, since: '2026' };
export const own = "<run run='r1' host='here' user='root' pid='1' since='2026'/>";
export const other = own.replace('r1', 'r2');

/** libvirt's answer to the registration of the reports, in the log of its client (libvirt 9.0). */
export const SUBSCRIBED =
  'info : virNetClientCallDispatch:1299 : RPC_CLIENT_MSG_RX: client=0x5632bd1b3010 len=32 prog=536903815 vers=1 proc=4 type=1 status=0 serial=6';

interface PlayedProgram extends RunningProgram {
  /** An event, as virsh prints it. */
  print(line: string): void;
  /** A line of its log. */
  log(line: string): void;
}

function program(): PlayedProgram {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let exit: () => void = () => {};
  const exited = new Promise<{ missing: false; code: 0; signal: undefined }>((resolve) => {
    exit = () => resolve({ missing: false, code: 0, signal: undefined });
  });
  for (const stream of [stdout, stderr]) stream.setEncoding('utf8');
  return {
    ...{ started: true, stdin, stdout, stderr, exited, kill: exit, abandon: exit, leave: exit },
    print: (line) => void stdout.write(`2026-01-01 00:00:00.000+0000: ${line}\n`),
    log: (line) => void stderr.write(`2026-01-01 00:00:00.000+0000: 7: ${line}\n`),
  };
}

/** A host whose processes for events, and for QEMU's reports, the test plays. */
export function playedHost() {
  const started: PlayedProgram[] = [];
  const monitors: PlayedProgram[] = [];
  const io: HostIO = {
    ...localHost,
    start(argv) {
      const made = program();
      (argv.includes('event') ? started : monitors).push(made);
      return made;
    },
  };
  return { io, started, monitors };
}

/** The events of a run; `receives` says for each process that listens whether it receives events. */
export async function runEventsScene(receives: readonly boolean[]) {
  const on = { marker: '', state: 'running\n', refusal: undefined as string | undefined };
  const { io, started, monitors } = playedHost();
  const virsh = scripted(([verb, ...words]) => {
    if (verb === 'domstate') return on.state;
    const set = words.indexOf('--set');
    if (verb !== 'metadata' || words.includes('--remove')) return '';
    if (set < 0) return on.marker === '' ? new Error('metadata not found') : `${on.marker}\n`;
    if (on.refusal !== undefined) return new Error(on.refusal);
    on.marker = words[set + 1] ?? '';
    if (receives[started.length - 1])
      started
        .at(-1)
        ?.print(`event 'metadata-change' for domain 'vm': type element, uri ${MARKER_URI}`);
    return '';
  });
  const heard: DomainEvent[] = [];
  const open = () => openEvents(io, { uri: 'test:///default', domain: 'vm' });
  const events = new RunEvents(await open(), {
    ...{ domain: 'vm', listen: open },
    hear: (event) => heard.push(event),
  });
  /** What a promise comes to, after that time. */
  const within = async <T>(ms: number, promise: Promise<T>): Promise<T | string> => {
    let came: T | string = 'pending';
    promise.then(
      (value) => {
        came = value;
      },
      (error: Error) => {
        came = error.message;
      },
    );
    await vi.advanceTimersByTimeAsync(ms);
    return came;
  };
  const sets = () => virsh.asked.filter((each) => each.includes('--set'));
  return { on, started, monitors, virsh, heard, events, within, sets };
}
