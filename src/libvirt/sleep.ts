/** A sleep that an event can end early. */
export class Sleep {
  #wake: () => void = () => {};

  /** Ends the sleep, if there is one. */
  end(): void {
    this.#wake();
  }

  /**
   * Sleeps until it is ended or the signal aborts (true), or the time is over (false).
   * @param ms milliseconds
   */
  start(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (woken: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', wake);
        this.#wake = () => {};
        resolve(woken);
      };
      const wake = () => finish(true);
      const timer = setTimeout(() => finish(false), ms);
      this.#wake = wake;
      signal?.addEventListener('abort', wake);
    });
  }

  /**
   * Sleeps until that holds (true), which is checked each time the sleep is ended, or the time is over (false).
   * @param ms milliseconds
   * @throws the signal's reason when it aborts
   */
  async until(holds: () => boolean, ms: number, signal?: AbortSignal): Promise<boolean> {
    const deadline = performance.now() + ms;
    for (;;) {
      signal?.throwIfAborted();
      if (holds()) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await this.start(left, signal);
    }
  }
}
