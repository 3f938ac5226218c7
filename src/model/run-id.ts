/** Run IDs such as `20261129-094500-1f2e3d`: the date and the time in UTC, and a suffix. */

/** @param suffix six hexadecimal digits; without it, the ID that stands for one that is not known yet, in a preview */
export function runIdAt(now: Date, suffix = '000000'): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${stamp}-${suffix}`;
}

/** The date of a run ID as `YYYY-MM-DD` and its time as `HHMMSS`. */
export function timeOfRun(id: string): { readonly date: string; readonly time: string } {
  const date = `${id.slice(0, 4)}-${id.slice(4, 6)}-${id.slice(6, 8)}`;
  return { date, time: id.slice(9, 15) };
}
