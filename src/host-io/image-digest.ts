/** Digests of disk images. A digest shows later damage; it does not prove that an image equals what it was copied from. */
export interface ImageDigests {
  /**
   * Writes the sums of a qcow2 image to a new file and syncs it: the SHA-256 of each MiB of the disk, 32 bytes each. The
   * image must not change meanwhile.
   * @param into the new file; undefined to compute the digest only
   * @throws EffectFailed where the image cannot be read or has compressed data; the signal's reason if it aborts
   */
  digestImage(
    image: string,
    into: string | undefined,
    options?: DigestOptions,
  ): Promise<ImageDigest>;
}

export interface ImageDigest {
  /** The size of the disk in bytes, as its guest sees it. */
  readonly capacity: number;
  /** The SHA-256 of the capacity in decimal digits, a line break, and the sums; in hexadecimal digits. */
  readonly root: string;
}

export interface DigestOptions {
  readonly signal?: AbortSignal;
  /**
   * The sums of the image's backing file: only MiB that the image itself has a part of are hashed. Ignored if they do not
   * match that digest.
   */
  readonly below?: { readonly sums: string; readonly root: string };
  /** In bytes of the disk. */
  onProgress?(progress: { readonly current: number; readonly total: number }): void;
}
