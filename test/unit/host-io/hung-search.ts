/** A search among files of which one never answers. */

import { localHost } from '../../../src/host-io/local-host.ts';
import type { FoundOverlays } from '../../../src/model/examination.ts';

export function hungSearch(base: string, pipe: string): Promise<FoundOverlays> {
  return localHost.findOverlays([base], [pipe], 1000);
}
