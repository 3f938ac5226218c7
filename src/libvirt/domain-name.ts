import { codes } from '../codes.ts';
import { virshCommand } from '../command.ts';
import { BlockplanError } from '../errors.ts';
import type { Virsh } from './virsh.ts';

/** The name of the domain that has the UUID; undefined where libvirt knows none. */
export async function domainNameOf(virsh: Virsh, uuid: string): Promise<string | undefined> {
  const answer = await virsh.run(['domname', '--domain', uuid]);
  const name = answer.stdout.trim();
  return answer.ok && name !== '' ? name : undefined;
}

/** The error for a domain that libvirt does not show. @param error libvirt's message */
export function unreadableDomain(
  { uri }: Pick<Virsh, 'uri'>,
  name: string,
  { error = 'no answer' }: { readonly error?: string | undefined },
): BlockplanError {
  return new BlockplanError('preflight-refused', [
    {
      code: codes.domainUnreadable,
      severity: 'error',
      message: `the domain "${name}" cannot be read: ${error}`,
      hint: `try it by hand: ${virshCommand({ connect: uri }, 'dumpxml', name)}`,
    },
  ]);
}
