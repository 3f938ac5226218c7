/** How the files of a host get to its storage. */

export interface FileSyncs {
  /** Syncs files or folders to disk, one after another, so that they survive a power loss. */
  sync(paths: readonly string[]): Promise<void>;
  /**
   * Opens files or folders, to sync them once another process has written to them. An error of the storage is reported once
   * to each process that has the file open at that time. The caller must release them.
   */
  openToSync(paths: readonly string[]): Promise<OpenFiles>;
}

/** Files that are open to be synced. */
export interface OpenFiles extends AsyncDisposable {
  /** Syncs them to disk, one after another. Rejects also where their storage has failed since they were opened. */
  sync(): Promise<void>;
}
