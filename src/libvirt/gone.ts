/** Whether libvirt no longer knows a domain. */

import type { Answer } from './answer.ts';
import { isListed } from './by-uuid.ts';
import type { Virsh } from './virsh.ts';

const UNKNOWN_DOMAIN = /failed to get domain '|Domain not found|no domain with matching/i;

/**
 * Whether one of the answers says that libvirt does not know the domain, and libvirt does not list it either. virsh prints
 * "failed to get domain" whatever prevented the look-up: it drops libvirt's own error first (tools/virsh-util.c,
 * virshCommandOptDomain). A transient domain may stop between two commands; then it is gone as well.
 * @param domain its name or UUID
 */
export async function isGone(
  virsh: Virsh,
  domain: string,
  ...answers: readonly (Answer | undefined)[]
): Promise<boolean> {
  const says = answers.some(
    (answer) => answer?.error !== undefined && UNKNOWN_DOMAIN.test(answer.error),
  );
  return says && (await isListed(virsh, domain)) === false;
}
