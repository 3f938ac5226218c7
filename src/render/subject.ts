import { OUTCOMES, type Outcome } from '../outcomes.ts';
import { printable } from '../printable.ts';

/**
 * One line for a mail's subject or a notification: the outcome first and in capitals, then the guest and the plan.
 * @param of the plan's name or its file; without a domain if the plan could not be read
 */
export function renderSubject(
  outcome: Outcome,
  { plan, domain }: { readonly plan: string; readonly domain?: string },
): string {
  const guest = domain === undefined ? '' : `${printable(domain)}, `;
  return `${OUTCOMES[outcome].word.toUpperCase()}: ${guest}plan ${printable(plan)}`;
}
