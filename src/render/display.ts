/** How a run is shown to people: bars on a terminal, plain lines elsewhere. */
import type { Listener } from '../events.ts';
import { colorWanted } from './color.ts';
import { linesListener } from './lines.ts';
import type { Output } from './output.ts';

/** Takes events, and is closed after the last one. */
export interface Display {
  readonly listener: Listener;
  close(): Promise<void>;
  /** Stops drawing, leaves the output as it is and restores the terminal at once. */
  abandon(): void;
}

/** @param env describes the terminal: TERM, NO_COLOR, … */
export async function textDisplay(out: Output, env: NodeJS.ProcessEnv): Promise<Display> {
  if (!out.isTTY || env['TERM'] === 'dumb')
    return { listener: linesListener(out), close: async () => {}, abandon: () => {} };
  // The code that draws bars is slow to load, and a log file does not need it.
  const { terminalRenderer } = await import('./terminal.ts');
  return terminalRenderer(out, colorWanted(env, true));
}
