/** What `blockplan backups` prints: the points in time of a store as a table, and what is wrong below it. */
import { printable } from '../printable.ts';
import { sizeText } from '../size-text.ts';
import type { BackupListing, ListedBackup } from '../store/listing.ts';
import { timeText } from '../time-text.ts';
import { pluralText } from './amounts.ts';
import { type Paint, palette } from './color.ts';
import { renderFindings } from './findings.ts';
import { tableLines } from './table.ts';
import { wrapped } from './width.ts';

const HEAD = [
  ...[
    'STATE',
    'NAME',
    'TIME',
    'DISKS',
    'KIND',
    'PARENT',
    'ON DISK',
    'VIRTUAL',
    'QUIESCED',
    'VERIFIED',
  ],
] as const;

/** Longer lists of names are cut. */
const MOST_NAMES = 8;

/**
 * @param place the store as the user named it
 * @param columns the width at which sentences wrap; the table never does
 */
export function renderBackups(
  listing: BackupListing,
  place: string,
  color: boolean,
  columns: number,
): string {
  const { backups, findings } = listing;
  // The oldest first: what is wrong with one is often the cause for those after it.
  const all = [...findings, ...backups.toReversed().flatMap((each) => each.findings)];
  const notes = notesOn(listing).flatMap((note) => wrapped(printable(note), columns));
  const table = tableLines(
    HEAD,
    backups.map((each) => ({ cells: cells(each), paint: paintOf(each, color) })),
    color,
  );
  return [
    ...(backups.length === 0
      ? [`No backups in ${printable(place)}.`]
      : [headline(listing, place, palette(color).bold), ...table]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    ...(all.length === 0 ? [] : ['', renderFindings(all, color).trimEnd()]),
    '',
  ].join('\n');
}

function headline({ backups }: BackupListing, place: string, bold: Paint): string {
  const domains = [...new Set(backups.flatMap(({ domain }) => domain ?? []))];
  const drafts = backups.filter(({ state }) => state === 'draft').length;
  const size = backups.reduce((sum, each) => sum + each.size, 0);
  const counts = [
    pluralText(backups.length - drafts, 'backup'),
    ...(drafts === 0 ? [] : [pluralText(drafts, 'draft')]),
    sizeText(size),
  ];
  const who = domains.length === 0 ? 'an unknown guest' : named(domains);
  return `${bold(printable(who))} in ${printable(place)}: ${counts.join(', ')}`;
}

function cells(backup: ListedBackup): string[] {
  const { state, name, time, parent, size, disks, quiesced } = backup;
  const virtual = disks.reduce((sum, { capacity }) => sum + capacity, 0);
  return [
    state,
    printable(name),
    time === undefined ? '?' : timeText(time),
    disks.length === 0 ? '?' : printable(named(disks.map(({ target }) => target))),
    kindOf(backup),
    parent === undefined ? '-' : printable(parent),
    sizeText(size),
    disks.length === 0 ? '?' : sizeText(virtual),
    quiesced === undefined ? '?' : quiesced ? 'yes' : 'no',
    verifiedText(backup),
  ];
}

/** The day of the last verification, in UTC. */
function verifiedText({ verified, state }: ListedBackup): string {
  if (!verified) return state === 'draft' ? '-' : 'never';
  return verified.good ? timeText(verified.time).slice(0, 10) : 'damaged';
}

/** One word if all disks have the same mode. */
function kindOf({ disks }: ListedBackup): string {
  const modes = [...new Set(disks.map(({ mode }) => mode))];
  if (modes.length < 2) return modes[0] ?? '?';
  return disks.map(({ target, mode }) => `${printable(target)} ${mode}`).join(', ');
}

function paintOf({ state, leftOut }: ListedBackup, color: boolean): Paint {
  const { green, red, yellow } = palette(color);
  const whole = leftOut.some(({ lacking }) => lacking) ? yellow : green;
  return { complete: whole, broken: red, draft: yellow, merging: yellow }[state];
}

/** What a reader must know besides the table, in sentences. */
function notesOn({ backups, holders, strays }: BackupListing): string[] {
  const merging = backups.filter(({ state }) => state === 'merging');
  const drafts = backups.filter(({ state }) => state === 'draft');
  const ends = merging.map(({ name, into }) =>
    into === undefined ? `${name} (removed)` : `${name} (merged into ${into})`,
  );
  return [
    ...lackingDisks(backups),
    ...(backups.some(({ state }) => state === 'complete')
      ? ['The data of the images was not read: verify it with the step backup-verify.']
      : []),
    ...(drafts.length === 0
      ? []
      : [
          'A draft is a backup that is being created, or whose run was interrupted: it is incomplete.',
        ]),
    ...(merging.length === 0
      ? []
      : [
          `A prune has begun to remove: ${named(ends)}. Unless it is running, resume its run, or prune the store again.`,
        ]),
    ...(holders.length === 0 ? [] : [`The store is locked by: ${named(holders)}.`]),
    ...(strays.length === 0 ? [] : [`Files that belong to no backup: ${named(strays)}.`]),
  ];
}

/** A sentence for each disk that backups lack although the guest could write to it. */
function lackingDisks(backups: readonly ListedBackup[]): string[] {
  const lacking = new Map<string, string[]>();
  for (const { name, leftOut } of backups)
    for (const disk of leftOut.filter((each) => each.lacking)) {
      const without = `${disk.target} (${disk.reason})`;
      lacking.set(without, [...(lacking.get(without) ?? []), name]);
    }
  return [...lacking].map(([without, names]) => `Backups without ${without}: ${named(names)}.`);
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return [...names.slice(0, MOST_NAMES), ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}
