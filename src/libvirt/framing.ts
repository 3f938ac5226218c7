/**
 * Separates the answers in the two output streams of a virsh session. Pure text in, text out.
 *
 * virsh echoes its prompt and its input on stdout (readline scrolls long lines sideways, so that echo cannot be parsed),
 * and does not mark where an answer ends. A command is therefore sent between `echo`s of an unguessable token, on the same
 * line: virsh prints no prompt within one line, so the text between the tokens is the command's output and nothing else. A
 * line that virsh cannot parse is not run at all, tokens included; a second line with a last token ends the answer in both
 * cases.
 */
import { quoteCommand } from './quote.ts';

/** What virsh printed on its two streams for one command. */
export interface RawAnswer {
  readonly stdout: string;
  readonly stderr: string;
}

/** The lines to write for one command, and how to find its answer. */
export interface CommandFrame {
  readonly argv: readonly string[];
  /** Two lines for virsh's standard input. */
  readonly input: string;
  readonly marks: Marks;
}

interface Marks {
  readonly start: string;
  readonly end: string;
  readonly last: string;
}

/** One answer taken from the front of the received text, and the rest. */
export interface TakenAnswer {
  readonly raw: RawAnswer;
  readonly restOut: string;
  readonly restErr: string;
}

/**
 * Puts a command between its marks.
 *
 * @param argv the virsh command, see `quoteCommand`
 * @param secret a random token of this session, which no output contains by chance
 * @param serial the number of the command in this session
 * @throws BlockplanError wordNotSendable when the command cannot be sent
 */
export function frame(argv: readonly string[], secret: string, serial: number): CommandFrame {
  const command = quoteCommand(argv);
  const mark = (place: string) => ({
    // The empty quotes keep the token, as virsh prints it, out of the echo of the input.
    typed: `${secret}''${serial}${place}`,
    printed: `${secret}${serial}${place}`,
  });
  const start = mark('s');
  const end = mark('e');
  const last = mark('l');
  return {
    argv,
    input:
      `echo ${start.typed}; ${command}; echo ${end.typed}; echo --err ${end.typed}\n` +
      `echo ${last.typed}; echo --err ${last.typed}\n`,
    marks: { start: start.printed, end: end.printed, last: last.printed },
  };
}

/**
 * The answer to a frame if all of it has arrived on both streams.
 *
 * @param out all stdout since the previous answer
 * @param err all stderr since the previous answer
 */
export function takeAnswer(marks: Marks, out: string, err: string): TakenAnswer | undefined {
  const lastErr = lineEnd(err, `error: ${marks.last}`);
  if (lastErr < 0) return undefined;
  const lastOut = lineEnd(out, marks.last);
  if (lastOut < 0) return undefined;
  return {
    raw: {
      stdout: stdoutOf(marks, out.slice(0, lastOut)),
      stderr: stderrOf(marks, err.slice(0, lastErr)),
    },
    restOut: out.slice(lastOut),
    restErr: err.slice(lastErr),
  };
}

/** The index after the line that ends in `text`, or -1. The mark is near the end of the stream, so search from there. */
function lineEnd(stream: string, text: string): number {
  const at = stream.lastIndexOf(`${text}\n`);
  return at < 0 ? -1 : at + text.length + 1;
}

function stdoutOf(marks: Marks, out: string): string {
  const from = out.lastIndexOf(`${marks.start}\n`);
  const to = out.lastIndexOf(`${marks.end}\n`);
  if (from < 0 || to < 0) return '';
  const text = out.slice(from + marks.start.length + 1, to);
  // virsh ends every command with one more line break (vshCommandRun), even those that print nothing.
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

function stderrOf(marks: Marks, err: string): string {
  const end = err.lastIndexOf(`error: ${marks.end}\n`);
  return err.slice(0, end >= 0 ? end : err.lastIndexOf(`error: ${marks.last}\n`));
}

/** Progress ends without a line break, so an error may follow it on the same line: `Migration: [ 42 %]error: …`. */
const ERROR = /(?<=^|%\])error: ?/m;

/**
 * libvirt's messages in what virsh wrote to stderr, or undefined when it reported no error. virsh writes each as
 * `error: …` at the start of a line; a message may continue on further lines. Progress and notes on stderr, such as those
 * of `blockjob --info`, have no such prefix.
 */
export function errorIn(stderr: string): string | undefined {
  const [, ...sentences] = stderr.split(ERROR);
  if (sentences.length === 0) return undefined;
  return sentences
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '')
    .join(': ');
}
