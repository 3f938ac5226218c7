import { backupBeginStep } from './backup-begin.ts';
import { backupPruneStep } from './backup-prune.ts';
import { backupVerifyStep } from './backup-verify.ts';
import { blockcommitStep } from './blockcommit.ts';
import { blockcopyStep } from './blockcopy.ts';
import { blockpullStep } from './blockpull.ts';
import { checkpointCreateStep } from './checkpoint-create.ts';
import { checkpointDeleteStep } from './checkpoint-delete.ts';
import { convertStep } from './convert.ts';
import type { AnyStep } from './define.ts';
import { redefineStep } from './redefine.ts';
import { restoreStep } from './restore.ts';
import { snapshotCreateAsStep } from './snapshot-create-as.ts';
import { undefineStep } from './undefine.ts';

/** Every kind of step, in the order of the documentation. */
export const steps: readonly AnyStep[] = [
  snapshotCreateAsStep,
  backupBeginStep,
  checkpointCreateStep,
  checkpointDeleteStep,
  backupVerifyStep,
  backupPruneStep,
  restoreStep,
  blockcopyStep,
  blockcommitStep,
  blockpullStep,
  undefineStep,
  redefineStep,
  convertStep,
];
