/** Times for people. */

/** UTC and to the second, so that it can be compared with the times in the journal; `?` if it is unknown. */
export function timeText(time: number | string | undefined): string {
  const date = new Date(time ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return '?';
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}
