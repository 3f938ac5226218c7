/** What SIGINT, SIGTERM and SIGHUP mean while a run goes on. */

export interface Signals {
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Aborts at the second: the user waits no longer. */
  readonly leave: AbortSignal;
  release(): void;
}

/**
 * The first SIGINT or SIGTERM turns the run back, and says so; the second leaves it as it is, for another time. A closed
 * terminal ends nothing.
 */
export function onInterrupt(): Signals {
  const first = new AbortController();
  const second = new AbortController();
  const interrupt = (name: NodeJS.Signals) => {
    const controller = first.signal.aborted ? second : first;
    controller.abort(new Error(`interrupted by ${name}`));
    if (controller === first)
      process.stderr.write(
        `\n${name}: rolling back, please wait; once more leaves the run half-way, to be resumed\n`,
      );
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
