/** Runs a few tasks at once, in the order in which they arrive. */
export class TaskQueue {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** @param atOnce how many tasks run at once */
  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
