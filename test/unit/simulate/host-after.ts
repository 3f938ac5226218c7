/** A simulated host after effects, each written in one line. */
import type { Word } from '../../../src/commands/define.ts';
import type { Effect } from '../../../src/commands/effect.ts';
import {
  guestWrites,
  type SimulatedHost,
  simulatedHostOf,
} from '../../../src/host/simulated-host.ts';
import { apply } from '../../../src/simulate/host.ts';
import { virshEffect } from '../../effects.ts';
import { BASE, disk, frozen, looked, SNAP1, SNAP2, world } from '../../worlds.ts';

export const DEST = '/new/copy.qcow2';

export function virsh(...words: readonly Word[]): Effect {
  return virshEffect(words);
}

export function ready(target: string): Effect {
  return { tool: 'await-job', disk: target, until: 'ready', why: 'test', timeoutMs: 1 };
}

export const blockjob = (how: string) =>
  virsh('blockjob', '--domain', 'testvm', '--path', 'vda', how);
export const copy = (...more: string[]) =>
  virsh(
    ...['blockcopy', '--domain', 'testvm', '--path', 'vda', '--dest', DEST, '--transient-job'],
    ...more,
  );
export const commit = (...more: string[]) =>
  virsh('blockcommit', '--domain', 'testvm', '--path', 'vda', '--active', ...more);
export const overlay = (file: string) =>
  virsh(
    ...['snapshot-create-as', '--domain', 'testvm', '--name', 's', '--no-metadata'],
    ...['--diskspec', `vda,snapshot=external,driver=qcow2,file=${file}`],
  );

/** A host after these effects, one after the other, while the guest writes. */
export function hostAfter(...effects: readonly Effect[]): SimulatedHost {
  const start = simulatedHostOf(
    frozen(looked(world({ disks: [disk('vda', [SNAP2, SNAP1, BASE])] }), [DEST])),
  );
  return effects.reduce((host, effect) => frozen(guestWrites(apply(host, effect))), frozen(start));
}

export function filesOn(host: SimulatedHost): string[] {
  return host.state.domain.disks[0]?.chain.map(({ file }) => file) ?? [];
}
