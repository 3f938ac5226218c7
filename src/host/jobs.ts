/** The end of a block job on a simulated host. */
import { withoutJob } from '../model/world.ts';
import { definitionIsSaved } from './definitions.ts';
import { onDisk, type SimulatedHost } from './host-state.ts';

/** The same host once QEMU has closed those files, and with them whatever it held of them (seen on QEMU 7.2 and 10.0). */
export function released(host: SimulatedHost, closed: readonly string[]): SimulatedHost {
  return host.held.some((file) => closed.includes(file))
    ? { ...host, held: host.held.filter((file) => !closed.includes(file)) }
    : host;
}

/** The same host without a job on that disk; what the job has written stays. */
export function withoutJobOn(host: SimulatedHost, target: string): SimulatedHost {
  const { [target]: _ended, ...jobs } = host.jobs;
  return onDisk({ ...definitionIsSaved(host), jobs }, target, withoutJob);
}
