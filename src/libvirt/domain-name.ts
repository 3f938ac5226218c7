import type { Virsh } from './virsh.ts';

/** The name of the domain that has the UUID; undefined where libvirt knows none. */
export async function domainNameOf(virsh: Virsh, uuid: string): Promise<string | undefined> {
  const answer = await virsh.run(['domname', '--domain', uuid]);
  const name = answer.stdout.trim();
  return answer.ok && name !== '' ? name : undefined;
}
