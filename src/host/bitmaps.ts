/**
 * The bitmaps of checkpoints on a simulated host. Each bitmap records by itself from its checkpoint on. QEMU has it in memory,
 * and writes it into the image only when it closes the image.
 */
import type { HostState } from '../model/host-state.ts';

export interface SimulatedBitmap {
  readonly target: string;
  readonly name: string;
  /** `new`: only the running QEMU has it. `stored`: the image also has it. `inconsistent`: QEMU died while it used it. */
  readonly state: 'new' | 'stored' | 'inconsistent';
  /** The file that it stays in, once the disk has moved to one that stores no bitmaps; it exists again when the disk returns. */
  readonly left?: string;
}

/** The bitmaps of the checkpoints that a host state knows. Those that exist without a checkpoint are unknown. */
export function bitmapsIn({ domain: { tracking = [] } }: HostState): readonly SimulatedBitmap[] {
  return tracking.flatMap(({ disks }) =>
    disks.flatMap(({ target, bitmap, next }): SimulatedBitmap[] =>
      next === 'missing'
        ? []
        : [
            {
              ...{ target, name: bitmap },
              state: next === 'inconsistent' ? 'inconsistent' : 'stored',
            },
          ],
    ),
  );
}
