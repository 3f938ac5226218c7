/**
 * Which files hold the guest's writes. A disk is modelled as two things at once:
 * - an append-only log: each write must be in some layer;
 * - one block that the guest keeps overwriting: the topmost layer that has the block must hold its newest state, because an
 *   outdated overlay hides what was written below it since.
 *
 * Writes that are in the same files are merged: the content stays as small after a million writes as after ten, and two
 * hosts whose writes are in the same files are equal.
 */

/** What the guest has written to one disk. */
export interface Writes {
  /** For each group of writes, the files that hold it, sorted and joined by NUL; empty if no file holds it any longer. */
  readonly held: readonly string[];
  /** The files that hold the overwritten block, and whether they hold its newest state. */
  readonly newest: Readonly<Record<string, boolean>>;
  /**
   * The files that hold an earlier state of the disk, which was restored and compared with its backup. A guest that starts
   * from one misses nothing but what was written between that backup and the restore, as intended.
   */
  readonly restored?: readonly string[];
}

/** By disk. */
export type Content = Readonly<Record<string, Writes>>;

const SEPARATOR = '\0';

function filesOf(group: string): string[] {
  return group === '' ? [] : group.split(SEPARATOR);
}

function groupOf(files: Iterable<string>): string {
  return [...new Set(files)].sort().join(SEPARATOR);
}

function distinct(groups: readonly string[]): readonly string[] {
  return [...new Set(groups)].sort();
}

/** The initial content of a chain: each layer holds writes of its own, and the active one holds the newest. */
export function initialWrites(layers: readonly string[]): Writes {
  return {
    held: distinct(layers.map((file) => groupOf([file]))),
    newest: Object.fromEntries(layers.map((file, at) => [file, at === 0])),
  };
}

/** The guest writes something new to these files. Returns the same value if that changes nothing. */
export function withGuestWrite(
  content: Content,
  target: string,
  files: readonly string[],
): Content {
  const { held, newest, ...rest } = content[target] ?? { held: [], newest: {} };
  const group = groupOf(files);
  const settled = Object.entries(newest).every(([file, is]) => is === files.includes(file));
  if (settled && held.includes(group) && files.every((file) => newest[file])) return content;
  const stale = Object.fromEntries(Object.keys(newest).map((file) => [file, false]));
  return {
    ...content,
    [target]: {
      ...rest,
      held: held.includes(group) ? held : distinct([...held, group]),
      newest: { ...stale, ...Object.fromEntries(files.map((file) => [file, true])) },
    },
  };
}

/** Adds the content of the layers, topmost first, to what a file holds. */
export function withLayersCopied(
  content: Content,
  layers: readonly string[],
  into: string,
): Content {
  return changed(content, ({ held, newest, ...rest }) => {
    const top = layers.find((file) => file in newest);
    return {
      ...rest,
      held: distinct(
        held.map((group) => {
          const files = filesOf(group);
          return files.some((file) => layers.includes(file)) ? groupOf([...files, into]) : group;
        }),
      ),
      newest: top === undefined ? newest : { ...newest, [into]: newest[top] === true },
    };
  });
}

const POINT_OF = 'point of ';

/** The member of each group of writes that a backup into that file has to copy. */
function pointOf(file: string): string {
  return `${POINT_OF}${file}`;
}

/** A backup of the disk into that file begins: all that the guest has written until now belongs to it. */
export function withPoint(content: Content, target: string, file: string): Content {
  const { held, ...rest } = content[target] ?? { held: [], newest: {} };
  const point = pointOf(file);
  return {
    ...content,
    [target]: { ...rest, held: distinct(held.map((group) => groupOf([...filesOf(group), point]))) },
  };
}

/** The backup into that file is complete. */
export function withPointCopied(content: Content, file: string): Content {
  return changed(content, ({ held, ...rest }) => ({
    ...rest,
    held: distinct(
      held.map((group) =>
        groupOf(filesOf(group).map((each) => (each === pointOf(file) ? file : each))),
      ),
    ),
  }));
}

/** Whether something belongs to that backup, complete or not, and a reader of these layers finds all of it. */
export function holdsPoint({ held }: Writes, file: string, layers: readonly string[]): boolean {
  const groups = held.map(filesOf).filter((files) => files.includes(pointOf(file)));
  return groups.length > 0 && groups.every((files) => files.some((each) => layers.includes(each)));
}

/** A backup into that file is given up. */
export function withoutPoint(content: Content, file: string): Content {
  return withMemberRemoved(content, pointOf(file));
}

const OLDER_THAN = 'older than ';

/** The member of each group of writes that are older than a restored file, which therefore need not be in it. */
function olderThan(file: string): string {
  return `${OLDER_THAN}${file}`;
}

function isMark(member: string): boolean {
  return member.startsWith(POINT_OF) || member.startsWith(OLDER_THAN);
}

/** A copy of a backup of the disk has the content of that backup: it misses what was written until now. */
export function withRestored(content: Content, target: string, file: string): Content {
  const { held, newest, ...writes } = content[target] ?? { held: [], newest: {} };
  const restored = distinct([...(writes.restored ?? []), file]);
  const older = held.map((group) => groupOf([...filesOf(group), olderThan(file)]));
  return { ...content, [target]: { held: distinct(older), newest, restored } };
}

/** Whether a guest has written to the file. */
export function isWrittenTo(content: Content, file: string): boolean {
  return Object.values(content).some(({ held }) =>
    held.some((group) => filesOf(group).includes(file)),
  );
}

/** The files into which a backup has begun that is not complete. */
export function unfinishedCopies(content: Content): readonly string[] {
  const members = Object.values(content).flatMap(({ held }) => held.flatMap(filesOf));
  const points = members.filter((each) => each.startsWith(POINT_OF));
  return [...new Set(points.map((each) => each.slice(POINT_OF.length)))];
}

/** Empties the file. */
export function withFileEmptied(content: Content, file: string): Content {
  return withMemberRemoved(content, file);
}

function withMemberRemoved(content: Content, member: string): Content {
  return changed(content, ({ held, newest, restored }) => {
    const { [member]: _gone, ...rest } = newest;
    const left = restored?.filter((file) => file !== member) ?? [];
    return {
      held: distinct(
        held.map((group) => groupOf(filesOf(group).filter((each) => each !== member))),
      ),
      newest: rest,
      ...(left.length === 0 ? {} : { restored: left }),
    };
  });
}

function changed(content: Content, change: (writes: Writes) => Writes): Content {
  return Object.fromEntries(
    Object.entries(content).map(([target, writes]) => [target, change(writes)]),
  );
}

/** The guest's writes that a reader of these layers, topmost first, would not find; a clause for each loss. */
export function missingWrites(writes: Writes, layers: readonly string[]): string[] {
  // Also where an overlay is above the restored file.
  const restored = layers.find((file) => writes.restored?.includes(file));
  const lost = writes.held
    .map(filesOf)
    .filter((files) => restored === undefined || !files.includes(olderThan(restored)))
    .filter((files) => !files.some((file) => layers.includes(file)))
    .map((files) => files.filter((file) => !isMark(file)))
    .map((files) => `writes that only ${files.join(', ') || 'a removed file'} held`);
  const top = layers.find((file) => file in writes.newest);
  return top === undefined || writes.newest[top]
    ? lost
    : [...lost, `the newest writes, because ${top} has older data in their place`];
}
