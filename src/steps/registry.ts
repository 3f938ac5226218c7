import { blockcommit } from './blockcommit.ts';
import { blockcopy } from './blockcopy.ts';
import { blockpull } from './blockpull.ts';
import { convert } from './convert.ts';
import type { AnyStep } from './define.ts';
import { redefine } from './redefine.ts';
import { snapshotCreateAs } from './snapshot-create-as.ts';
import { undefine } from './undefine.ts';

/** Every kind of step, in the order of the documentation. */
export const steps: readonly AnyStep[] = [
  snapshotCreateAs,
  blockcopy,
  blockcommit,
  blockpull,
  undefine,
  redefine,
  convert,
];
