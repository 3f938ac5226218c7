/** An effect that the host refused or that came to nothing. The message says what was tried and what was said. */
export class EffectFailed extends Error {
  override readonly name = 'EffectFailed';
}
