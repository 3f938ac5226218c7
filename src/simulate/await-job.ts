/** How a simulated block job proceeds by itself. */
import type { AwaitJobEffect } from '../commands/effect.ts';
import { withLayersCopied } from '../host/content.ts';
import { definitionShortens } from '../host/definitions.ts';
import { layersOf, nameIn } from '../host/file-names.ts';
import { withFilesClosed, withoutJobOn } from '../host/jobs.ts';
import { guestWrites, type SimulatedHost, updateDisk, withEnd } from '../host/simulated-host.ts';
import { EffectFailed } from '../model/effect-failed.ts';
import { type Disk, diskOf, isUp } from '../model/host-state.ts';

/** Advances the job until it is ready or has ended. */
export function awaitJob(
  host: SimulatedHost,
  { disk: target, until }: AwaitJobEffect,
): SimulatedHost {
  const disk = diskOf(host.state, target);
  const job = disk?.job;
  if (!isUp(host.state))
    throw new EffectFailed(`the guest stopped, which ended the job on ${target}`);
  if (!disk || !job) {
    if (until === 'ended') return host;
    throw new EffectFailed(`the job on ${target} no longer exists`);
  }
  const { layers = [], into: layer = '' } = host.jobs[target] ?? {};
  const into = job.mirror === undefined ? layer : nameIn(host, job.mirror);
  // A layer that takes the data of those below it also keeps its own.
  const files = layersOf(host, disk);
  const isAbove = files.indexOf(into) < files.indexOf(layers[0] ?? '') && files.includes(into);
  const read = isAbove ? [into, ...layers] : layers;
  const done = { ...host, content: withLayersCopied(host.content, read, into) };
  return guestWrites(
    until === 'ready'
      ? updateDisk(done, target, (each) => ({ ...each, job: { ...job, ready: true } }))
      : shortened(done, disk, layers, into),
  );
}

/**
 * A job that ends by itself removes the layers from the chain, and updates the backing file name in the header above. So does
 * a pull of no layers (seen on libvirt 11.3).
 */
function shortened(
  host: SimulatedHost,
  disk: Disk,
  merged: readonly string[],
  into: string,
): SimulatedHost {
  const files = layersOf(host, disk);
  const first = merged[0] === undefined ? files.indexOf(into) + 1 : files.indexOf(merged[0]);
  const above = files[first - 1];
  const below = disk.chain[first + merged.length]?.file;
  const name = below === undefined ? undefined : (host.jobs[disk.target]?.name ?? below);
  const ended = updateDisk(
    withoutJobOn(withFilesClosed(host, merged, disk.target), disk.target),
    disk.target,
    (each) => ({
      ...each,
      chain: each.chain.filter(({ file }) => !merged.includes(nameIn(host, file))),
    }),
  );
  const written = definitionShortens(ended, disk.target, disk.chain, merged);
  const shorter = below === undefined ? withEnd(written, disk.target, 'made') : written;
  if (above === undefined) return shorter;
  const { [above]: _old, ...headers } = shorter.headers;
  return { ...shorter, headers: name === undefined ? headers : { ...headers, [above]: name } };
}
