/** Which files hold all that the guest had written when a plan began: a copy of the run must not lack any of it. */
import { holdsPoint, withPoint } from '../host/content.ts';
import { nameIn } from '../host/file-names.ts';
import { filesBelow, simulatedHostOf } from '../host/simulated-host.ts';
import type { HostState } from '../model/host-state.ts';
import { assumeSuccess } from './simulate-effects.ts';
import type { WalkedPhase } from './walked-phase.ts';

/** The name of the instant at which the plan begins; no file has it. */
const START = 'start of the plan';

/**
 * The files that, with those below them, hold everything that was on one of these disks when the phases began.
 * @param initial the host state before the first phase
 */
export function wholeCopies(
  initial: HostState,
  phases: readonly WalkedPhase[],
  targets: readonly string[],
): ReadonlySet<string> {
  const start = simulatedHostOf(initial);
  const content = targets.reduce((each, target) => withPoint(each, target, START), start.content);
  const end = phases.reduce(
    (host, { node, before, start }) => assumeSuccess(host, node.phase.effects(before, start)),
    { ...start, content },
  );
  const files = Object.entries(end.state.files).flatMap(([path, file]) => (file ? [path] : []));
  return new Set(
    files.filter((path) => {
      const layers = filesBelow(end, nameIn(end, path));
      return targets.some((target) => {
        const writes = end.content[target];
        return writes !== undefined && holdsPoint(writes, START, layers);
      });
    }),
  );
}
