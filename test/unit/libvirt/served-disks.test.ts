/** What happens to the servers of disks that do not start, end by themselves, or are ended. */
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, test } from 'vitest';
import type {
  Argv,
  Exit,
  FileStat,
  HostIO,
  ProgramResult,
  RunningProgram,
  StartOptions,
} from '../../../src/host-io/host-io.ts';
import { serveDisks } from '../../../src/libvirt/served-disks.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';

/** A qemu-nbd as the test plays it. */
interface Played {
  readonly argv: Argv;
  readonly options: StartOptions;
  end(exit: Partial<Exit>, said?: string): void;
}

/** What happened, in order. */
let events: string[];
let played: Played[];
/** The pid files that exist. */
let pidFiles: Set<string>;
let version: Partial<ProgramResult>;
let removal: Error | undefined;
/** What happens once a program is started. */
let onStart: (program: Played, target: string) => void;

function start(argv: Argv, options: StartOptions): RunningProgram {
  const target = /\/(\w+)\.qcow2$/.exec(argv.at(-1) ?? '')?.[1] ?? '';
  const stderr = new PassThrough().setEncoding('utf8');
  let finish: (exit: Exit) => void = () => {};
  const exited = new Promise<Exit>((resolve) => {
    finish = resolve;
  });
  const program: Played = {
    ...{ argv, options },
    end(exit, said = '') {
      // As of a real process, its output is read before its end is known.
      stderr.once('end', () =>
        finish({ missing: false, code: undefined, signal: undefined, ...exit }),
      );
      stderr.end(said);
    },
  };
  played.push(program);
  events.push(`start ${target}`);
  onStart(program, target);
  return {
    ...{ started: true, stdin: new PassThrough(), stdout: new PassThrough(), stderr, exited },
    kill() {
      events.push(`kill ${target}`);
      program.end({ signal: 'SIGKILL' });
    },
    abandon: () => events.push(`abandon ${target}`),
    leave: () => {},
  };
}

const io = {
  start,
  run: async (argv: Argv) => {
    expect(argv).toEqual(['qemu-nbd', '--version']);
    return { ok: true, stdout: '', stderr: '', code: 0, signal: undefined, ...version };
  },
  stat: async (path: string) => (pidFiles.has(path) ? ({ length: 5 } as FileStat) : null),
  makeSocketFolder: async () => '/run/blockplan-x',
  removeSocketFolder: async (folder: string, names: readonly string[]) => {
    events.push(`remove ${folder}: ${names.join(' ')}`);
    if (removal) throw removal;
  },
} as unknown as HostIO;

const IMAGES = ['vda', 'vdb'].map((target) => ({ target, image: `/s/mon/${target}.qcow2` }));
const REMOVED = 'remove /run/blockplan-x: vda.sock vda.pid vdb.sock vdb.pid';

const never = new AbortController().signal;
const serve = (signal = never) => serveDisks(io, IMAGES, signal);
const ready = (_: Played, target: string) => void pidFiles.add(`/run/blockplan-x/${target}.pid`);

beforeEach(() => {
  [events, played, pidFiles, version, removal] = [[], [], new Set(), {}, undefined];
  onStart = ready;
});

/** The code, the message and the hint of a refusal. */
async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (each) => each,
  );
  const { code, message, hint } = error.findings[0];
  return `${code} ${message} -> ${hint}`;
}

test('each disk has a server of its own, which only reads and ends with blockplan', async () => {
  const served = await serve();
  expect(served.disks).toEqual([
    { target: 'vda', socket: '/run/blockplan-x/vda.sock' },
    { target: 'vdb', socket: '/run/blockplan-x/vdb.sock' },
  ]);
  expect(played[1]?.options).toEqual({ stdin: 'ignore', tied: true });
  expect(played[1]?.argv.join(' ')).toBe(
    'qemu-nbd --read-only --persistent --shared=0 -f qcow2 --socket=/run/blockplan-x/vdb.sock --pid-file=/run/blockplan-x/vdb.pid /s/mon/vdb.qcow2',
  );
  await served.close();
  expect(events).toEqual(['start vda', 'start vdb', 'kill vda', 'kill vdb', REMOVED]);
});

test('a server that has ended is not killed: its process id may be that of another process', async () => {
  const served = await serve();
  played[1]?.end({ signal: 'SIGKILL' });
  expect(await served.failure).toBe('vdb is no longer served: qemu-nbd was killed by SIGKILL');
  await served.close();
  expect(events).toEqual(['start vda', 'start vdb', 'kill vda', REMOVED]);
});

describe('nothing is left', () => {
  test('if one does not start: its complaint is the reason', async () => {
    onStart = (program, target) => {
      if (target === 'vda') ready(program, target);
      else program.end({ code: 1 }, "qemu-nbd: Failed to blk_new_open '/s': no\nqemu-nbd: bye\n");
    };
    expect(await refusal(serve())).toBe(
      "BP158 vdb cannot be served: qemu-nbd exited with status 1: Failed to blk_new_open '/s': no: bye -> check the images of the backup",
    );
    expect(events).toEqual(['start vda', 'start vdb', 'kill vda', REMOVED]);
  });

  test('if one ends without a word', async () => {
    onStart = (program) => program.end({ code: 1 });
    expect(await refusal(serve())).toContain('vda cannot be served: qemu-nbd exited with status 1');
  });

  test('if the user does not wait', async () => {
    const abort = new AbortController();
    onStart = (_, target) => {
      if (target === 'vdb') abort.abort(new Error('interrupted'));
    };
    await expect(serve(abort.signal)).rejects.toThrow('interrupted');
    expect(events).toEqual(['start vda', 'start vdb', 'kill vda', 'kill vdb', REMOVED]);
  });

  test('if there is no qemu-nbd: nothing was begun', async () => {
    version = { ok: false, code: undefined };
    expect(await refusal(serve())).toBe(
      'BP199 qemu-nbd is missing, which serves the disks of a backup -> install the package qemu-utils: apt install qemu-utils',
    );
    expect(events).toEqual([]);
  });
});

test('a folder that cannot be made is a refusal', async () => {
  const failing = async () => {
    throw new EffectFailed('no folder can be made in /run: ENOSPC');
  };
  const served = serveDisks({ ...io, makeSocketFolder: failing }, IMAGES, never);
  expect(await refusal(served)).toBe(
    'BP158 no folder can be made in /run: ENOSPC -> make sure that this user can write there, and that there is free space',
  );
  expect(events).toEqual([]);
});

test('a folder that cannot be removed is reported', async () => {
  const served = await serve();
  removal = new EffectFailed('/run/blockplan-x cannot be removed: ENOTEMPTY');
  expect(await refusal(served.close())).toBe(
    'BP158 /run/blockplan-x cannot be removed: ENOTEMPTY -> remove it: rm -r /run/blockplan-x',
  );
});
