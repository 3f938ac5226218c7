/** What the scenes of a wait have in common: scripted events, and a wait whose end can be inspected. */
import { vi } from 'vitest';
import type { DomainEvent } from '../../../src/libvirt/event-text.ts';
import type { DomainEvents } from '../../../src/libvirt/events.ts';
import { EffectFailed } from '../../../src/model/effect-failed.ts';

/** Events of a domain that a test emits. */
export function scriptedEvents() {
  const listeners = new Set<(event: DomainEvent) => void>();
  let close: (reason: string) => void = () => {};
  const events = {
    on: (listener: (event: DomainEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    closed: new Promise((resolve) => {
      close = (reason: string) => resolve({ asked: false, reason });
    }),
  } as unknown as DomainEvents;
  const hear = (event: object) => {
    for (const listener of listeners) listener({ time: 0, ...event } as DomainEvent);
  };
  return {
    ...{ events, listeners, hear },
    close: (reason = 'the connection ended') => close(reason),
    /** Emits events, without time passing. */
    tell: async (...told: object[]) => {
      for (const event of told) hear(event);
      await vi.advanceTimersByTimeAsync(0);
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  };
}

/** How a wait ended, as text; undefined until then. */
export class InspectedEnd {
  text: string | undefined;

  of(wait: Promise<void>): void {
    wait.then(
      () => {
        this.text = 'done';
      },
      (error: Error) => {
        this.text = `${error instanceof EffectFailed ? 'failed' : error.name}: ${error.message}`;
      },
    );
  }
}
