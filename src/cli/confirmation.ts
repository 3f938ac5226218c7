/** A question on the terminal that needs a yes. */
import { createInterface } from 'node:readline';

/** Ctrl-C and Ctrl-D close the interface and count as no. In Node 20.19 the question itself is then never answered. */
export async function confirmed(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await new Promise<string>((resolve) => {
    terminal.once('close', () => resolve(''));
    terminal.question(question, resolve);
  });
  terminal.close();
  return isYes(answer);
}

/** `y` and `yes` in any case; everything else means no. */
export function isYes(answer: string): boolean {
  return /^y(es)?$/i.test(answer.trim());
}
