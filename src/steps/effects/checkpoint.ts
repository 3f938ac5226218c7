/** The effects that create and delete checkpoints. */
import type { VirshEffect } from '../../commands/effect.ts';
import { checkpointXml } from '../../model/checkpoint-xml.ts';
import type { HostState } from '../../model/host-state.ts';

export function createCheckpoint(
  { domain }: HostState,
  name: string,
  targets: readonly string[],
  description?: string,
): VirshEffect {
  const content = checkpointXml(name, targets, description);
  return {
    tool: 'virsh',
    verb: 'checkpoint-create',
    args: { domain: domain.name, xmlfile: { file: 'checkpoint.xml', content } },
    why: `track the changes of ${targets.join(', ')} from now on`,
  };
}

/** @param metadata whether only libvirt's record is removed, because the bitmaps are missing */
export function deleteCheckpoint(
  { domain }: HostState,
  name: string,
  metadata: boolean,
  why: string,
): VirshEffect {
  return {
    tool: 'virsh',
    verb: 'checkpoint-delete',
    args: {
      ...{ domain: domain.name, checkpointname: name },
      ...(metadata ? { metadata } : {}),
    },
    why,
  };
}
