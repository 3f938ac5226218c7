/** Where the code of the thaw guard is: beside that of the command line. */
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function thawGuardPath(): string {
  return join(dirname(realpathSync(process.argv[1] ?? '')), 'thaw-guard.js');
}
