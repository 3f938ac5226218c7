/** Reads virsh's answers: a refusal counts as "there is none" only if it is one of the refusals that say so. */
import { codes } from '../codes.ts';
import { virshCommand } from '../command.ts';
import { BlockplanError, type Finding } from '../errors.ts';
import { DomainBusy } from '../model/domain-busy.ts';
import type { Answer } from './answer.ts';
import type { Virsh } from './virsh.ts';

/**
 * How long to wait for an answer that needs libvirt's lock on the domain, in milliseconds. While another command holds it,
 * libvirt refuses after 30 s; a session that gives up at the same time would be ended instead.
 */
export const LOCKED_ANSWER_MS = 60_000;

/** libvirt's refusal while another command holds its lock on the domain (qemu_domainjob.c). */
const BUSY = /Timed out during operation: cannot acquire state change lock/;

/** Whether libvirt refused because another command holds the domain: what was asked for was not begun. */
export function isHeld(said: string): boolean {
  return BUSY.test(said);
}

/**
 * The refusal of a driver, a daemon or a virsh that does not know the command; then what it asks for cannot exist either.
 * libvirt's `test` driver has no block jobs and no backups.
 */
export const UNSUPPORTED =
  /not supported by the connection driver|unknown procedure: \d+|^unknown command: /;

/** The refusal of what only a running guest has. */
export const NOT_RUNNING = /domain is not running/i;

/** The refusal of `backup-dumpxml` where no backup runs (qemu_backup.c, qemuBackupGetXMLDesc). */
export const NO_BACKUP = /no domain backup job present/;

/**
 * What virsh printed.
 * @throws BlockplanError domainUnreadable with libvirt's reason; DomainBusy if another command holds the domain
 */
export function printedBy(
  virsh: Pick<Virsh, 'uri'>,
  domain: string,
  answer: Answer | undefined,
): string {
  if (answer?.ok) return answer.stdout;
  throw unreadableDomain(virsh, domain, { error: answer?.error });
}

/**
 * What virsh printed; undefined where it refuses for one of these reasons, which say that there is nothing to print.
 * @throws as `printedBy`, for any other reason
 */
export function printedUnless(
  absent: readonly RegExp[],
  virsh: Pick<Virsh, 'uri'>,
  domain: string,
  answer: Answer | undefined,
): string | undefined {
  const said = answer?.error;
  if (said !== undefined && absent.some((refusal) => refusal.test(said))) return undefined;
  return printedBy(virsh, domain, answer);
}

/** The error for a domain that libvirt does not show. @param error libvirt's message */
export function unreadableDomain(
  { uri }: Pick<Virsh, 'uri'>,
  name: string,
  { error = 'no answer' }: { readonly error?: string | undefined },
): BlockplanError {
  const isBusy = isHeld(error);
  const finding: Finding = {
    code: codes.domainUnreadable,
    severity: 'error',
    message: `the domain "${name}" cannot be read: ${error}`,
    hint: isBusy
      ? 'another command is working on the domain; wait until it has ended, and try again'
      : `try it by hand: ${virshCommand({ connect: uri }, 'dumpxml', name)}`,
  };
  return new (isBusy ? DomainBusy : BlockplanError)('preflight-refused', [finding]);
}

/** Whether `unreadableDomain` made the error, and asking again at once may give an answer. */
export function mayBeReadAgain(error: unknown): error is BlockplanError {
  return (
    error instanceof BlockplanError &&
    !(error instanceof DomainBusy) &&
    error.findings[0]?.code === codes.domainUnreadable
  );
}
