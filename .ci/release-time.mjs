import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** The time of all that a build makes, so that two builds are equal: SOURCE_DATE_EPOCH, or that of the last commit. */
export function releaseTime() {
  return new Date(1000 * Number(process.env['SOURCE_DATE_EPOCH'] || committed()));
}

function committed() {
  try {
    return execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    // This is not a clone.
    return Math.floor(statSync('CHANGELOG.md').mtimeMs / 1000);
  }
}
