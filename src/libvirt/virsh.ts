/** A long-lived virsh: many commands over one connection, about 3 ms each instead of 30. */
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { BlockplanError } from '../errors.ts';
import type { HostIO, RunningProgram } from '../host-io/host-io.ts';
import { shellQuote } from '../shell-quote.ts';
import { type Connection, describeExit, startChild } from './child.ts';
import {
  brokenConnectionLine,
  connectArguments,
  connectionLost,
  connectRefused,
  connectTooSlow,
  keepaliveArguments,
  mayBeDisconnected,
  virshMissing,
} from './contact.ts';
import { type CommandFrame, errorIn, frame, type RawAnswer, takeAnswer } from './framing.ts';

/** How long a command may take when nobody says, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 30_000;

/** What virsh said to one command. */
export interface Answer {
  readonly argv: readonly string[];
  /** Exactly what the command printed, as `virsh ARGV` would print it, less the blank line virsh ends every command with. */
  readonly stdout: string;
  readonly stderr: string;
  /**
   * Whether virsh reported no error. A session has no exit status: the few commands that tell a failure by exit
   * status alone (`blockcopy --wait` prints "Copy failed" on stdout) cannot be judged by this.
   */
  readonly ok: boolean;
  /** libvirt's sentences, without `error: `, joined by `: `. Only when not ok. */
  readonly error?: string;
  readonly durationMs: number;
}

export interface RunOptions {
  /** How long to wait, in milliseconds, counted from when the command is sent; 30 000 by default. */
  readonly timeoutMs?: number;
  /**
   * Gives up. A command that still waits its turn is never sent, and rejects with the signal's reason. One that was
   * sent can only be given up by ending the session: contact lost.
   */
  readonly signal?: AbortSignal;
}

/** How a session ended. */
export interface Ending {
  /** Whether `close` ended it. */
  readonly asked: boolean;
  /** A clause without a full stop. */
  readonly reason: string;
}

export interface Virsh extends AsyncDisposable {
  /** The URI as libvirt spells it. */
  readonly uri: string;
  /**
   * Runs one command after all that were asked for before it.
   *
   * @param argv see `quoteCommand`: name every option, give no foreign value by position
   * @throws BlockplanError `input-refused` wordNotSendable when it cannot be sent; `uncertain` connectionLost when contact is lost
   *   before the answer is complete, the timeout included. An error from libvirt is not thrown, it is in the answer.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<Answer>;
  /**
   * Runs several commands in one go, for reads that do not depend on each other: all are sent at once, also after one
   * has failed. The timeout counts for all of them together.
   *
   * @throws as `run`; when one cannot be sent, none is
   */
  runAll(argvs: readonly (readonly string[])[], options?: RunOptions): Promise<Answer[]>;
  /** Ends the process. What was sent and not answered rejects as contact lost. */
  close(): Promise<void>;
  readonly alive: boolean;
  /** Resolves, and never rejects, once the session is over for whatever reason. */
  readonly closed: Promise<Ending>;
}

/**
 * Starts virsh and waits until it is connected.
 *
 * @param io the host on which virsh is started
 * @param connection where to; `timeoutMs` bounds the connecting, in milliseconds, 30 000 by default
 * @throws BlockplanError `preflight-refused`: virshMissing, daemonUnreachable, libvirtAccessDenied,
 *   invalidUri, connectionTimeout; connectionRefused for any other reason
 */
export async function openVirsh(
  io: HostIO,
  connection: Connection & { readonly timeoutMs?: number } = {},
): Promise<Virsh> {
  const { uri, command = 'virsh', timeoutMs = DEFAULT_TIMEOUT_MS } = connection;
  const args = [
    ...connectArguments(uri),
    ...keepaliveArguments(uri),
    ...(connection.readonly ? ['-r'] : []),
  ];
  const child = startChild(io, [command, ...args], connection, { stdin: 'pipe' });
  const session = new Session(child);
  try {
    await session.connect(timeoutMs);
    return session;
  } catch (error) {
    child.kill();
    const exit = await child.exited;
    if (exit.missing) throw virshMissing(command);
    if (session.timedOut) throw connectTooSlow(uri, timeoutMs);
    if (error instanceof BlockplanError) throw connectRefused(uri, session.stderr);
    throw error;
  }
}

/** What is on its way to virsh and not answered in full. */
interface Pending {
  readonly frames: readonly CommandFrame[];
  readonly answers: RawAnswer[];
  resolve(answers: RawAnswer[]): void;
  reject(error: Error): void;
}

class Session implements Virsh {
  readonly closed: Promise<Ending>;
  uri = '';
  timedOut = false;
  /** What has arrived on each stream and belongs to no finished answer. */
  stderr = '';
  #stdout = '';
  readonly #child: RunningProgram;
  /** Short, since each character of a command costs virsh's readline 3 µs, and it is sent five times with each. */
  readonly #secret = `bp${randomBytes(9).toString('base64url')}-`;
  #serial = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #pending: Pending | undefined;
  #ending: Ending | undefined;
  #settleClosed: (ending: Ending) => void = () => {};

