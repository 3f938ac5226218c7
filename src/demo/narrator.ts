/** Tells a story in a terminal: sentences, and commands that are shown and then run exactly as they are shown. */
import { type ChildProcess, spawn } from 'node:child_process';

/** The terminal was closed, or somebody pressed Ctrl-C: the story ends here. */
class Interrupted extends Error {
  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
  }
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Lines longer than this are hard to read, however wide the terminal is. */
const WIDEST = 88;

/** Where commands run, and what they find in their environment. */
interface Setting {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Says, shows and runs; after an interruption each of its methods throws {@link Interrupted}. */
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

  /** Whether somebody wants the story to end. */
  get interrupted(): boolean {
    return this.#interruption !== undefined;
  }

  /** Aborts when somebody wants the story to end. */
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

  /** A small table: words, and what there is to say of each. */
  list(rows: readonly (readonly [string, string])[]): void {
    const width = Math.max(...rows.map(([word]) => word.length));
    for (const [word, text] of rows) this.#write(`  ${word.padEnd(width)}  ${text}`, 'command');
  }

  /** Shows a command of the shell and runs it, with its output in the terminal; returns its exit code. */
  async run(text: string): Promise<number> {
    this.#write(styled('36', `$ ${text}`), 'command');
    const code = await ended(this.#spawn(text));
    this.#check();
    return code;
  }

  /** Shows and runs one command after the other; rejects when one of them fails. */
  async runAll(...texts: string[]): Promise<void> {
    for (const text of texts) {
      const code = await this.run(text);
      if (code !== 0) throw new Error(`this ended with ${code}: ${text}`);
    }
  }

  /** Shows a command of the shell and starts it beside what follows; what it prints is not shown. */
  beside(text: string): void {
    this.#write(styled('36', `$ ${text} &`), 'command');
    this.#besides.push(this.#spawn(text, true));
  }

  /** Waits for something that takes its time, but not past an interruption. */
  async until<T>(what: Promise<T>): Promise<T> {
    return Promise.race([what, this.#interrupted]);
  }

  /** Waits until no command runs; those that go on for too long are killed. */
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

  /** An empty line stands before a paragraph, except below its title. */
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
    // blockplan shall have the terminal, and in place of its shell, so that a signal reaches it. All else is better off
    // without: a virsh that has a terminal starts an agent to ask for passwords, which complains where polkit is absent.
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
