/**
 * Distinguishes a process from a later one with the same PID, and from those of other machines. Every room except model
 * may import this file.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { machineId } from './this-host.ts';

/** The ID of the current boot of the machine (random(4)). */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** When a process started, in clock ticks since boot (proc(5), stat, field 22); undefined when it does not exist. */
export function startTime(pid: number | string): string | undefined {
  return statOf(pid)?.[19];
}

/** The fields of a process from its state on (proc(5), stat, field 3); undefined when it does not exist. */
function statOf(pid: number | string): string[] | undefined {
  const stat = readOf(pid, 'stat');
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readOf(pid: number | string, file: 'stat' | 'status'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (isProcessGone(error)) return undefined;
    throw error;
  }
}

/** A process of a machine, in a certain boot. */
export interface KnownProcess {
  readonly pid: number;
  readonly boot: string;
  /** See `startTime`. */
  readonly started: string;
  /** The name of its host; this one where an older version wrote it. */
  readonly host?: string;
  /** The id of the host (machine-id(5)); empty where it has none. */
  readonly machine?: string;
  /** Its PID namespace (namespaces(7)): in a container the same PID is another process. */
  readonly namespace?: string;
}

/** This process. */
export function ownProcess(): Required<KnownProcess> {
  return {
    ...{ pid: process.pid, boot: bootId(), started: startTime('self') ?? '' },
    ...{ host: hostname(), machine: machineId(), namespace: ownNamespace() },
  };
}

/**
 * Whether that very process still runs; one that has ended and is not yet collected by its parent does not. One that cannot
 * be looked up here counts as running.
 */
export function isProcessAlive(process: KnownProcess): boolean {
  if (!isOfThisHost(process)) return true;
  if (process.boot !== bootId()) return false;
  return isInside(process) ? isRunning(process.pid, process.started) : mayRunWithin(process);
}

/**
 * Whether a process was on this host. Copies of one virtual machine can have the same machine id, and containers the same
 * boot id, so both the name and the id must match.
 */
function isOfThisHost({ host = hostname(), machine = machineId() }: KnownProcess): boolean {
  return host === hostname() && machine === machineId();
}

function isRunning(pid: number | string, started: string): boolean {
  const now = statOf(pid);
  return now !== undefined && now[0] !== 'Z' && now[19] === started;
}

/** Whether a process has its PID in the namespace of this one, as far as is known. */
function isInside({ namespace }: KnownProcess): boolean {
  return namespace === undefined || namespace === ownNamespace();
}

/** Whether a process cannot be looked up here: it then counts as running until its files are removed by hand. */
export function isOutOfSight(process: KnownProcess): boolean {
  return !isOfThisHost(process) || (!isInside(process) && isProcessAlive(process));
}

/** The PID namespace that a machine boots with (Linux, PROC_PID_INIT_INO): all processes are visible in it. */
const FIRST_NAMESPACE = 'pid:[4026531836]';

/** Whether a process of another PID namespace still runs; from the first one, those of each other can be seen. */
function mayRunWithin({ pid, started }: KnownProcess): boolean {
  if (ownNamespace() !== FIRST_NAMESPACE) return true;
  const seen = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return seen.some((name) => innerPid(name) === String(pid) && isRunning(name, started));
}

/** The PID of a process in its own namespace (proc(5), status, NSpid); undefined where it has ended. */
function innerPid(pid: string): string | undefined {
  return /^NSpid:.*\s(\d+)$/m.exec(readOf(pid, 'status') ?? '')?.[1];
}

function ownNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}

/** Whether a file of a process could not be read because the process has ended. */
export function isProcessGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ESRCH';
}
