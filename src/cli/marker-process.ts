/** The process that has set the marker on a domain. */
import type { Marker } from '../model/marker.ts';
import { bootId, isProcessAlive, startTime } from '../processes.ts';
import { isThisHost } from '../this-host.ts';

/** Whether it still runs: false if it certainly does not, undefined if that is unknown, as on another machine. */
export function isMarkingProcessAlive(marker: Marker): boolean | undefined {
  if (!isThisHost(marker)) return undefined;
  const { pid, boot, started, namespace } = marker;
  if (boot !== undefined && boot !== bootId()) return false;
  const exists = isProcess(pid);
  // /proc can hide the processes of other users, and an older version wrote only the PID, which another process may have now.
  if (boot === undefined || started === undefined || (exists && startTime(pid) === undefined))
    return exists ? undefined : false;
  return isProcessAlive({ pid, boot, started, ...(namespace === undefined ? {} : { namespace }) });
}

/** Whether a process with this ID exists; it may be another one. */
function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
