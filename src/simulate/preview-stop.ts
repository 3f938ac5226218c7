/** Where a run can leave the guest that stops at a failure, because its plan says `on-failure: stop`. */
import { FileSet } from '../model/file-identity.ts';
import { activeFile, type World } from '../model/world.ts';
import { simulateEffects } from './imagine.ts';
import type { Walked } from './walked.ts';

/** What a failure in the phase can leave, as clauses; the phase can fail before and after each of its effects. */
export function leftByStop({ node, start, before }: Walked): string {
  const worlds = simulateEffects(node, start);
  const { name, persistent } = before.domain;
  const transient = [before, ...worlds].some(({ domain }) => !domain.persistent);
  return [
    ...before.domain.disks.flatMap(({ target, device }) =>
      device === 'disk' || device === 'lun' ? [placesOf(target, worlds)] : [],
    ),
    ...jobsIn(worlds),
    ...(transient
      ? [
          persistent || before.domain.kept
            ? `"${name}" is defined again from the journal with its disks where they are then; if libvirt refuses that, it stays transient and the report prints the "virsh define" to type`
            : `"${name}" stays transient`,
        ]
      : []),
    ...madeIn(before, worlds).map((file) => `${file} can stay behind`),
  ].join('; ');
}

function placesOf(target: string, worlds: readonly World[]): string {
  const places = [...new Set(worlds.flatMap((world) => activeFile(world, target) ?? []))];
  return `${target} on ${places.join(' or on ') || 'no medium'}`;
}

function jobsIn(worlds: readonly World[]): string[] {
  const jobs = worlds.flatMap(({ domain }) =>
    domain.disks.flatMap(({ target, job }) =>
      job ? [`a job (${job.type}) can still run on ${target}`] : [],
    ),
  );
  return [...new Set(jobs)];
}

function madeIn(before: World, worlds: readonly World[]): string[] {
  const after = worlds.at(-1) ?? before;
  const used = new FileSet(
    after,
    after.domain.disks.flatMap(({ chain }) => chain.map(({ file }) => file)),
  );
  return Object.keys(after.files).filter(
    (file) => after.files[file]?.made && !before.files[file] && !used.has(file),
  );
}
