/** What steps require of an image's own shape. */
import { codes } from '../../codes.ts';
import { type ParamPath, type Refusal, refuse } from './requirement.ts';

/**
 * Refuses an image that keeps its data in further files: libvirt sets up access to one file, and a job would leave the others
 * behind, or write to files that may be anybody's.
 * @param image the beginning of a sentence: `/images/a`, or `vda rests on /images/a, which`
 */
export function checkOneFile(
  key: ParamPath,
  image: string,
  dataFiles: readonly string[] | undefined,
  hint: string,
): Refusal[] {
  if (dataFiles === undefined || dataFiles.length === 0) return [];
  const what = `${image} keeps its data in other files: ${dataFiles.join(', ')}`;
  return [refuse(codes.imageOfSeveralFiles, key, what, hint)];
}
