/** What SIGINT, SIGTERM and SIGHUP mean while a plan runs. */

export interface Signals {
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  release(): void;
}

/** The first SIGINT or SIGTERM turns the run back; a rollback is never cut short; a closed terminal ends nothing. */
export function onInterrupt(): Signals {
  const controller = new AbortController();
  const interrupt = (name: NodeJS.Signals) => {
    if (controller.signal.aborted)
      process.stderr.write(`\n${name}: the rollback goes on to its end; please wait\n`);
    else controller.abort(new Error(`interrupted by ${name}`));
  };
  const ignore = () => {};
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', ignore);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', ignore);
    },
  };
}
