/** The surroundings of a run in a proof: a simulated host, and what has befallen blockplan itself. A value, like the host. */
import type { SimulatedHost } from '../host/simulated-host.ts';

export interface ProofEnvironment {
  readonly host: SimulatedHost;
  /** Whether the live XML has the run's marker. */
  readonly marked: boolean;
  /** Whether libvirt answers (`there`), does after a reconnect (`lost`), or never again (`gone`). */
  readonly contact: 'there' | 'lost' | 'gone';
  readonly journalFull: boolean;
  readonly interrupted: boolean;
  /** The hooks that were started, by name: the `before` hooks, and those of the last end. */
  readonly startedHooks: readonly string[];
  /** The host when the end was judged and recorded: what hooks, or anything else, do later does not change the end. */
  readonly judgedHost: SimulatedHost | undefined;
  /** The host at the last commit of the run, which a rollback leads to; undefined before the first. */
  readonly savepoint: SimulatedHost | undefined;
  /** Whether blockplan has ended while its journal could not be written: what it did then is unknown. */
  readonly blind: boolean;
}

export function proofEnvironmentOf(host: SimulatedHost): ProofEnvironment {
  return {
    host,
    marked: true,
    contact: 'there',
    journalFull: false,
    interrupted: false,
    startedHooks: [],
    judgedHost: undefined,
    savepoint: undefined,
    blind: false,
  };
}

/** The same once the end is judged and recorded: it has its own hooks. */
export function withJudgedEnd(environment: ProofEnvironment): ProofEnvironment {
  const { host, startedHooks } = environment;
  const before = startedHooks.filter((name) => name.startsWith('before '));
  return { ...environment, judgedHost: host, startedHooks: before };
}
