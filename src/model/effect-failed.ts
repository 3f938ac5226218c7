import { DomainBusy } from './domain-busy.ts';

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

/** libvirt refused a command because another one held the domain. It was not begun, and may be sent again. */
export class CommandBusy extends EffectFailed {
  constructor(message: string) {
    super(message, { begun: false });
  }
}

/** Another run has marked the domain, so no effect of the phase is begun, not even a best-effort one. */
export class DomainTaken extends EffectFailed {
  constructor(message: string) {
    super(message, { begun: false });
  }
}

/** libvirt sends no events of the domain. Each further attempt would wait for them as long. */
export class NoEvents extends EffectFailed {}

/**
 * Whether an effect that ended with this error certainly was not begun. A driver only asks about a busy domain before it
 * begins an effect.
 */
export function isUnbegun(error: unknown): boolean {
  return error instanceof DomainBusy || (error instanceof EffectFailed && !error.begun);
}
