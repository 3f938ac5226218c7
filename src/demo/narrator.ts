/** Narrates the demo in a terminal: sentences, and commands that are shown and then run exactly as shown. */
import { type ChildProcess, spawn } from 'node:child_process';

/** The terminal was closed, or the user pressed Ctrl-C: the demo ends. */
class Interrupted extends Error {
  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
  }
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 88;

/** The working directory and environment of the commands. */
interface Setting {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Prints text and runs commands; after an interruption each method throws {@link Interrupted}. */
export class Narrator {
  readonly #children = new Set<ChildProcess>();
  readonly #interrupted: Promise<never>;
  readonly #besides: ChildProcess[] = [];
  readonly #controller = new AbortController();
  #interruption: Interrupted | undefined;
  #last = 'title';
  #setting: Setting = { cwd: '/', env: {} };

  constructor() {
    this.#interrupted = new Promise((_resolve, reject) => {
      for (const signal of SIGNALS) {
        process.on(signal, () => {
          this.#interruption ??= new Interrupted(signal);
          reject(this.#interruption);
          this.#controller.abort(this.#interruption);
          this.#passOn(signal);
        });
      }
    });
    this.#interrupted.catch(() => {});
  }

  set setting(setting: Setting) {
    this.#setting = setting;
  }

  /** Whether the user has interrupted the demo. */
  get interrupted(): boolean {
    return this.#interruption !== undefined;
  }

  /** Aborts when the user interrupts the demo. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** A heading. */
  title(text: string): void {
    this.#write(`${styled('1', text)}`, 'title');
  }

  /** A paragraph, broken into lines that fit the terminal. */
  say(text: string): void {
    const columns = Math.min(process.stdout.columns ?? WIDEST, WIDEST);
    this.#write(broken(text, columns).join('\n'), 'words');
  }

  /** A small table of words and their texts. */
  list(rows: readonly (readonly [string, string])[]): void {
    const width = Math.max(...rows.map(([word]) => word.length));
    for (const [word, text] of rows) this.#write(`  ${word.padEnd(width)}  ${text}`, 'command');
  }

  /** Shows a shell command and runs it, with its output in the terminal; returns its exit code. */
  async run(text: string): Promise<number> {
    this.#write(styled('36', `$ ${text}`), 'command');
    const code = await ended(this.#spawn(text));
    this.#check();
    return code;
  }

  /** Shows and runs the commands in order; rejects if one of them fails. */
  async runAll(...texts: string[]): Promise<void> {
    for (const text of texts) {
      const code = await this.run(text);
      if (code !== 0) throw new Error(`command exited with ${code}: ${text}`);
    }
  }

  /** Shows a shell command and starts it in the background; its output is not shown. */
  beside(text: string): void {
    this.#write(styled('36', `$ ${text} &`), 'command');
    this.#besides.push(this.#spawn(text, true));
  }

  /** Waits for a promise, but not after an interruption. */
  async until<T>(what: Promise<T>): Promise<T> {
    return Promise.race([what, this.#interrupted]);
  }

  /** Waits until no command runs; kills those that run longer than `patienceMs`, in milliseconds. */
  async silence(patienceMs: number): Promise<void> {
    for (const child of this.#besides) child.kill('SIGKILL');
    const all = Promise.all([...this.#children].map(ended));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([all, late]);
    clearTimeout(timer);
    for (const child of this.#children) child.kill('SIGKILL');
    await all;
  }

  /** An empty line precedes a title and a paragraph, but not a paragraph directly below a title. */
  #write(text: string, kind: 'title' | 'words' | 'command'): void {
    this.#check();
    const gap = kind === 'title' || (kind === 'words' && this.#last !== 'title') ? '\n' : '';
    this.#last = kind;
    process.stdout.write(`${gap}${text}\n`);
  }

  #check(): void {
    if (this.#interruption) throw this.#interruption;
  }

  #spawn(text: string, silent = false): ChildProcess {
    // blockplan gets the terminal and replaces its shell, so that a signal reaches it. Other commands get no terminal: a
    // virsh with a terminal starts a password agent, which complains if polkit is missing.
    const own = text.startsWith('blockplan ');
    const child = spawn('sh', ['-c', own ? `exec ${text}` : text], {
      ...this.#setting,
      stdio: silent ? 'ignore' : [own ? 'inherit' : 'ignore', 'inherit', 'inherit'],
      detached: !own,
    });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    child.once('error', () => this.#children.delete(child));
    return child;
  }

  /** The terminal sends Ctrl-C to the commands itself; a second signal would interrupt the rollback. */
  #passOn(signal: NodeJS.Signals): void {
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    // blockplan ignores a hang-up, so the commands get SIGTERM instead.
    for (const child of this.#children) child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  }
}

function ended(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve(child.exitCode ?? -1);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
}

/** The text with a terminal style (SGR), if the output is a terminal that supports it. */
function styled(style: string, text: string): string {
  const plain = !process.stdout.isTTY || process.env['NO_COLOR'] || process.env['TERM'] === 'dumb';
  return plain ? text : `\u001b[${style}m${text}\u001b[0m`;
}

function broken(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
