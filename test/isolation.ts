/** Keeps the command line in a test apart from the machine that the test runs on. */

/**
 * The environment variables of a command line that leaves this machine's own runs alone, and notifies nobody whatever
 * this machine's notification file says.
 */
export function isolated(state: string): {
  readonly BLOCKPLAN_STATE_DIR: string;
  readonly BLOCKPLAN_NOTIFY: string;
} {
  return { BLOCKPLAN_STATE_DIR: state, BLOCKPLAN_NOTIFY: '' };
}
