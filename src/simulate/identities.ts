/** Numbers values so that equal values share a number: a cheap comparison of values that share most of their parts. */
export class Identities {
  readonly #known = new WeakMap<object, number>();
  readonly #numbers = new Map<string, number>();

  /**
   * The number of that value and of every equal one. Properties that are undefined or null count as absent, and the order
   * of an object's properties does not matter.
   * @param value immutable plain data
   */
  of(value: object): number {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const number = Array.isArray(value) ? this.ofAll(value) : this.#number(this.#textOf(value));
    this.#known.set(value, number);
    return number;
  }

  /** The number of an array that was built only for this call, so that the array itself is not remembered. */
  ofAll(parts: readonly unknown[]): number {
    return this.#number(`[${parts.map((each) => this.#part(each)).join()}]`);
  }

  #textOf(value: object): string {
    const parts: string[] = [];
    for (const [name, part] of Object.entries(value))
      if (part !== undefined && part !== null) parts.push(`${name}:${this.#part(part)}`);
    return `{${parts.sort().join()}}`;
  }

  #part(part: unknown): string {
    if (typeof part === 'object' && part !== null) return `#${this.of(part)}`;
    return typeof part === 'string' ? `$${this.#number(part)}` : String(part);
  }

  #number(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }
}
