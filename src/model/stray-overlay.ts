/** Overlays that no domain's XML names. */

/** An overlay that becomes invalid if the layer below it is changed or removed. */
export interface StrayOverlay {
  readonly file: string;
  /** The guest's layer that it names as its backing file. */
  readonly backing: string;
  /** The guest's snapshot whose data it holds. */
  readonly snapshot?: string;
}
