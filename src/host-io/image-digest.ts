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
  /**
   * Compares a qcow2 image with sums that were written earlier, and changes nothing. What cannot be read counts as different.
   * @param sums the file that {@link ImageDigests.digestImage} has written
   * @throws EffectFailed where the image cannot be opened or has compressed data; the signal's reason if it aborts
   */
  compareImage(image: string, sums: string, options?: DigestOptions): Promise<ImageComparison>;
}

/** How an image compares with its sums. */
export interface ImageComparison {
  /** The digest of the image; absent where a part of it cannot be read. */
  readonly root?: string;
  /** The digest in the file of the sums; absent where the file is missing, or has another length. */
  readonly sumsRoot?: string;
  /** The parts of the disk that differ, or cannot be read; absent where there are none. */
  readonly damage?: ImageDamage;
}

export interface ImageDamage {
  /** The number of the first MiB of the disk that differs; the first one is 0. */
  readonly first: number;
  /** How many MiB differ. */
  readonly count: number;
  /** The images that have data of the first one. */
  readonly files: readonly string[];
  /** Why the first one cannot be read; absent where it can. */
  readonly unread?: string;
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
