/** The JSON Schema of what the checkpoints in a facts file track. */
import { BROKEN_BITMAPS } from '../model/tracking.ts';
import type { JsonSchema } from '../plan/schema.ts';
import { amountSchema } from './amounts.ts';

function name(description: string): JsonSchema {
  return { type: 'string', minLength: 1, description };
}

const DISK: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['target'],
  properties: {
    target: name('Name of the disk in the guest, such as `vda`.'),
    bitmap: name('Name of the bitmap; that of the checkpoint unless specified.'),
    next: amountSchema('Size of the next increment; unknown unless specified.'),
    broken: {
      type: 'string',
      enum: BROKEN_BITMAPS,
      description:
        '`inconsistent` if the bitmap was in use when QEMU died, `missing` if no layer has it.',
    },
  },
};

export const TRACKING: JsonSchema = {
  type: 'array',
  description: 'What the checkpoints track; unknown unless specified.',
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['name', 'disks'],
    properties: {
      name: name('Name of the checkpoint.'),
      created: {
        type: 'integer',
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'When it was created, in seconds since 1970; unknown unless specified.',
      },
      disks: { type: 'array', items: DISK, description: 'Disks that it tracks.' },
    },
  },
};
