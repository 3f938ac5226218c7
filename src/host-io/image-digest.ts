/** Digests of disk images. A digest shows decay; it does not prove that an image equals what it was copied from. */
export interface ImageDigests {
  /**
   * Writes the sums of a qcow2 image to a new file and syncs it: the SHA-256 of each MiB of the disk, 32 bytes each. The
   * image must not change meanwhile.
   * @throws EffectFailed where the image cannot be read or has compressed data; the signal's reason if it aborts
   */
  digestImage(image: string, into: string, options?: DigestOptions): Promise<ImageDigest>;
  /**
   * Compares an image with the sums that were made of it.
   * @returns the MiB that differ, by number; none if the image holds what it held then
   * @throws EffectFailed where the image or its sums cannot be read, or the sums are not those of the digest; the signal's
   * reason if it aborts
   */
  verifyImage(
    image: string,
    sums: SumsFile,
    options?: Omit<DigestOptions, 'parent'>,
  ): Promise<readonly number[]>;
}

export interface ImageDigest {
  /** The size of the disk in bytes, as its guest sees it. */
  readonly capacity: number;
  /** The SHA-256 of the capacity in decimal digits, a line break, and the sums; in hexadecimal digits. */
  readonly root: string;
}

/** A file of sums, and the digest that was made of it. */
export interface SumsFile extends ImageDigest {
  readonly file: string;
}

export interface DigestOptions {
  /** The sums of the image below: only what the image itself has is read, because the rest equals its parent. */
  readonly parent?: SumsFile;
  readonly signal?: AbortSignal;
  /** In bytes of the disk. */
  onProgress?(progress: { readonly current: number; readonly total: number }): void;
}
