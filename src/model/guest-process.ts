/** The QEMU process that a guest runs in. */

/** Distinguishes the QEMU process of a guest from the one after its next start. */
export interface GuestProcess {
  /** The boot of the host that it runs on. */
  readonly boot: string;
  /** libvirt's id of the running domain. */
  readonly id: number;
  /** When the process started, in clock ticks since the boot; absent where it was not found. */
  readonly started?: string;
}

/**
 * Whether a QEMU process of a domain has certainly ended: the guest is off, or runs in another process.
 * @param domain as it is observed now
 */
export function hasEnded(
  process: GuestProcess | undefined,
  domain: { readonly state: string; readonly process?: GuestProcess },
): boolean {
  const { state, process: now } = domain;
  if (state === 'shut off' || state === 'gone') return true;
  if (!process || !now) return false;
  if (process.boot !== now.boot) return true;
  return process.started !== undefined && now.started !== undefined
    ? process.started !== now.started
    : process.id !== now.id;
}
