/** The answers of a simulated host, or of a hook, that does not do what it was asked. */
import { codes } from '../codes.ts';
import { type Effect, filesWrittenInto } from '../commands/effect.ts';
import { BlockplanError } from '../errors.ts';
import type { HookResult } from '../hook.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { Interrupted } from '../run/requests.ts';
import type { Fault } from './faults.ts';

/** Ends blockplan at once. One value for all, because an error's stack costs more than the rest of a case. */
export const ENDED = new Error('blockplan has ended');

export const PASSED: HookResult = { output: [] };
const STOPPED = { error: 'was interrupted', output: [], stopped: true } as const;

/** The result of a hook under a fault; it passes under any other. */
export const HOOK_RESULTS: { readonly [F in Fault]?: HookResult } = {
  'hook-fails': { error: 'exited with status 1', output: [] },
  'hook-hangs': { error: 'did not end in time and was killed', output: [] },
  'hook-stopped': STOPPED,
  'interrupted-during': STOPPED,
  'left-during': STOPPED,
};

export const REFUSED = new EffectFailed('the host refuses the command');
export const GUEST_IS_OFF = new EffectFailed('the domain is not running');
export const JOURNAL_FULL = new Error('no space left on device');
export const CONTACT_LOST = new BlockplanError('uncertain', [
  { code: codes.connectionLost, severity: 'error', message: 'the connection to libvirt is lost' },
]);

/** The refusal that is left after a run has asked often enough: another command holds the domain. */
export const UNREAD = new BlockplanError('preflight-refused', [
  { code: codes.domainUnreadable, severity: 'error', message: 'the domain cannot be read' },
]);

/** Whether a request was answered with that error. Any other error is a gap in the simulation. */
export function isAnswer(error: unknown): boolean {
  return (
    error instanceof EffectFailed ||
    error instanceof BlockplanError ||
    error instanceof Interrupted ||
    error === JOURNAL_FULL
  );
}

/** What a copy that was cut short has done. */
export function cutShort(effect: Extract<Effect, { tool: 'qemu-img' }>): Effect {
  // A target that existed before stays; its content is neither old nor new.
  return filesWrittenInto(effect).length > 0
    ? effect
    : { tool: 'make-file', file: effect.args.dest, why: effect.why };
}
