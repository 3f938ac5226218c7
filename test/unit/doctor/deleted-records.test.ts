/** What the deletion of a checkpoint's record leaves in the images. */
import { expect, test } from 'vitest';
import { diagnose } from '../../../src/doctor/diagnose.ts';
import type { TrackedDisk } from '../../../src/model/tracking.ts';
import { patient } from './patients.ts';

test('the bitmaps that a deletion of the record leaves are named', () => {
  const on = (target: string, next: NonNullable<TrackedDisk['next']>) => ({
    target,
    bitmap: 'c1',
    next,
  });
  const hintOf = (...disks: readonly ReturnType<typeof on>[]) =>
    diagnose(patient({ seen: { checkpoints: [{ name: 'c1', disks }] } })).findings[0]?.hint;
  expect(hintOf(on('vda', 'missing'), on('vdb', 1))).toContain(
    'leaves other bitmaps of it in the images ("c1" of vdb): remove them while the guest is off',
  );
  expect(hintOf(on('vda', 'missing'), on('vdb', 'missing'))).toBe(
    'delete it, and take a full backup with a new checkpoint',
  );
});
