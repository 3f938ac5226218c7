/** How a run is shown to people: bars on a terminal, plain lines elsewhere. */
import type { Listener } from '../events.ts';
import { colorWanted } from './color.ts';
import { linesListener } from './lines.ts';
import type { Output } from './output.ts';

/** Something that is told events, and closed when there are no more. */
export interface Display {
  readonly listener: Listener;
  close(): Promise<void>;
  /** Leaves what is drawn as it stands, and gives the terminal back at once. */
  abandon(): void;
}

/** @param env what tells of the terminal: TERM, NO_COLOR, … */
export async function textDisplay(out: Output, env: NodeJS.ProcessEnv): Promise<Display> {
  if (!out.isTTY || env['TERM'] === 'dumb')
    return { listener: linesListener(out), close: async () => {}, abandon: () => {} };
  // What draws bars takes its time to load, which a log in a file need not wait for.
  const { terminalRenderer } = await import('./terminal.ts');
  return terminalRenderer(out, colorWanted(env, true));
}
