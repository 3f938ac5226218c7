/** What a simulated block job comes to by itself. */
import type { AwaitJobEffect } from '../commands/effect.ts';
import { poured } from '../host/content.ts';
import { definitionShortens } from '../host/definitions.ts';
import { layersOf, nameIn } from '../host/file-names.ts';
import { guestWrites, onDisk, type SimulatedHost } from '../host/host-state.ts';
import { released, withoutJobOn } from '../host/jobs.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { type Disk, diskOf, isUp } from '../model/world.ts';

/** Waits until the job has done what it can do by itself. */
export function awaitJob(
  host: SimulatedHost,
  { disk: target, until }: AwaitJobEffect,
): SimulatedHost {
  const disk = diskOf(host.world, target);
  const job = disk?.job;
  if (!isUp(host.world))
    throw new EffectFailed(`the guest has stopped, and the job on ${target} with it`);
  if (!disk || !job) {
    if (until === 'ended') return host;
    throw new EffectFailed(`there is no job on ${target} any more`);
  }
  const layers = host.jobs[target]?.layers ?? [];
  const into = job.mirror === undefined ? commitBase(host, disk, layers) : nameIn(host, job.mirror);
  const done = { ...host, content: poured(host.content, layers, into) };
  return guestWrites(
    until === 'ready'
      ? onDisk(done, target, (each) => ({ ...each, job: { ...job, ready: true } }))
      : shortened(done, disk, layers),
  );
}

function commitBase(host: SimulatedHost, disk: Disk, committed: readonly string[]): string {
  const files = layersOf(host, disk);
  return files[files.indexOf(committed.at(-1) ?? '') + 1] ?? '';
}

/** A commit below the active layer takes the layers out of the chain, and names the base in the header above them. */
function shortened(host: SimulatedHost, disk: Disk, committed: readonly string[]): SimulatedHost {
  const files = layersOf(host, disk);
  const above = files[files.indexOf(committed[0] ?? '') - 1];
  const base = disk.chain[files.indexOf(committed.at(-1) ?? '') + 1]?.file ?? '';
  const name = host.jobs[disk.target]?.name ?? base;
  const ended = onDisk(
    withoutJobOn(released(host, committed), disk.target),
    disk.target,
    (each) => ({
      ...each,
      chain: each.chain.filter(({ file }) => !committed.includes(nameIn(host, file))),
    }),
  );
  const shorter = definitionShortens(ended, disk.target, disk.chain, committed);
  return above ? { ...shorter, headers: { ...shorter.headers, [above]: name } } : shorter;
}
