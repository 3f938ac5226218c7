/** How long a wait may be without an answer from libvirt, in milliseconds; then it fails. */
export const SILENT_MS = 10 * 60_000;
