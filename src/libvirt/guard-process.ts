/** A thaw guard as blockplan sees it: a process that is told to freeze, and that thaws when it is left. */
import type { Argv, HostIO, RunningProgram } from '../host-io/host-io.ts';
import type { GuardMessage, GuardOrder } from './thaw-guard.ts';

/** How long the guard may take to start: it loads its code and connects to libvirt. */
const START_MS = 60_000;

/** How long it may take for a freeze besides virsh's answer: it connects to libvirt, and asks for the guest. */
const PREPARE_MS = 60_000;

export class GuardProcess {
  readonly #program: RunningProgram;
  /** The line that is not complete. */
  #line = '';
  #stderr = '';
  /** Why it can be told nothing any more. */
  #over: string | undefined;
  #hasThawed = false;
  #receive: ((message: GuardMessage | undefined) => void) | undefined;

  private constructor(program: RunningProgram) {
    this.#program = program;
    program.stdout.on('data', (text: string) => this.#hear(text));
    program.stderr.on('data', (text: string) => {
      this.#stderr += text;
    });
    void program.exited.then(() => {
      this.#over ??= this.#stderr.trim() || 'the thaw guard has ended';
      this.#receive?.(undefined);
    });
  }

  /** @returns the guard once it can freeze and thaw, or why it cannot */
  static async start(io: HostIO, argv: Argv): Promise<GuardProcess | string> {
    const program = io.start(argv, { stdin: 'pipe' });
    const guard = new GuardProcess(program);
    const said = await guard.#message(START_MS);
    if (said?.says === 'ready') return guard;
    program.kill();
    return guard.#over ?? `it was not ready after ${START_MS / 1000} s`;
  }

  /** Whether it has thawed the guest, because the time was over. */
  get hasThawed(): boolean {
    return this.#hasThawed;
  }

  /** @param answerMs how long virsh may take */
  async freeze(answerMs: number): Promise<GuardMessage> {
    if (this.#over !== undefined) return { says: 'unsent', text: this.#over };
    const limitMs = answerMs + PREPARE_MS;
    const message = this.#message(limitMs);
    const order: GuardOrder = 'freeze';
    this.#program.stdin.write(`${order}\n`);
    const said = await message;
    if (said) return said;
    // Left alone, it does not send the freeze any more, or thaws.
    const why = this.#over ?? `the thaw guard did not answer within ${limitMs / 1000} s`;
    this.leave();
    return { says: 'unanswered', text: why };
  }

  /** Ends it without a thaw. */
  disarm(): void {
    if (this.#over !== undefined) return;
    this.#over = 'the thaw guard was ended';
    const order: GuardOrder = 'disarm';
    this.#program.stdin.end(`${order}\n`, () => this.#program.leave());
  }

  /** Ends its input: it thaws at once what it may have frozen, and continues until it has. */
  leave(): void {
    if (this.#over !== undefined) return;
    this.#over = 'the thaw guard was left';
    this.#program.leave();
  }

  /** The next message but that of a thaw; undefined if there is none in that time, or the guard has ended. */
  async #message(limitMs: number): Promise<GuardMessage | undefined> {
    if (this.#over !== undefined) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const message = await new Promise<GuardMessage | undefined>((resolve) => {
      this.#receive = resolve;
      timer = setTimeout(() => resolve(undefined), limitMs);
    });
    clearTimeout(timer);
    this.#receive = undefined;
    return message;
  }

  #hear(text: string): void {
    const lines = `${this.#line}${text}`.split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as GuardMessage;
      if (message.says === 'thawed') this.#hasThawed = true;
      else this.#receive?.(message);
    }
  }
}
