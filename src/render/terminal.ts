/**
 * A run on a terminal, drawn by listr2 and driven by our events: its tasks only wait on promises that events resolve.
 * The only importer of listr2, which is slow to load, so the command line imports it only if there is a terminal.
 */
import {
  DefaultRenderer,
  Listr,
  ListrDefaultRendererLogLevels,
  ListrLogger,
  ProcessOutput,
  Spinner,
} from 'listr2';
import type { Listener, RunEvent } from '../events.ts';
import { printable } from '../printable.ts';
import { blockLines } from './block-text.ts';
import { type Paint, palette } from './color.ts';
import { findingLine } from './findings.ts';
import { TerminalFrame, USUAL_COLUMNS, USUAL_ROWS } from './frame.ts';
import type { Output } from './output.ts';
import { leftUnfinishedText, type RunStartedEvent, renderReport, resumedText } from './report.ts';
import { RunView, type ViewItem } from './run-view.ts';
import { wrapped } from './width.ts';

/** A run's display. */
export interface TerminalRenderer {
  readonly listener: Listener;
  /** Resolves when everything is drawn and the cursor is restored; an unfinished run stays as it is drawn. */
  close(): Promise<void>;
  /** Restores the cursor at once, for a process that ends without waiting. */
  abandon(): void;
}

const SHOW_CURSOR = '\u001b[?25h';
/** The icon and the space in front of a block. */
const ICON_COLUMNS = 2;

/** Draws a run on a terminal, and writes the final report below. */
export function terminalRenderer(out: Output, color: boolean): TerminalRenderer {
  let started: RunStartedEvent | undefined;
  let display: Display | undefined;
  let closed: Promise<void> = Promise.resolve();
  return {
    listener(event) {
      if (event.event === 'run-started') {
        started = event;
        out.write(headText(event, color));
        display = new Display(new RunView(event), out, color);
      } else if (display) {
        display.take(event);
      } else {
        out.write(earlyText(event, columnsOf(out)));
      }
      if (event.event === 'run-left') {
        closed = (display?.end() ?? closed).then(() => {
          out.write(`\n${leftUnfinishedText(event, started)}\n`);
        });
      }
      if (event.event === 'run-finished') {
        const report = renderReport(event, started, color, columnsOf(out));
        closed = (display?.end() ?? closed).then(() => {
          out.write(display ? `\n${report}` : report);
        });
      }
    },
    close: () => {
      if (display && !display.ending) closed = display.end();
      return closed;
    },
    abandon: () => display?.abandon(),
  };
}

function headText(started: RunStartedEvent, color: boolean): string {
  const { bold, dim } = palette(color);
  const title = `${bold(printable(started.plan))} on ${bold(printable(started.domain))}`;
  return `${title}${resumedText(started)}\n${dim(`journal in ${printable(started.journal)}`)}\n\n`;
}

/** Events before the run has started, such as preflight's warnings. */
function earlyText(event: RunEvent, columns: number): string {
  const text =
    event.event === 'finding'
      ? findingLine(event.finding)
      : event.event === 'notice'
        ? printable(event.message)
        : undefined;
  return text === undefined ? '' : `${wrapped(text, columns).join('\n')}\n`;
}

function columnsOf(out: Output): number {
  return out.columns || USUAL_COLUMNS;
}

/** Listr's tasks, one for each block, and the promises that they wait on. */
class Display {
  ending = false;
  private readonly view: RunView;
  private readonly out: Output;
  private readonly color: boolean;
  private readonly listr: Listr<unknown, typeof DefaultRenderer, typeof DefaultRenderer>;
  private readonly spinner = new IdleSpinner();
  private readonly gates: readonly Gate[];
  private readonly drawn: Promise<unknown>;

  constructor(view: RunView, out: Output, color: boolean) {
    this.view = view;
    this.out = out;
    this.color = color;
    this.gates = [...view.steps, 'rollback'].map(() => new Gate());
    const tasks = this.gates.map((gate, index) => ({
      title: this.title(view.steps[index]),
      enabled: () => index < view.steps.length || view.rollback !== undefined,
      task: async (_context: unknown, task: { skip(): void }): Promise<void> => {
        const mark = await gate.passed;
        if (mark === 'skipped') task.skip();
        if (mark === 'failed') throw new Error('The block shows why.');
      },
    }));
    this.listr = new Listr(tasks, listrOptions(view, out, color, this.spinner));
    // A broken display must not break the run: the report still follows.
    this.drawn = this.listr.run().catch(() => this.abandon());
  }

  take(event: RunEvent): void {
    this.view.apply(event);
    if (!this.ending) this.refresh();
  }

  /** Ends every task with the mark of its block; the promise resolves when the last frame is drawn. */
  async end(): Promise<void> {
    this.ending = true;
    this.view.close();
    this.refresh();
    this.gates.at(-1)?.pass('skipped');
    await this.drawn;
  }

