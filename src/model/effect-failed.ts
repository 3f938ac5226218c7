/** An effect that the host refused or that failed. The message says what was tried and what was said. */
export class EffectFailed extends Error {
  override readonly name = 'EffectFailed';
  /** Whether the host may have begun it; false where it certainly has not. */
  readonly begun: boolean;

  constructor(message: string, { begun = true }: { readonly begun?: boolean } = {}) {
    super(message);
    this.begun = begun;
  }
}
