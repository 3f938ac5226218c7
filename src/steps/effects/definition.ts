/** The effects that put a persistent definition in place, byte for byte, with its autostart mark and metadata. */
import type { Effect, Former } from '../../commands/effect.ts';
import { targetsIn } from '../../model/definition-layers.ts';
import type { Bundle, HostState } from '../../model/host-state.ts';

/** The name, in the run's folder, of the last definition that was passed to libvirt. */
export const DEFINITION_FILE = 'define.xml';

/**
 * `virsh define` of that XML. The file is written to the run's folder and fsynced before the command is sent.
 * @param over what must still be so when it is sent; by default, any definition is replaced
 */
export function defineDomain(xml: string, why: string, over?: Former): Effect {
  return {
    tool: 'virsh',
    verb: 'define',
    args: { file: { file: DEFINITION_FILE, content: xml } },
    why,
    ...(over === undefined ? {} : { over }),
  };
}

/**
 * Removes a running domain's definition, which the journal keeps, but not its NVRAM file or TPM state.
 * @param now with the definition and the mark that may be removed: no other ones are, nor those of a guest that has stopped
 */
export function makeTransient(now: HostState): Effect {
  const { name, nvram, tpm } = now.domain;
  return {
    tool: 'virsh',
    verb: 'undefine',
    args: { domain: name, 'keep-nvram': nvram, 'keep-tpm': tpm },
    why: 'make the domain transient again',
    ...overDefinition(now),
  };
}

/** For an `undefine`: what it removes, from a guest that is up. libvirt removes one that is off as a whole. */
export function overDefinition({ domain: { definition, autostart } }: HostState): {
  readonly over?: Former;
} {
  return definition === undefined ? {} : { over: { definition, autostart, up: true } };
}

/** For a `define` of a domain that a run has made transient: libvirt may have a definition again, derived from that one. */
export function overKept(definition: string): Former {
  return { definition, layersOf: targetsIn(definition), transient: true };
}

/**
 * Restores what a new definition does not include and the domain lacks: the autostart mark, and the metadata of snapshots
 * and checkpoints that libvirt has lost (libvirt keeps it in memory and drops it when the guest stops).
 */
export function restoreAttachments(bundle: Bundle, now: HostState): Effect[] {
  const { name } = now.domain;
  const effects: Effect[] = [];
  if (bundle.autostart && !now.domain.autostart) {
    effects.push({
      tool: 'virsh',
      verb: 'autostart',
      args: { domain: name },
      why: 'enable autostart again',
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
