/** The invariants of every state of a run, judged from the host itself and not with the code of a run. */
import { unfinishedCopies } from '../host/content.ts';
import { nameIn } from '../host/file-names.ts';
import type { SimulatedHost } from '../host/simulated-host.ts';
import type { HostState } from '../model/host-state.ts';
import type { Finish } from '../run/run-state.ts';
import { lostWrites } from '../simulate/host-faults.ts';
import { Owners } from './owners.ts';

/** Finds what is wrong with a host during a run that began in that host state. */
export function violationsDuring(initial: HostState): (host: SimulatedHost) => readonly string[] {
  const owners = new Owners(initial);
  const there = Object.keys(initial.files).filter(
    (file) => initial.files[file] && owners.areOthers(file),
  );
  const known = new WeakMap<SimulatedHost, readonly string[]>();
  const judge = (host: SimulatedHost) => [
    ...definitionLost(initial, host),
    ...(host.frozen && !host.guarded
      ? ['the guest is frozen, and nothing would thaw it if blockplan were killed']
      : []),
    ...lostWrites(host).map((loss) => `the guest has lost ${loss}`),
    ...there
      .filter((file) => !host.state.files[file])
      .map((file) => `${file} was removed, but another domain's chain needs it`),
    ...writtenTo(host)
      .filter((file) => owners.areOthers(file))
      .map((file) => `${file} is written to, but is in another domain's chain`),
    ...unfinishedCopies(host.content)
      .filter((file) => !host.state.files[file])
      .map(
        (file) => `a backup was completed, but some of the guest's writes are missing from ${file}`,
      ),
  ];
  return (host) => {
    const wrong = known.get(host) ?? judge(host);
    known.set(host, wrong);
    return wrong;
  };
}

/** The files that the guest and its jobs write to. */
function writtenTo(host: SimulatedHost): string[] {
  const { state, jobs } = host;
  return state.domain.disks
    .filter(({ readonly }) => !readonly)
    .flatMap(({ target, chain, job }) => {
      const last = jobs[target]?.layers.at(-1);
      const lowest = chain.findIndex(({ file }) => nameIn(host, file) === last);
      const into = job && (job.mirror ?? chain[lowest + 1]?.file);
      return [...chain.slice(0, 1).map(({ file }) => file), ...(into === undefined ? [] : [into])];
    });
}

function definitionLost(initial: HostState, { state }: SimulatedHost): string[] {
  const { persistent, kept, name } = state.domain;
  return persistent || kept !== undefined || !initial.domain.persistent
    ? []
    : [`the definition of "${name}" is neither in libvirt nor in the journal`];
}

/** Finds what is wrong with the end of a run without faults. */
export function violationsWithoutFaults({ end }: Finish): string[] {
  return end === 'succeeded' ? [] : [`without faults, the run ends as ${end}`];
}
