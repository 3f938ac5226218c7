/** Tells a story in a terminal: sentences, and commands that are shown and then run exactly as they are shown. */
import { type ChildProcess, spawn } from 'node:child_process';

/** The terminal was closed, or somebody pressed Ctrl-C: the story ends here. */
export class Interrupted extends Error {
  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
  }
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 88;

/** Where commands run, and what they find in their environment. */
export interface Setting {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Says, shows and runs; after an interruption each of its methods throws {@link Interrupted}. */
export class Narrator {
  readonly #children = new Set<ChildProcess>();
  readonly #interrupted: Promise<never>;
  #interruption: Interrupted | undefined;
  #setting: Setting = { cwd: '/', env: {} };

  constructor() {
    this.#interrupted = new Promise((_resolve, reject) => {
      for (const signal of SIGNALS) {
        process.on(signal, () => {
          this.#interruption ??= new Interrupted(signal);
          reject(this.#interruption);
          this.#passOn(signal);
        });
      }
    });
    this.#interrupted.catch(() => {});
  }

  set setting(setting: Setting) {
    this.#setting = setting;
  }

  /** A heading. */
  title(text: string): void {
    this.#check();
    process.stdout.write(`\n${styled('1', text)}\n`);
  }

  /** A paragraph, broken into lines that fit the terminal. */
  say(text: string): void {
    this.#check();
    const columns = Math.min(process.stdout.columns ?? WIDEST, WIDEST);
    process.stdout.write(`${broken(text, columns).join('\n')}\n`);
  }

  /** Shows a command of the shell and runs it, with its output where the command left it; returns its exit code. */
  async run(text: string): Promise<number> {
    this.#check();
    process.stdout.write(`${styled('36', `$ ${text}`)}\n`);
    // With exec there is no shell in between that a signal would stop at.
    const code = await ended(this.#spawn(`exec ${text}`));
    this.#check();
    return code;
  }

  /** Shows commands of the shell and runs them; rejects when one fails. */
  async runAll(text: string): Promise<void> {
    this.#check();
    process.stdout.write(`${styled('36', `$ ${text.replaceAll('\n', '\n$ ')}`)}\n`);
    const code = await ended(this.#spawn(`set -e\n${text}`));
    this.#check();
    if (code !== 0) throw new Error(`this ended with ${code}: ${text}`);
  }

  /** Shows a command of the shell and starts it beside what follows; what it prints is not shown. */
  beside(text: string): void {
    this.#check();
    process.stdout.write(`${styled('36', `$ ${text} &`)}\n`);
    this.#spawn(text, 'ignore');
  }

  /** Waits for something that takes its time, but not past an interruption. */
  async until<T>(what: Promise<T>): Promise<T> {
    return Promise.race([what, this.#interrupted]);
  }

  /** Waits until no command runs; those that go on for too long are killed. */
  async silence(patienceMs: number): Promise<void> {
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

  #check(): void {
    if (this.#interruption) throw this.#interruption;
  }

  #spawn(text: string, stdio: 'inherit' | 'ignore' = 'inherit'): ChildProcess {
    const child = spawn('sh', ['-c', text], { ...this.#setting, stdio });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    child.once('error', () => this.#children.delete(child));
    return child;
  }

  /** A terminal has told the commands of a Ctrl-C already; told twice, they would take it for impatience. */
  #passOn(signal: NodeJS.Signals): void {
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    // A hang-up is something that blockplan sits out, so its commands are asked to end instead.
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

/** Text with a terminal's style (SGR), where there is one that wants it. */
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
