/** Numbers that equal values share, whatever led to them: cheap to tell apart what is mostly shared. */
export class Identities {
  readonly #known = new WeakMap<object, number>();
  readonly #numbers = new Map<string, number>();

  /**
   * The number of that value and of every other that is made of equal parts. Properties that are undefined or null count
   * as not there, and the order of an object's properties does not matter.
   * @param value plain data that is never changed
   */
  of(value: object): number {
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const number = Array.isArray(value) ? this.ofAll(value) : this.#number(this.#textOf(value));
    this.#known.set(value, number);
    return number;
  }

  /** The number of an array that is made for this one question, so that it is not worth knowing again. */
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
