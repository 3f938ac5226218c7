/** The devices of the kernel's NBD client (nbd.ko). */
export interface NbdDevices {
  /** Whether the module is loaded; if not, modprobe finds it. */
  readonly isLoaded: boolean;
  /** Paths of devices that are not connected, one for each disk. */
  readonly devices: readonly string[];
}
