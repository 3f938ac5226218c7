/** How long libvirt may leave a wait without an answer. */

/** A wait that has had no answer for this long fails. In milliseconds. */
export const SILENT_MS = 10 * 60_000;

/**
 * How long to wait for an answer that needs libvirt's lock on the domain, in milliseconds. While another command holds it,
 * libvirt refuses after 30 s; a session that gives up at the same time would be ended instead.
 */
export const LOCKED_ANSWER_MS = 60_000;
