import { isGone } from './gone.ts';
import { printedBy } from './read-answer.ts';
import type { Virsh } from './virsh.ts';

/**
 * The name of the domain that has the UUID; undefined where libvirt knows none.
 * @throws BlockplanError domainUnreadable if libvirt does not say
 */
export async function domainNameOf(virsh: Virsh, uuid: string): Promise<string | undefined> {
  const answer = await virsh.run(['domname', '--domain', uuid]);
  if (await isGone(virsh, uuid, answer)) return undefined;
  return printedBy(virsh, uuid, answer).trim() || undefined;
}
