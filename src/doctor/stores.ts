/** What is wrong with the backup stores of a domain, as far as its runs have named them. */
import { codes } from '../codes.ts';
import { blockplanCommand, virshLine } from '../command.ts';
import type { BackupStore } from '../model/backup-store.ts';
import type { Defect, Patient } from './patient.ts';

export function storeDefects(patient: Patient): Defect[] {
  return Object.entries(patient.state.stores ?? {}).flatMap(([path, store]) =>
    store ? [...unfinishedPrune(path, store), ...orphanedCheckpoints(patient, path, store)] : [],
  );
}

/** A checkpoint whose backup was not completed. Its run may still do that, but doctor is silent while a run is active. */
function orphanedCheckpoints(
  { state: { domain, host } }: Patient,
  path: string,
  { drafts }: BackupStore,
): Defect[] {
  return drafts.flatMap(({ name, point }): Defect[] => {
    const checkpoint = point?.uuid === domain.uuid ? point.checkpoint : undefined;
    if (checkpoint === undefined || !domain.checkpoints.includes(checkpoint)) return [];
    return [
      {
        code: codes.checkpointOrphaned,
        severity: 'warning',
        what: `checkpoint "${checkpoint}" belongs to the backup ${name} in ${path}, which was not completed`,
        why: 'it costs the guest a little of each write, and no increment can be made from it',
        todo: 'resume or roll back the run of that backup if it is unfinished; otherwise delete the checkpoint',
        commands: [
          virshLine(
            host,
            'checkpoint-delete',
            ...['--domain', domain.name, '--checkpointname', checkpoint],
          ),
        ],
      },
    ];
  });
}

function unfinishedPrune(path: string, { mark }: BackupStore): Defect[] {
  if (!mark) return [];
  const names = mark.drop.map(({ name }) => name);
  return [
    {
      code: codes.pruneUnfinished,
      severity: 'warning',
      what: `a prune of the backup store ${path} has not finished${names.length === 0 ? '' : `: it removes ${names.join(', ')}`}`,
      why: 'these backups may be incomplete; all others can be restored',
      todo: 'resume its run if it is unfinished; otherwise run a plan that has the step backup-prune for this store',
      commands: [blockplanCommand('backups', path)],
    },
  ];
}
