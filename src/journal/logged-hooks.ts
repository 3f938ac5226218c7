/** The hooks of a run, as its log has them. */
import { type Hook, type HookRef, isSameHook } from '../hook.ts';
import type { End } from '../outcomes.ts';
import type { JournalEntry } from './journal.ts';

type Timed<Type extends JournalEntry['type']> = Extract<JournalEntry, { type: Type }> & {
  readonly time: string;
};

/** A hook that was started. */
export interface LoggedHook extends HookRef {
  readonly command: Hook['command'];
  /** The number of attempts until then, including the one that started it. */
  readonly attempt: number;
  readonly time: string;
  /** Absent if none was written: then it is unknown what it did. */
  readonly answer?: Timed<'hook-finished'>;
}

/** The part of a log that is about hooks. */
interface HookLog {
  readonly hooks: readonly LoggedHook[];
  readonly attempts: readonly { readonly end?: End | 'left' }[];
}

/** The hooks with one more record; a hook is answered before the next one is started. */
export function withHook(
  { hooks, attempts }: HookLog,
  record: Timed<'hook-started'> | Timed<'hook-finished'>,
): readonly LoggedHook[] {
  if (record.type === 'hook-started') {
    const { point, number, command, time } = record;
    return [...hooks, { point, number, command, attempt: attempts.length, time }];
  }
  const last = hooks.at(-1);
  return last && isSameHook(last, record) ? hooks.with(-1, { ...last, answer: record }) : hooks;
}

/**
 * The hooks that were started for the end that the run leads to. Each recorded end has its own: a run that was stranded
 * and is resumed has another end, and its hooks.
 */
export function currentHooks({ hooks, attempts }: HookLog): readonly LoggedHook[] {
  return hooks.filter(
    ({ point, attempt }) =>
      point === 'before' ||
      attempts
        .slice(Math.max(0, attempt - 1))
        .every(({ end }) => end === undefined || end === 'left'),
  );
}
