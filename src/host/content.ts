/**
 * Where the guest's writes are. A disk is taken for two things at once: a log to which the guest only adds, so that each
 * write has to be in some layer, and one block that it writes over and over, so that the topmost layer that has the block
 * has to have its newest state: an overlay that was left behind hides what was written below it since.
 *
 * Writes that lie in the same files are one: so a content is as small after a million writes as after ten, and two hosts
 * whose writes lie in the same places are equal.
 */

/** What the guest has written to one disk. */
export interface Writes {
  /** For each group of writes the files that hold it, sorted and joined by NUL; empty where none holds it any more. */
  readonly held: readonly string[];
  /** The files that hold the block that is written over and over, and whether its newest state. */
  readonly newest: Readonly<Record<string, boolean>>;
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

/** What a chain holds before anybody looks: each layer something of its own, and the active one the newest. */
export function initialWrites(layers: readonly string[]): Writes {
  return {
    held: distinct(layers.map((file) => groupOf([file]))),
    newest: Object.fromEntries(layers.map((file, at) => [file, at === 0])),
  };
}

/** The guest writes something new, which reaches these files. The same value where that changes nothing. */
export function withGuestWrite(
  content: Content,
  target: string,
  files: readonly string[],
): Content {
  const { held, newest } = content[target] ?? { held: [], newest: {} };
  const group = groupOf(files);
  const settled = Object.entries(newest).every(([file, is]) => is === files.includes(file));
  if (settled && held.includes(group) && files.every((file) => newest[file])) return content;
  const stale = Object.fromEntries(Object.keys(newest).map((file) => [file, false]));
  return {
    ...content,
    [target]: {
      held: held.includes(group) ? held : distinct([...held, group]),
      newest: { ...stale, ...Object.fromEntries(files.map((file) => [file, true])) },
    },
  };
}

/** What the layers hold, topmost first, goes into a file that keeps whatever else it has. */
export function withLayersCopied(
  content: Content,
  layers: readonly string[],
  into: string,
): Content {
  return changed(content, ({ held, newest }) => {
    const top = layers.find((file) => file in newest);
    return {
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

/** The file holds nothing any more. */
export function withFileEmptied(content: Content, file: string): Content {
  return changed(content, ({ held, newest }) => {
    const { [file]: _gone, ...rest } = newest;
    return {
      held: distinct(held.map((group) => groupOf(filesOf(group).filter((each) => each !== file)))),
      newest: rest,
    };
  });
}

function changed(content: Content, change: (writes: Writes) => Writes): Content {
  return Object.fromEntries(
    Object.entries(content).map(([target, writes]) => [target, change(writes)]),
  );
}

/** What somebody who reads these layers, topmost first, would not find of the guest's writes; a clause for each loss. */
export function missingWrites(writes: Writes, layers: readonly string[]): string[] {
  const lost = writes.held
    .map(filesOf)
    .filter((files) => !files.some((file) => layers.includes(file)))
    .map((files) => `writes that only ${files.join(', ') || 'a removed file'} held`);
  const top = layers.find((file) => file in writes.newest);
  return top === undefined || writes.newest[top]
    ? lost
    : [...lost, `the newest writes, which ${top} hides with older ones`];
}
