/** What is wrong with the backup stores of a domain, as far as its runs have named them. */
import { codes } from '../codes.ts';
import { blockplanCommand } from '../command.ts';
import type { Defect, Patient } from './patient.ts';

export function storeDefects({ state: { stores = {} } }: Patient): Defect[] {
  return Object.entries(stores).flatMap(([path, store]): Defect[] => {
    if (!store?.mark) return [];
    const names = store.mark.drop.map(({ name }) => name);
    return [
      {
        code: codes.pruneUnfinished,
        severity: 'warning',
        what: `a prune of the backup store ${path} has not finished${names.length === 0 ? '' : `: it removes ${names.join(', ')}`}`,
        why: 'no backup can be added to the store until it has; all other backups can be restored',
        todo: 'resume its run if it is unfinished; otherwise run a plan that has the step backup-prune for this store',
        commands: [blockplanCommand('backups', path)],
      },
    ];
  });
}
