/** How the files of a host get to its storage. */

export interface FileSyncs {
  /**
   * Syncs files or folders to disk, one after another, so that they survive a power loss. Where this user cannot open one of
   * them, its whole file system is synced.
   */
  sync(paths: readonly string[]): Promise<void>;
  /**
   * Opens files or folders, to sync them once another process has written to them. An error of the storage is reported once
   * to each process that has the file open at that time. The caller must release them.
   */
  openToSync(paths: readonly string[]): Promise<OpenFiles>;
  /**
   * Those of the files that {@link openToSync} would refuse, although they exist or can be made: this user can open neither the
   * file nor, unless it is a device, a folder above it on its file system.
   */
  findUnsyncable(files: readonly string[]): Promise<readonly string[]>;
}

/** Files that are open to be synced. */
export interface OpenFiles extends AsyncDisposable {
  /** Syncs them to disk, one after another. Rejects also where their storage has failed since they were opened. */
  sync(): Promise<void>;
}
