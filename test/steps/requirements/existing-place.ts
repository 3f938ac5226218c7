/** An existing file or device that a step may not be able to write over, and what is found of it. */
import type { Finding } from '../../../src/errors.ts';
import type { Place } from '../../../src/model/world.ts';
import { type Existing, overwritable } from '../../../src/steps/requirements/existing-file.ts';
import { world } from '../../worlds.ts';
import { required } from '../required.ts';

export const MiB = 1024 * 1024;
export const CAPACITY = 64 * MiB;
export const DEST = '/dest';

export function place(change: Partial<Place> = {}): Place {
  return { kind: 'file', length: CAPACITY, header: null, heldBy: [], ...change };
}

export function findings(
  at: Place | undefined,
  existing: Partial<Existing> = {},
  dataFiles: readonly string[] = [],
): readonly Finding[] {
  const files = { [DEST]: { size: 0, dataFiles, ...(at ? { place: at } : {}) } };
  return required((needs) =>
    overwritable(needs, world({ files }), 'dest', {
      file: DEST,
      format: 'raw',
      block: false,
      reuse: true,
      capacity: CAPACITY,
      bytes: 10 * MiB,
      ...existing,
    }),
  ).findings;
}
