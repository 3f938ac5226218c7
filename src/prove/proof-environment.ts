/** The surroundings of a run in a proof: a simulated host, and what has befallen blockplan itself. A value, like the host. */
import type { PhaseRef } from '../events.ts';
import type { SimulatedHost } from '../host/simulated-host.ts';
import type { JournalEntry } from '../journal/journal.ts';
import { isUp } from '../model/host-state.ts';
import type { ActOfOthers } from './other-actors.ts';

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
  /** The last commit of the run; undefined before the first. */
  readonly savepoint: Savepoint | undefined;
  /** Whether blockplan has ended while its journal could not be written: what it did then is unknown. */
  readonly blind: boolean;
  /** What others have done, if anything. */
  readonly act: ActOfOthers | undefined;
  /** Whether libvirt has refused a query. */
  readonly queryRefused: boolean;
}

export function proofEnvironmentOf(host: SimulatedHost): ProofEnvironment {
  return {
    host,
    marked: isUp(host.state),
    contact: 'there',
    journalFull: false,
    interrupted: false,
    startedHooks: [],
    judgedHost: undefined,
    savepoint: undefined,
    blind: false,
    act: undefined,
    queryRefused: false,
  };
}

/** A commit of a run: its phase, and the host then, which a rollback leads to. */
interface Savepoint extends PhaseRef {
  readonly host: SimulatedHost;
}

/** The same once that entry is in the journal. An end that is judged and recorded has its own hooks. */
export function withEntry(environment: ProofEnvironment, entry: JournalEntry): ProofEnvironment {
  const { host, startedHooks } = environment;
  if (entry.type === 'run-judged') {
    const before = startedHooks.filter((name) => name.startsWith('before '));
    return { ...environment, judgedHost: host, startedHooks: before };
  }
  if (!('committed' in entry)) return environment;
  const { step, phase } = entry;
  return { ...environment, savepoint: { step, phase, host } };
}

/** What is wrong if that entry follows: a rollback must not reach the last commit. */
export function wrongEntry({ savepoint }: ProofEnvironment, entry: JournalEntry): string[] {
  if (entry.type !== 'phase-started' || entry.direction !== 'undo') return [];
  const { step, phase } = entry;
  const isUndone = savepoint?.step === step && savepoint.phase === phase;
  return isUndone ? [`${step}/${phase} is undone, although its result is kept`] : [];
}
