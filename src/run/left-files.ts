/** The files that a run has taken out of the chains of its guest, from its log. */
import { type SimulatedHost, simulatedHostOf } from '../host/simulated-host.ts';
import type { LoggedCommand, RunLog, Visit } from '../journal/run-log.ts';
import { FileSet } from '../model/file-identity.ts';
import { type FormerFile, formerFile, isFormer } from '../model/former-file.ts';
import type { Disk, HostState } from '../model/host-state.ts';
import { assumeSuccess } from '../simulate/simulate-effects.ts';

/** A file that has left the chain of a disk. */
export interface LeftFile {
  readonly file: string;
  /** The disk's target. */
  readonly target: string;
  /** The kind of the step that took it out. */
  readonly kind: string;
  /** Whether it was the active layer: then the guest wrote to it until that time. */
  readonly wasActive: boolean;
  /** Whether it is a block device. */
  readonly block: boolean;
  /** When the command that took it out was answered; ISO 8601. */
  readonly time: string;
  /** Which file it was; absent where that was not observed. */
  readonly former?: FormerFile;
}

/** QEMU closes an image after the command that took it out, and libvirt gives it another owner then. */
const CLOSING_MS = 60_000;

/**
 * Whether the file at its path is certainly the one that left the chain, and neither its content nor its properties have
 * changed since: then it holds what it held at that time.
 * @param found birth and last change in nanoseconds since the epoch, `0` where they are unknown
 */
export function isAsLeft(
  { former, time }: LeftFile,
  found: { readonly ino: string; readonly born: string; readonly changed: string } | null,
): boolean {
  if (former?.born === undefined || found === null || found.born === '0') return false;
  const changed = Number(BigInt(found.changed) / 1_000_000n);
  return isFormer(former, found) && changed <= Date.parse(time) + CLOSING_MS;
}

/** The files that left a chain and are in none at the end, in their order; none unless the run succeeded. */
export function filesLeftBy({ finish, beginning, visits }: RunLog): readonly LeftFile[] {
  if (finish?.end !== 'succeeded') return [];
  const kindOf = (step: string) => beginning?.steps.find(({ id }) => id === step)?.kind ?? '';
  let walked: Walked = { left: [] };
  for (const visit of visits) walked = withVisit(walked, visit, kindOf(visit.step));
  return walked.left;
}

/**
 * The files that were in the chains of the guest while the run worked on it, as far as its log shows.
 * @param initial the host state in which it began
 */
export function layersUsedBy({ visits }: RunLog, initial: HostState): readonly string[] {
  const states = visits.flatMap(({ started }) =>
    started?.direction === 'do' ? [started.before] : [],
  );
  return [...new Set([initial, ...states].flatMap(({ domain }) => domain.disks.flatMap(layersOf)))];
}

function layersOf({ chain }: Disk): string[] {
  return chain.map(({ file }) => file);
}

interface Walked {
  readonly left: readonly LeftFile[];
  /** The step that was simulated last, and the host after its commands so far. */
  readonly step?: string;
  readonly host?: SimulatedHost;
}

/**
 * Simulates the commands of a visit. Each step begins with the state that was observed before it; its phases follow from
 * each other, because no observation shows all of a job.
 */
function withVisit(walked: Walked, { step, started, commands }: Visit, kind: string): Walked {
  const begun =
    step !== walked.step && started?.direction === 'do'
      ? simulatedHostOf(started.before)
      : undefined;
  let host = begun ?? walked.host;
  if (!host) return walked;
  let left = walked.left.filter(isUnusedIn(host.state));
  for (const command of commands) {
    const next = after(host, command);
    const gone = layersGone(host.state, next.state);
    const { time } = command.answer ?? command;
    left = [
      ...left.filter(isUnusedIn(next.state)),
      ...gone.map((layer) => ({ ...layer, kind, time })),
    ];
    host = next;
  }
  return { left, step, host };
}

function after(host: SimulatedHost, { effect, answer }: LoggedCommand): SimulatedHost {
  return answer?.error === undefined ? assumeSuccess(host, [effect]) : host;
}

function layersGone(
  before: HostState,
  now: HostState,
): Pick<LeftFile, 'file' | 'target' | 'wasActive' | 'block' | 'former'>[] {
  const isUnused = isUnusedIn(now);
  return before.domain.disks.flatMap(({ target, chain }) =>
    chain.flatMap(({ file, block = false }, at) => {
      if (!isUnused({ file })) return [];
      const former = formerFile(before, file);
      return [{ file, target, wasActive: at === 0, block, ...(former ? { former } : {}) }];
    }),
  );
}

function isUnusedIn(state: HostState): (of: { readonly file: string }) => boolean {
  const { disks } = state.domain;
  const used = new FileSet(state, disks.flatMap(layersOf));
  return ({ file }) => !used.has(file);
}
