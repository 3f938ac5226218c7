/** What is at the path that a copy is written to. */

/** What is at an existing path, as far as a step that writes to it needs to know. */
export interface Destination {
  readonly kind: 'file' | 'block device' | 'folder' | 'other';
  /** Length in bytes: the size that a guest sees if it is a raw image. */
  readonly length: number;
  /**
   * The header in its first bytes; `null` where blockplan does not recognize it. Never used as the format of a source: a
   * guest can write a header into its raw disk.
   */
  readonly header: HeaderSummary | null;
  /** Its users, as clauses that follow "it is": `mounted at /mnt`; empty where it is unused. */
  readonly heldBy: readonly string[];
}

/** The part of an image's header with the size that the guest sees. */
export interface HeaderSummary {
  readonly format: string;
  readonly virtualSize: number;
}

/** Which users of a file count: all, or all but the processes that have it open only for reading. */
export type FileUsers = 'all' | 'writers';
