/** An effect that the host refused or that failed. The message has what was tried and the error. */
export class EffectFailed extends Error {
  override readonly name = 'EffectFailed';
  /** Whether the host may have started it; false where it certainly has not. */
  readonly begun: boolean;

  constructor(message: string, { begun = true }: { readonly begun?: boolean } = {}) {
    super(message);
    this.begun = begun;
  }
}
