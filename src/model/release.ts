/** Whether one release, such as `9.0.0`, is older than another. */
export function isOlder(release: string, than: string): boolean {
  const [one, other] = [release, than].map((each) => each.split('.').map(Number));
  for (let at = 0; at < 3; at++) {
    const difference = (one?.[at] ?? 0) - (other?.[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
