/** `blockplan rehearse`: does the plan, undoes it and does it again on a throwaway libvirt with a guest of the same shape. */
import { BlockplanError } from '../errors.ts';
import { refuseUnfit, refuseWithoutLab } from '../rehearse/refusals.ts';
import { rehearse as rehearsePlan } from '../rehearse/rehearse.ts';
import { renderRehearsal } from '../render/rehearsal.ts';
import { type HostStateOptions, readHostState } from './host-state.ts';
import { planFrom } from './read.ts';
import { resultText } from './result-text.ts';
import { onInterrupt } from './signals.ts';
import { VERSION } from './version.ts';

export interface RehearseCommandOptions extends HostStateOptions {
  readonly set: readonly string[];
  readonly output: 'text' | 'json';
}

/** An interruption undoes nothing that a user would miss: the shell's code for it says so. */
const INTERRUPTED = 130;

/** @returns the exit code */
export async function rehearseCommand(
  file: string,
  options: RehearseCommandOptions,
): Promise<number> {
  const plan = await planFrom(file, options.set);
  await refuseWithoutLab();
  const state = await readHostState(plan, options);
  refuseUnfit(plan, state);
  const signals = onInterrupt((name) => {
    process.stderr.write(`rehearsal: ${name}: it is being ended; please wait\n`);
  });
  // A reader that goes away must not leave a lab behind.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const rehearsal = await rehearsePlan({
      plan,
      state,
      version: VERSION,
      signal: signals.signal,
      tell: (what) => process.stderr.write(`rehearsal: ${what}\n`),
    });
    process.stdout.write(resultText(rehearsal, options.output, renderRehearsal));
    return rehearsal.exitCode;
  } catch (error) {
    if (!signals.signal.aborted || error instanceof BlockplanError) throw error;
    process.stdout.write(
      'interrupted: the rehearsal did not come to its end; nothing of it is left\n',
    );
    return INTERRUPTED;
  } finally {
    signals.release();
  }
}
