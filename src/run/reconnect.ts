/** What a run does about a lost connection to libvirt. */
import { RECONNECT_LIMIT_MS } from '../commands/driver.ts';
import type { HostName } from '../model/hosts.ts';
import { isConnectionLost } from './perform-effect.ts';
import { type RunPart, reconnects } from './requests.ts';

/** Asks again once if the connection to libvirt is lost and restored in between. */
export function* withReconnect<T>(on: HostName, ask: () => RunPart<T>): RunPart<T> {
  try {
    return yield* ask();
  } catch (error) {
    if (!isConnectionLost(error) || !(yield* reconnects(on))) throw error;
    return yield* ask();
  }
}

/** The reason of an end without a connection. @param lost how it was lost, as a sentence */
export function notReconnected(lost: string): string {
  return `${lost} Reconnecting timed out after ${RECONNECT_LIMIT_MS / 1000} s.`;
}
