/** Questions to the user on a terminal. */
import { createInterface } from 'node:readline';

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

/** Whether an answer agrees: `y` and `yes` in any case; everything else means no. */
export function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer.trim());
}
