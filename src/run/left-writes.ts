/**
 * Writes that a guest has left behind: it was stopped, and started again from another file than the one that it wrote to
 * last. Then two files have writes that the other one lacks, and the run neither changes nor removes either of them.
 */
import { FileSet, fileAt, isSameFile } from '../model/file-identity.ts';
import { hasEnded } from '../model/guest-process.ts';
import { activeFile, type HostState, isUp } from '../model/host-state.ts';
import { type KnownWrites, lastWritesBy } from './last-writes.ts';

/** A file with writes that the guest does not run on any more. */
export interface LeftWrites {
  readonly target: string;
  readonly file: string;
  /** Whether it is unknown that the guest was moved there. */
  readonly doubtful: boolean;
  /** The file that the guest runs on now; absent where it is off. */
  readonly active?: string;
}

/**
 * The files with the guest's last writes that it does not run on now.
 * @param host what was known before the guest was observed now
 * @param isWorkedOn whether a step of the plan works on a disk
 */
export function leftWrites(
  host: KnownWrites,
  now: HostState,
  isWorkedOn: (target: string) => boolean,
): readonly LeftWrites[] {
  if (!isUp(now)) return [];
  const isRestarted = host.lastUp.some(({ domain }) => hasEnded(domain.process, now.domain));
  const isKnown = now.domain.process && host.lastUp.every(({ domain }) => domain.process);
  if (!isRestarted && isKnown) return [];
  const states = lastWritesBy(host, now).filter(isUp);
  return now.domain.disks.flatMap(({ target, chain: [top] }) => {
    if (!top || !isWorkedOn(target)) return [];
    const files = states.flatMap((state) => activeFile(state, target) ?? []);
    const written = new FileSet(now, files).names.filter((file) => fileAt(now, file) !== null);
    const isOn = (file: string) => isSameFile(now, file, top.file);
    // Without its process it is unknown whether the guest was restarted: only a file that it cannot have come to shows that.
    if (!isRestarted && written.some(isOn)) return [];
    // A report that leaves the choice of the file to a person defines the guest on the last one, the most likely.
    if (written.slice(-1).some(isOn)) return [];
    return written
      .filter((file) => !isOn(file))
      .map((file) => ({ target, file, doubtful: written.length > 1, active: top.file }));
  });
}

/** A sentence for each file with writes that the guest left behind. */
export function leftWritesTexts({
  left,
  initial,
}: {
  readonly left: readonly LeftWrites[];
  readonly initial: HostState;
}): string[] {
  const { name } = initial.domain;
  return left.map(({ target, file, doubtful, active }) => {
    const wrote = `${target}: "${name}" ${doubtful ? 'may have written' : 'wrote'} to ${file} before it was stopped`;
    return active === undefined
      ? `${wrote}, by a pivot that the run does not know of`
      : `${wrote}, and now runs on ${active}: neither file is changed or removed`;
  });
}
