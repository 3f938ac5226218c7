/** Requires that an image is a single file. */
import { codes } from '../../codes.ts';
import { type ParamPath, type Refusal, refuse } from './requirement.ts';

/**
 * Refuses an image that keeps its data in other files: libvirt sets up access to one file only, and a job would leave the
 * others behind, or write to files that another guest may use.
 * @param image the start of a sentence: `/images/a`, or `vda uses /images/a, which`
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
