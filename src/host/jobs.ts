/** The end of a block job on a simulated host. */
import { withoutJob } from '../model/world.ts';
import { definitionIsSaved } from './definitions.ts';
import { onDisk, type SimulatedHost } from './host-state.ts';

/** The same host without a job on that disk; what the job has written stays. */
export function withoutJobOn(host: SimulatedHost, target: string): SimulatedHost {
  const { [target]: _ended, ...jobs } = host.jobs;
  return onDisk({ ...definitionIsSaved(host), jobs }, target, withoutJob);
}
