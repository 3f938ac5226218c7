/** What `blockplan status --max-age` prints about backup stores. */
import { blockplanCommand } from '../command.ts';
import { printable } from '../printable.ts';
import { timeText } from '../time-text.ts';
import { durationText } from './amounts.ts';
import { palette } from './color.ts';
import { wrapped } from './width.ts';

export interface BackupAge {
  /** The path of the store. */
  readonly store: string;
  /** The newest good backup; absent if there is none. */
  readonly backup?: string;
  /** When it was made: ISO 8601, in UTC. */
  readonly time?: string;
  /** Whether it is older than allowed, or no good backup is known. */
  readonly isTooOld: boolean;
  /** Why its age is unknown, as a clause. */
  readonly problem?: string;
}

/** A line for each store, and the command that lists the backups of those that need attention. */
export function renderBackupAges(
  ages: readonly BackupAge[],
  now: number,
  color: boolean,
  columns: number,
): string {
  if (ages.length === 0)
    return `${wrapped('No run on this machine has made a backup; name a store with --store.', columns).join('\n')}\n`;
  return ages
    .flatMap((age) => linesOf(age, now, color, columns))
    .join('\n')
    .concat('\n');
}

function linesOf(age: BackupAge, now: number, color: boolean, columns: number): string[] {
  const { store, backup = '', time, isTooOld, problem } = age;
  const { bold, red, green } = palette(color);
  const word = isTooOld ? 'too old' : 'recent';
  const since = durationText(now - Date.parse(time ?? ''));
  const what =
    problem ?? `the newest good backup in ${store}, ${backup}, is ${since} old (${timeText(time)})`;
  const [head = '', ...rest] = wrapped(printable(`${word}: ${what}`), columns - 2);
  return [
    head.replace(word, bold((isTooOld ? red : green)(word))),
    ...rest.map((line) => `  ${line}`),
    ...(isTooOld ? [`  $ ${blockplanCommand('backups', store)}`] : []),
  ];
}
