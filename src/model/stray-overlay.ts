/** An overlay that becomes invalid if the layer below it is changed or removed. */
export interface StrayOverlay {
  readonly file: string;
  /** The guest's layer that it names as its backing file. */
  readonly backing: string;
  /** The guest's snapshot whose data it holds. */
  readonly snapshot?: string;
}

/** How many places are named. */
const MOST_NAMED = 3;

/**
 * Says that overlays may have been missed.
 * @param files those that the overlays would need
 * @param places what was not read
 */
export function unsearchedText(files: readonly string[], places: readonly string[]): string {
  const more = places.length - MOST_NAMED;
  const named = [...places.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])];
  return `the search for overlays that need ${files.join(', ')} was incomplete: ${named.join(', ')} could not be read, or not in time`;
}
