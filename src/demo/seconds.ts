/** A duration in seconds for the demo, with one or two decimal places. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(ms < 1000 ? 2 : 1);
}
