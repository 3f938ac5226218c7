/** What SIGINT, SIGTERM and SIGHUP do during a run. */

export interface Signals {
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Aborts at the second: the user does not wait for the rollback, or for the hooks after the end. */
  readonly leave: AbortSignal;
  release(): void;
}

/**
 * The first SIGINT or SIGTERM rolls the run back; the second interrupts the rollback, to be resumed later. After the end the
 * first does nothing, and the second stops the hooks. A closed terminal (SIGHUP) ends nothing.
 * @param atFirst is called with the name of the first signal, to report what follows
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
