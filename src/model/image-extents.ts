/** Which parts of an image have data, as a part of the host state. */

/** The formats whose images can have a backing file. */
export const CHAINED = ['qcow2', 'qed', 'vmdk', 'qcow'];

/** How much data an image and the files below it have. */
export interface ImageExtents {
  /** The size in bytes that a guest sees. */
  readonly virtualSize: number;
  /** The image and the files below it, topmost first; the last ones may be absent if the others hide them. */
  readonly layers: readonly LayerExtents[];
}

/** What the layers above one of an image's layers do not hide, in bytes. */
export interface LayerExtents {
  /** Its data as a copy takes it, uncompressed. */
  readonly data: number;
  /**
   * Areas that are allocated but empty, as `preallocation=metadata` makes them: `convert` skips them, block jobs write them.
   * Absent for none.
   */
  readonly empty?: number;
  /** Where it has zeroes that hide what is below, such as areas that the guest has discarded. */
  readonly zeroes: number;
}
