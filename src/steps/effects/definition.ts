/** How a persistent definition is put in place, byte for byte, with what belongs to it. */
import type { Effect } from '../../commands/effect.ts';
import type { Bundle, HostState } from '../../model/host-state.ts';

/** The name, in the run's folder, of the definition that was given to libvirt last. */
export const DEFINITION_FILE = 'define.xml';

/** `virsh define` of that XML; the file lies in the run's folder, fsynced, before the command is given. */
export function defineDomain(xml: string, why: string): Effect {
  return {
    tool: 'virsh',
    verb: 'define',
    args: { file: { file: DEFINITION_FILE, content: xml } },
    why,
  };
}

/** Takes a running domain's definition away, which the journal keeps, but not what lies beside it. */
export function makeTransient({ domain: { name, nvram, tpm } }: HostState): Effect {
  return {
    tool: 'virsh',
    verb: 'undefine',
    args: { domain: name, 'keep-nvram': nvram, 'keep-tpm': tpm },
    why: 'make the domain transient again',
  };
}

/**
 * What a new definition does not bring by itself and is missing: the autostart mark, and metadata of snapshots and checkpoints
 * that libvirt has forgotten (libvirt keeps them in memory until the guest stops, and drops them then).
 */
export function restoreAttachments(bundle: Bundle, now: HostState): Effect[] {
  const { name } = now.domain;
  const effects: Effect[] = [];
  if (bundle.autostart && !now.domain.autostart) {
    effects.push({
      tool: 'virsh',
      verb: 'autostart',
      args: { domain: name },
      why: 'mark it for autostart again',
    });
  }
  for (const snapshot of bundle.snapshots.filter(
    (each) => !now.domain.snapshots.includes(each.name),
  )) {
    effects.push({
      tool: 'virsh',
      verb: 'snapshot-create',
      args: {
        domain: name,
        xmlfile: { file: 'snapshot.xml', content: snapshot.xml },
        redefine: true,
        current: snapshot.name === bundle.currentSnapshot,
      },
      why: `restore the metadata of snapshot ${snapshot.name}`,
    });
  }
  for (const checkpoint of bundle.checkpoints.filter(
    (each) => !now.domain.checkpoints.includes(each.name),
  )) {
    effects.push({
      tool: 'virsh',
      verb: 'checkpoint-create',
      args: {
        domain: name,
        xmlfile: { file: 'checkpoint.xml', content: checkpoint.xml },
        redefine: true,
      },
      why: `restore the metadata of checkpoint ${checkpoint.name}`,
    });
  }
  return effects;
}
