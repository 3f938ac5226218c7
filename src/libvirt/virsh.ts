/** A long-lived virsh session: many commands over one connection, about 3 ms each instead of 30. */
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { BlockplanError } from '../errors.ts';
import type { HostIO, RunningProgram } from '../host-io/host-io.ts';
import { shellQuote } from '../shell-quote.ts';
import type { Answer } from './answer.ts';
import { startChild } from './child.ts';
import type { Connection } from './connection-uri.ts';
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
import { describeExit } from './exit-text.ts';
import { type CommandFrame, errorIn, frame, type RawAnswer, takeAnswer } from './framing.ts';

/** How long a command may take by default, in milliseconds. */
const DEFAULT_TIMEOUT_MS = 30_000;

export interface RunOptions {
  /** How long to wait, in milliseconds, counted from when the command is sent; 30 000 by default. */
  readonly timeoutMs?: number;
  /**
   * Aborts the command. One that is still waiting for its turn is never sent, and rejects with the signal's reason. One
   * that was sent can be aborted only by ending the session: connectionLost.
   */
  readonly signal?: AbortSignal;
}

/** How a session ended. */
export interface Ending {
  /** Whether it was ended by `close`. */
  readonly asked: boolean;
  /** A clause without a full stop. */
  readonly reason: string;
}

export interface Virsh extends AsyncDisposable {
  /** The URI as libvirt spells it. */
  readonly uri: string;
  /**
   * Runs one command, after all commands that were requested before it.
   *
   * @param argv see `quoteCommand`: name every option, pass no untrusted value by position
   * @throws BlockplanError `input-refused` wordNotSendable when it cannot be sent; `uncertain` connectionLost when the
   *   connection is lost or the timeout expires before the answer is complete. An error from libvirt is not thrown, it is in
   *   the answer.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<Answer>;
  /**
   * Runs several commands in one batch, for reads that do not depend on each other: all are sent, even if one of them
   * fails. The timeout is for all of them together.
   * @throws as `run`; when one cannot be sent, none is
   */
  runAll(argvs: readonly (readonly string[])[], options?: RunOptions): Promise<Answer[]>;
  /** The same session, in which `--domain` is followed by a UUID: a domain may have another's UUID as its name. */
  readonly byUuid: Virsh;
  /** Ends the process. Commands without an answer reject with connectionLost. */
  close(): Promise<void>;
  readonly alive: boolean;
  /** Resolves (never rejects) once the session is over, for whatever reason. */
  readonly closed: Promise<Ending>;
}

/**
 * Starts virsh and waits until it is connected.
 *
 * @param io the host on which virsh is started
 * @param connection the URI; `timeoutMs` limits how long connecting may take, in milliseconds, 30 000 by default
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
    if (session.timedOut) throw connectTooSlow(connection, timeoutMs);
    if (error instanceof BlockplanError) throw connectRefused(connection, session.stderr);
    throw error;
  }
}

/** The commands that were sent and are not fully answered. */
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
  /** What was received on each stream and is not part of a finished answer. */
  stderr = '';
  #stdout = '';
  readonly #child: RunningProgram;
  /** Short, since virsh's readline takes 3 µs for each character, and it is sent five times with each command. */
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
    void child.exited.then((exit) =>
      this.#end({ asked: false, reason: describeExit('virsh', exit) }),
    );
  }

  get alive(): boolean {
    return this.#ending === undefined;
  }

  get byUuid(): Virsh {
    return this;
  }

  /** virsh connects to a default URI only when a command needs it, so such a command is sent first. */
  async connect(timeoutMs: number): Promise<void> {
    // Sent at once: the caller loads code meanwhile. No earlier connection can have been lost unnoticed.
    const [answer] = await this.#exchange([this.#framed(['uri'])], { timeoutMs });
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

  /** With any command, virsh first checks its connection, and reports when it is lost. */
  async #assertContact({ argv, error = '' }: Answer): Promise<void> {
    try {
      const [probe] = await this.#inTurn([['uri']], {});
      if (probe?.ok) return;
    } catch {
      // The session has ended in the meantime, which is the answer.
    }
    this.#end({ asked: false, reason: error });
    throw connectionLost(error, argv);
  }

  #inTurn(argvs: readonly (readonly string[])[], options: RunOptions): Promise<Answer[]> {
    const frames = argvs.map((argv) => this.#framed(argv));
    const mine = this.#turn.then(whatHasArrived).then(() => this.#exchange(frames, options));
    this.#turn = mine.catch(() => {});
    return mine;
  }

  #framed(argv: readonly string[]): CommandFrame {
    return frame(argv, this.#secret, this.#serial++);
  }

  /** Any command but the first waits for {@link whatHasArrived} before. */
  async #exchange(frames: readonly CommandFrame[], options: RunOptions): Promise<Answer[]> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    signal?.throwIfAborted();
    const [first] = frames;
    if (!first) return [];
    if (this.#ending) throw connectionLost(this.#ending.reason);
    const started = performance.now();
    const giveUp = () => this.#end({ asked: false, reason: 'the wait for an answer was aborted' });
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
 * Processes all output that has arrived so far: virsh reports at once that its connection is lost, but it opens a new one
 * for the next command and would execute that unnoticed. The first turn may only end a round of events that began before.
 */
async function whatHasArrived(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

function answerOf(
  argv: readonly string[],
  { stdout, stderr }: RawAnswer,
  durationMs: number,
): Answer {
  const error = errorIn(stderr);
  return error === undefined
    ? { argv, ok: true, stdout, stderr, durationMs }
    : { argv, ok: false, error, stderr, durationMs };
}
