/** The states in which a run with `on-failure: stop` can leave the guest. */
import { FileSet } from '../model/file-identity.ts';
import { activeFile, type HostState } from '../model/host-state.ts';
import { simulateEffects } from './simulate-effects.ts';
import type { WalkedPhase } from './walked-phase.ts';

/** What a failure in the phase can leave behind, as clauses; the phase can fail before and after each of its effects. */
export function leftoversOfStop({ node, start, before }: WalkedPhase): string {
  const states = simulateEffects(node, start);
  const { name, persistent } = before.domain;
  const transient = [before, ...states].some(({ domain }) => !domain.persistent);
  return [
    ...before.domain.disks.flatMap(({ target, device }) =>
      device === 'disk' || device === 'lun' ? [placesOf(target, states)] : [],
    ),
    ...jobsIn(states),
    ...(transient
      ? [
          persistent || before.domain.kept
            ? `"${name}" is defined again from the journal, with the files that its disks use at that time; if libvirt refuses, "${name}" stays transient, and the report prints the "virsh define" command to run`
            : `"${name}" stays transient`,
        ]
      : []),
    ...madeIn(before, states).map((file) => `${file} may remain`),
  ].join('; ');
}

function placesOf(target: string, states: readonly HostState[]): string {
  const places = [...new Set(states.flatMap((state) => activeFile(state, target) ?? []))];
  return `${target} on ${places.join(' or on ') || 'no medium'}`;
}

function jobsIn(states: readonly HostState[]): string[] {
  const jobs = states.flatMap(({ domain }) =>
    domain.disks.flatMap(({ target, job }) =>
      job ? [`a block job (${job.type}) may still be running on ${target}`] : [],
    ),
  );
  return [...new Set(jobs)];
}

function madeIn(before: HostState, states: readonly HostState[]): string[] {
  const after = states.at(-1) ?? before;
  const used = new FileSet(
    after,
    after.domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file)),
  );
  return Object.keys(after.files).filter(
    (file) => after.files[file]?.made && !before.files[file] && !used.has(file),
  );
}
