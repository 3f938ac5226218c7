/** The part of a plan's schema that describes its hooks. */
import type { HookPoint } from '../hook.ts';

/** The time limit of a hook without `timeout`, in seconds. */
export const HOOK_TIMEOUT = 60;

/** One hook. */
export const HOOK_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['command'],
  description: 'A hook is a map: { command: [/usr/local/bin/notify, --quiet], timeout: 30s }.',
  properties: {
    command: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      items: { type: 'string' },
      description:
        'Absolute path of the program and its arguments, as a list: [/usr/local/bin/notify, --quiet]. It is run without a shell.',
      examples: [['/usr/local/bin/notify', '--quiet']],
    },
    timeout: {
      type: ['integer', 'string'],
      title: 'a number of seconds, or a duration such as "30s", "5m" or "1h"',
      minimum: 1,
      maximum: 86400,
      pattern: '^[1-9]([0-9]{0,4}s|[0-9]{0,3}m|[0-9]?h)$',
      default: HOOK_TIMEOUT,
      description:
        'Kill the hook and its process group if it runs longer: seconds, or a duration such as 30s (default: 60 seconds).',
    },
    repeat: {
      type: 'boolean',
      default: false,
      description:
        'Run the hook again on resume or rollback if blockplan was killed while the hook ran (default: it is not run again).',
    },
  },
} as const;

/** The description of each list of hooks. */
export const HOOK_MEANINGS: Readonly<Record<HookPoint, string>> = {
  before:
    'Hooks that run before the first step. If one fails, the run is refused and nothing is done.',
  after: 'Hooks that run after the run has succeeded. A failure is only reported.',
  'on-failure':
    'Hooks that run after the run has ended in any other way. A failure is only reported.',
};
