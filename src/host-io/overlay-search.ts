/** The search for images above a guest's files. */
import type { FoundOverlays } from '../model/examination.ts';

export interface OverlaySearch {
  /**
   * The qcow2 images in the folders of these files, and among the other ones, that name one of the files as their backing file.
   * @param limitMs after which the search ends with what was found, also where storage does not answer; no limit by default
   */
  findOverlays(
    files: readonly string[],
    others?: readonly string[],
    limitMs?: number,
  ): Promise<FoundOverlays>;
}
