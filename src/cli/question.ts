/** Questions to the user on a terminal. */
import { createInterface } from 'node:readline';
import { BlockplanError } from '../errors.ts';

/** Whether the user can be asked: standard input and the stream for the question are terminals. */
export function canAsk(output: Pick<NodeJS.WriteStream, 'isTTY'>): boolean {
  return process.stdin.isTTY === true && output.isTTY === true;
}

/**
 * @param output the stream for the question: standard error where standard output is for the result
 * @returns the answer; empty if the user ends the input. Ctrl-C and Ctrl-D close the interface, and Node 20.19 then never
 *   answers the question itself.
 */
export async function ask(question: string, output: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output });
  const answer = await new Promise<string>((resolve) => {
    terminal.once('close', () => resolve(''));
    terminal.question(question, resolve);
  });
  terminal.close();
  return answer.trim();
}

/** How often a question is asked that gets no valid answer. */
const MOST_ATTEMPTS = 3;

/**
 * Asks again, with the reason, while the answer is refused, so that the answers before it are not lost. An empty answer is
 * not asked again: the user may have ended the input.
 * @param read returns what the answer stands for, or throws the refusal
 * @throws the refusal of an empty answer or of the last attempt
 */
export async function askUntilValid<Value>(
  question: string,
  output: NodeJS.WritableStream,
  read: (answer: string) => Value | Promise<Value>,
): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(question, output);
    try {
      return await read(answer);
    } catch (error) {
      const isRefused = error instanceof BlockplanError;
      if (!isRefused || answer === '' || attempt === MOST_ATTEMPTS) throw error;
      const { printFindings } = await import('./print-findings.ts');
      printFindings(error.findings);
    }
  }
}

/** Whether an answer agrees: `y` and `yes` in any case; everything else means no. */
export function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer.trim());
}
