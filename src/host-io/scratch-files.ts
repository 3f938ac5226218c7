/** The part of `HostIO` that makes what commands on the host read, or serve, for a while. */

/** Files and folders that do not outlive the command that makes them, each in a folder that only this user can enter. */
export interface ScratchFiles {
  /** Writes a file for a command on the host to read, in a new folder; returns its path. */
  writeScratchFile(name: string, content: string): Promise<string>;
  /** Removes what {@link writeScratchFile} made. */
  removeScratchFile(path: string): Promise<void>;
  /**
   * Makes an empty folder for the sockets of programs on the host.
   * @returns its path, which is short and has no links
   * @throws EffectFailed where none can be made
   */
  makeSocketFolder(): Promise<string>;
  /**
   * Removes what {@link makeSocketFolder} made.
   * @param names the sockets and files to remove; one that does not exist is no error
   * @throws EffectFailed where the folder has anything else, which is left alone
   */
  removeSocketFolder(path: string, names: readonly string[]): Promise<void>;
}
