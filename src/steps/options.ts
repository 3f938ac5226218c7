/** Options that several kinds of steps have in their schemas. */
export const DISK = {
  type: 'string',
  minLength: 1,
  description: 'The target name of the disk, as in `virsh domblklist`: `vda`.',
} as const;

export const BANDWIDTH = {
  bandwidth: {
    type: 'integer',
    minimum: 1,
    description: 'Speed limit in MiB/s (in bytes/s with `bytes`).',
  },
  bytes: { type: 'boolean', description: '`bandwidth` is in bytes/s.' },
} as const;

/**
 * The option that limits the time of a job.
 * @param job such as `pull`
 * @param late how it exceeds the limit, such as `takes more than`
 */
export function timeoutOption(job: string, late: string) {
  return {
    type: 'integer',
    minimum: 1,
    description: `Cancel the ${job} and roll back if it ${late} this many seconds (default: one day).`,
  } as const;
}

/** The reasons why an option of a verb that starts a block job is not offered. */
export const WAITED_FOR = {
  wait: 'blockplan always waits for the job',
  async: 'blockplan always waits for the job to end, so that nothing is left unfinished',
  verbose: 'progress is always shown',
} as const;
