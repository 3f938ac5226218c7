/** `blockplan rehearse`: runs, undoes and reruns a plan on a throwaway libvirt with a similar guest. */
import { BlockplanError } from '../errors.ts';
import { refuseUnfit, refuseWithoutLab } from '../rehearse/refusals.ts';
import { rehearse as rehearsePlan } from '../rehearse/rehearse.ts';
import { renderRehearsal } from '../render/rehearsal.ts';
import { explained } from './explained.ts';
import { type HostStateOptions, planOnHost } from './host-state.ts';
import { draftFrom } from './read.ts';
import { resultText } from './result-text.ts';
import { onInterrupt } from './signals.ts';
import { thawGuardPath } from './thaw-guard-path.ts';
import { VERSION } from './version.ts';

export interface RehearseCommandOptions extends HostStateOptions {
  readonly set: readonly string[];
  readonly format: 'text' | 'json';
}

/** The shell's exit code for an interruption: an interrupted rehearsal leaves nothing to clean up. */
const INTERRUPTED = 130;

/** @returns the exit code */
export async function rehearseCommand(
  file: string,
  options: RehearseCommandOptions,
): Promise<number> {
  const draft = await draftFrom(file, options.set);
  await refuseWithoutLab();
  const { plan, state } = await planOnHost(draft, options);
  try {
    refuseUnfit(plan, state);
  } catch (error) {
    if (!(error instanceof BlockplanError) || options.facts !== undefined) throw error;
    const [first, ...rest] = await explained(error.findings, plan, state);
    throw first ? new BlockplanError(error.end, [first, ...rest]) : error;
  }
  const signals = onInterrupt((name) => {
    process.stderr.write(`rehearsal: ${name}: stopping; please wait\n`);
  });
  // A reader that goes away must not leave a lab behind.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const rehearsal = await rehearsePlan({
      plan,
      state,
      version: VERSION,
      thawGuard: thawGuardPath(),
      signal: signals.signal,
      tell: (what) => process.stderr.write(`rehearsal: ${what}\n`),
    });
    process.stdout.write(resultText(rehearsal, options.format, renderRehearsal));
    return rehearsal.exitCode;
  } catch (error) {
    if (!signals.signal.aborted || error instanceof BlockplanError) throw error;
    process.stdout.write('interrupted: the rehearsal was stopped and cleaned up\n');
    return INTERRUPTED;
  } finally {
    signals.release();
  }
}
