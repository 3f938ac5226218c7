/** What SIGINT, SIGTERM and SIGHUP mean while a run goes on. */

export interface Signals {
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Aborts at the second: the user waits no longer. */
  readonly leave: AbortSignal;
  release(): void;
}

/**
 * The first SIGINT or SIGTERM turns the run back; the second leaves it as it is, for another time. A closed terminal ends
 * nothing.
 * @param atFirst is given the name of the first one, to say what comes of it
 */
export function onInterrupt(atFirst: (name: string) => void): Signals {
  const first = new AbortController();
  const second = new AbortController();
  const interrupt = (name: NodeJS.Signals) => {
    const again = first.signal.aborted;
    (again ? second : first).abort(new Error(`interrupted by ${name}`));
    if (!again) atFirst(name);
  };
  const ignore = () => {};
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', ignore);
  return {
    signal: first.signal,
    leave: second.signal,
    release() {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', ignore);
    },
  };
}