  abandon(): void {
    this.ending = true;
    this.spinner.stop();
    this.out.write(SHOW_CURSOR);
  }

  private refresh(): void {
    for (const [index, gate] of this.gates.entries()) {
      const block = this.view.steps[index] ?? this.view.rollback;
      const task = this.listr.tasks[index];
      if (!block || !task || gate.open) continue;
      const title = this.title(block);
      if (task.title !== title) task.title$ = title;
      if (block.mark !== 'waiting' && block.mark !== 'active') gate.pass(block.mark);
    }
  }

  private title(block: ViewItem | undefined): string {
    // A task without a title at first would always be drawn differently.
    if (!block) return ' ';
    const columns = columnsOf(this.out);
    // The last column stays free, because some terminals break a line that fills it.
    const width = columns - ICON_COLUMNS - 1;
    return blockLines(block, this.view.guest, width, this.color).join('\n');
  }
}

type Passed = 'done' | 'failed' | 'skipped';

/** What a task waits on. */
class Gate {
  open = false;
  readonly passed: Promise<Passed>;
  private resolve: (mark: Passed) => void = () => {};

  constructor() {
    this.passed = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  pass(mark: Passed): void {
    this.open = true;
    this.resolve(mark);
  }
}

/** A spinner that keeps no process alive. */
class IdleSpinner extends Spinner {
  private timer: NodeJS.Timeout | undefined;

  override isRunning(): boolean {
    return this.timer !== undefined;
  }

  override start(tick?: () => void, interval = 100): void {
    this.timer = setInterval(() => {
      this.spin();
      tick?.();
    }, interval).unref();
  }

  override stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

/** Writes to the given stream, and leaves the process's own streams alone. */
function handedOutput(out: Output): ProcessOutput {
  const stream = (write: (text: string) => void) =>
    ({
      write: (text: string) => {
        write(text);
        return true;
      },
    }) as unknown as NodeJS.WriteStream;
  return new ProcessOutput(
    stream((text) => out.write(text)),
    stream(() => {}),
  );
}

function listrOptions(view: RunView, out: Output, color: boolean, spinner: Spinner) {
  const { red, green, yellow, dim } = palette(color);
  const level = ListrDefaultRendererLogLevels;
  const painted = (paint: Paint) => (text?: string) => paint(text ?? '');
  const logger = new ListrLogger({ processOutput: handedOutput(out) });
  const renderer = eventRenderer(view, out, logger.process, spinner);
  const rendererOptions = {
    spinner,
    logger,
    showErrorMessage: false,
    showSkipMessage: false,
    icon: { [level.WAITING]: '·', [level.SKIPPED_WITH_COLLAPSE]: '·' },
    color: {
      [level.PENDING]: painted(yellow),
      [level.COMPLETED]: painted(green),
      [level.FAILED]: painted(red),
      [level.WAITING]: painted(dim),
      [level.SKIPPED_WITH_COLLAPSE]: painted(dim),
    },
  };
  return {
    concurrent: false,
    exitOnError: false,
    // On a signal the command line rolls back; listr would end the process.
    registerSignalListeners: false,
    renderer,
    rendererOptions,
    fallbackRenderer: renderer,
    fallbackRendererOptions: rendererOptions,
  };
}

/** Listr's renderer, with our fitted lines, in our own frame. */
function eventRenderer(
  view: RunView,
  out: Output,
  output: ProcessOutput,
  spinner: Spinner,
): typeof DefaultRenderer {
  const frame = new TerminalFrame(out);
  return class EventRenderer extends DefaultRenderer {
    /** The caller has already checked that there is a terminal. */
    static override nonTTY = true;

    override update(): void {
      frame.draw(withinHeight(this.create(), view, out));
    }

    override end(): void {
      spinner.stop();
      frame.clear();
      output.toStdout(this.create({ prompt: false }));
      output.release();
    }

    protected override format(message: string, icon: string): string[] {
      const [first = '', ...rest] = message.split('\n');
      return [`${icon} ${first}`, ...rest.map((line) => ' '.repeat(ICON_COLUMNS) + line)];
    }
  };
}

/** Leaves out steps that have not started if the frame is higher than the terminal: their lines are last. */
function withinHeight(text: string, view: RunView, out: Output): string {
  const lines = text.split('\n');
  const surplus = lines.length - ((out.rows || USUAL_ROWS) - 1);
  if (surplus <= 0 || view.rollback) return text;
  const begun = view.steps.findLastIndex((step) => step.mark !== 'waiting');
  const waiting = view.steps.length - 1 - Math.max(0, begun);
  const hidden = Math.min(waiting, surplus + 1);
  if (hidden < 2) return text;
  return [...lines.slice(0, lines.length - hidden), `· ${hidden} more steps`].join('\n');
}
