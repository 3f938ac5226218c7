/** Which files a run created, and how much space they take. */
import { stat } from 'node:fs/promises';
import { listing, type Picture } from '../lab/picture.ts';
import type { Scene } from './check.ts';
import type { RehearsalPart } from './report.ts';

/** The files below the lab's root that did not exist when the picture was taken, with the user's paths. */
export async function filesMadeSince(
  { paths }: Scene,
  before: Picture,
): Promise<RehearsalPart['made']> {
  const now = await listing(paths.root);
  const made = now.filter((path) => !before.files.includes(path));
  return Promise.all(
    made.map(async (path) => ({ file: paths.users(path), bytes: (await stat(path)).blocks * 512 })),
  );
}
