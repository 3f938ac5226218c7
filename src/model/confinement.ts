/** The `<seclabel>` elements of the live XML (libvirt, formatdomain, "Security label"). */
export interface Confinement {
  /** Whether an AppArmor profile limits which files QEMU may open. */
  readonly apparmor: boolean;
  /** The user and the group that QEMU runs as; absent where it runs as the same user as blockplan. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /**
   * Whether libvirt changes the owner of the files that QEMU opens to that user: not with `relabel='no'`. The setting
   * `dynamic_ownership` in qemu.conf cannot be queried.
   */
  readonly givesFiles: boolean;
}
