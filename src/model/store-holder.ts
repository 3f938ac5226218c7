/** Who uses a backup store at the moment. */

/** One of those that hold the lock of a store, or claim it. */
export interface StoreHolder {
  /** Prune holds a store alone (`exclusive`); backups, verification and browsing share it. */
  readonly mode: 'exclusive' | 'shared';
  /** What it does, such as the kind of a step or the name of a command. */
  readonly purpose: string;
  /** The run that it belongs to, where there is one. */
  readonly run?: string;
  readonly user: string;
  /** The name of the host that it runs on. */
  readonly host: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
  /** Set where it runs on another host, so that it is unknown whether it still runs. */
  readonly elsewhere?: true;
  /** Its files in the store. Where it is known to have ended, removing them frees the store. */
  readonly files: readonly string[];
}
