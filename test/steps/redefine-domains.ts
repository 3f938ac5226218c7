/** Domains for the tests of `redefine`: transient since an undefine step, with the bundle that it kept. */
import type { Bundle } from '../../src/model/host-state.ts';
import { BASE, disk, SNAP1, world } from '../worlds.ts';

export const moment = (name: string) => ({
  name,
  xml: `<domainsnapshot><name>${name}</name></domainsnapshot>`,
});

export function bundle(change: Partial<Bundle> = {}): Bundle {
  const definition = world().domain.definition ?? '';
  return { definition, autostart: true, snapshots: [], checkpoints: [], ...change };
}

/** A domain that an undefine step of the same plan has made transient. */
export const kept = world({ domain: { persistent: false, kept: bundle() } });
export const moved = world({
  disks: [disk('vda', ['/new/copy.qcow2', SNAP1, BASE])],
  domain: { persistent: false, kept: bundle() },
});
