/** The hooks of a run, as its log has them. */
import { type Hook, type HookRef, isSameHook } from '../hook.ts';
import { isProcessAlive, type KnownProcess } from '../processes.ts';
import type { JournalEntry } from './journal.ts';

type Timed<Type extends JournalEntry['type']> = Extract<JournalEntry, { type: Type }> & {
  readonly time: string;
};

/** A hook that was started. */
export interface LoggedHook extends HookRef {
  readonly command: Hook['command'];
  readonly time: string;
  /** Absent if blockplan was killed before its program ran, or before that was recorded. */
  readonly process?: KnownProcess;
  /** Absent if none was written: then it is unknown what it did. */
  readonly answer?: Timed<'hook-finished'>;
  /** Set if it belongs to an end of the run that is not the last one. */
  readonly past?: true;
}

/** The hooks with one more record; a hook is answered before the next one is started. */
export function withHook(
  hooks: readonly LoggedHook[],
  record: Timed<'hook-started'> | Timed<'hook-process'> | Timed<'hook-finished'>,
): readonly LoggedHook[] {
  if (record.type === 'hook-started') {
    const { point, number, command, time } = record;
    return [...hooks, { point, number, command, time }];
  }
  const last = hooks.at(-1);
  if (!last || !isSameHook(last, record)) return hooks;
  if (record.type === 'hook-finished') return hooks.with(-1, { ...last, answer: record });
  const { pid, boot, started } = record;
  return hooks.with(-1, { ...last, process: { pid, boot, started } });
}

/**
 * The hooks after another end was recorded. Each end has its own: a run that was stranded and is resumed has another end,
 * and its hooks.
 */
export function withEndedHooks(hooks: readonly LoggedHook[]): readonly LoggedHook[] {
  return hooks.map((hook) => (hook.point === 'before' ? hook : { ...hook, past: true }));
}

/** A hook without a result whose process still runs on this machine, although blockplan was killed. */
export function runningHook(
  hooks: readonly LoggedHook[],
): (LoggedHook & { readonly process: KnownProcess }) | undefined {
  for (const hook of hooks) {
    const { process, answer } = hook;
    if (process && !answer && isProcessAlive(process)) return { ...hook, process };
  }
  return undefined;
}