  constructor(child: RunningProgram) {
    this.#child = child;
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    child.stdout.on('data', (text: string) => {
      this.#stdout += text;
      this.#advance();
    });
    child.stderr.on('data', (text: string) => {
      this.stderr += text;
      const broken = brokenConnectionLine(this.stderr);
      if (broken) this.#end({ asked: false, reason: broken });
      else this.#advance();
    });
    void child.exited.then((exit) => this.#end({ asked: false, reason: describeExit(exit) }));
  }

  get alive(): boolean {
    return this.#ending === undefined;
  }

  /** virsh connects to a default URI only when a command needs it, so one that does comes first. */
  async connect(timeoutMs: number): Promise<void> {
    const [answer] = await this.#inTurn([['uri']], { timeoutMs });
    if (!answer?.ok) {
      this.stderr = answer?.stderr ?? '';
      throw connectionLost('no connection was made');
    }
    this.uri = answer.stdout.trim();
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<Answer> {
    const [answer] = await this.runAll([argv], options);
    return answer as Answer;
  }

  async runAll(argvs: readonly (readonly string[])[], options: RunOptions = {}): Promise<Answer[]> {
    const answers = await this.#inTurn(argvs, options);
    const doubtful = answers.find(({ error }) => error !== undefined && mayBeDisconnected(error));
    if (doubtful) await this.#assertContact(doubtful);
    return answers;
  }

  async close(): Promise<void> {
    this.#end({ asked: true, reason: 'the session was closed' });
    await this.#child.exited;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Any command makes virsh look at its connection first, and say so when it is gone. */
  async #assertContact({ argv, error = '' }: Answer): Promise<void> {
    try {
      const [probe] = await this.#inTurn([['uri']], {});
      if (probe?.ok) return;
    } catch {
      // The session has ended meanwhile, which is the answer.
    }
    this.#end({ asked: false, reason: error });
    throw connectionLost(error, argv);
  }

  #inTurn(argvs: readonly (readonly string[])[], options: RunOptions): Promise<Answer[]> {
    const frames = argvs.map((argv) => frame(argv, this.#secret, this.#serial++));
    const mine = this.#turn.then(() => this.#exchange(frames, options));
    this.#turn = mine.catch(() => {});
    return mine;
  }

  async #exchange(frames: readonly CommandFrame[], options: RunOptions): Promise<Answer[]> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    await whatHasArrived();
    signal?.throwIfAborted();
    const [first] = frames;
    if (!first) return [];
    if (this.#ending) throw connectionLost(this.#ending.reason);
    const started = performance.now();
    const giveUp = () => this.#end({ asked: false, reason: 'the wait for an answer was given up' });
    const timer = setTimeout(() => this.#timeOut(timeoutMs), timeoutMs);
    signal?.addEventListener('abort', giveUp);
    try {
      const raws = await new Promise<RawAnswer[]>((resolve, reject) => {
        this.#pending = { frames, answers: [], resolve, reject };
        this.#child.stdin.write(frames.map(({ input }) => input).join(''));
      });
      const durationMs = (performance.now() - started) / frames.length;
      return raws.map((raw, index) => answerOf(frames[index]?.argv ?? [], raw, durationMs));
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }

  #timeOut(timeoutMs: number): void {
    this.timedOut = true;
    const argv = this.#unanswered();
    const command = argv ? `"${shellQuote(['virsh', ...argv])}" got no answer` : 'no answer';
    this.#end({ asked: false, reason: `${command} within ${timeoutMs / 1000} s` });
  }

  #unanswered(): readonly string[] | undefined {
    return this.#pending?.frames[this.#pending.answers.length]?.argv;
  }

  #advance(): void {
    const pending = this.#pending;
    while (pending && pending.answers.length < pending.frames.length) {
      const next = pending.frames[pending.answers.length] as CommandFrame;
      const taken = takeAnswer(next.marks, this.#stdout, this.stderr);
      if (!taken) return;
      this.#stdout = taken.restOut;
      this.stderr = taken.restErr;
      pending.answers.push(taken.raw);
    }
    this.#pending = undefined;
    pending?.resolve(pending.answers);
  }

  #end(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    const argv = this.#unanswered();
    this.#child.kill();
    this.#pending?.reject(connectionLost(ending.reason, argv));
    this.#pending = undefined;
    this.#settleClosed(ending);
  }
}

/**
 * Lets everything be heard that has been said before: virsh tells at once that its connection is gone, but it opens a new
 * one for the next command, and would carry that out unheard. The first turn may end a round of events that began before.
 */
async function whatHasArrived(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

function answerOf(argv: readonly string[], raw: RawAnswer, durationMs: number): Answer {
  const error = errorIn(raw.stderr);
  return error === undefined
    ? { argv, ...raw, ok: true, durationMs }
    : { argv, ...raw, ok: false, error, durationMs };
}
