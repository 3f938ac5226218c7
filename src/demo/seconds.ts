/** A time that was taken, as the demo tells it: in seconds, to what matters. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(ms < 1000 ? 2 : 1);
}
