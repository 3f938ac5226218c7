/** What of a command depends on the host at the moment at which it is sent. */
import type { VirshEffect } from '../commands/effect.ts';
import { withEditsKept } from '../commands/refuse-changed.ts';
import { backsUpInto } from '../model/backup-xml.ts';
import type { HostState } from '../model/host-state.ts';
import {
  LOCKED_ANSWER_MS,
  NO_BACKUP,
  NOT_RUNNING,
  printedUnless,
  UNSUPPORTED,
} from './read-answer.ts';
import type { Virsh } from './virsh.ts';

/**
 * The command as it is to be sent now; undefined if there is nothing left to do.
 * @throws BlockplanError where libvirt does not say how the host is
 */
export async function presentCommand(
  effect: VirshEffect,
  virsh: Virsh,
  domain: string,
  observe: () => Promise<HostState>,
): Promise<VirshEffect | undefined> {
  const { backup, over } = effect;
  if (backup !== undefined && !(await isBackingUpInto(virsh, domain, backup))) return undefined;
  return over?.keepsEdits ? withEditsKept(effect, await observe()) : effect;
}

/**
 * Whether the backup into that folder is running now. `domjobabort` names no job: it would also cancel another tool's backup
 * that has begun since, or a migration.
 */
async function isBackingUpInto(virsh: Virsh, domain: string, folder: string): Promise<boolean> {
  const query = ['backup-dumpxml', '--domain', domain];
  const answer = await virsh.run(query, { timeoutMs: LOCKED_ANSWER_MS });
  const xml = printedUnless([UNSUPPORTED, NO_BACKUP, NOT_RUNNING], virsh, domain, answer);
  return xml !== undefined && backsUpInto(xml, folder);
}
