/** An existing file or device that a step may be unable to overwrite, and the findings about it. */
import type { Finding } from '../../../src/errors.ts';
import type { Destination } from '../../../src/model/destination.ts';
import {
  type ExistingFile,
  requireOverwritable,
} from '../../../src/steps/requirements/existing-file.ts';
import { world } from '../../worlds.ts';
import { required } from '../required.ts';

export const MiB = 1024 * 1024;
export const CAPACITY = 64 * MiB;
export const DEST = '/dest';

export function place(change: Partial<Destination> = {}): Destination {
  return { kind: 'file', length: CAPACITY, header: null, heldBy: [], ...change };
}

export function findings(
  at: Destination | undefined,
  existing: Partial<ExistingFile> = {},
  dataFiles: readonly string[] = [],
): readonly Finding[] {
  const files = { [DEST]: { size: 0, dataFiles, ...(at ? { place: at } : {}) } };
  return required((needs) =>
    requireOverwritable(needs, world({ files }), 'dest', {
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
