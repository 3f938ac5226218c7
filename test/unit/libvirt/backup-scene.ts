/** A wait for a backup on scripted events and answers. */
import type { AwaitBackupEffect } from '../../../src/commands/backup-effect.ts';
import type { Progress } from '../../../src/commands/effect.ts';
import { BackupWatch } from '../../../src/libvirt/await-backup.ts';
import { scripted } from './scripted-virsh.ts';
import { InspectedEnd, scriptedEvents } from './watch-scene.ts';

/** What `virsh domjobinfo --rawstats` prints (libvirt 9.0). */
export const RUNNING =
  'Job type: 2\n\noperation: 9\ntime_elapsed: 149\ndisk_total: 1000\ndisk_processed: 400\ndisk_remaining: 600\n';
export const NONE = 'Job type: 0\n\n';

export const backupXml = (folder: string) =>
  `<domainbackup mode='push'><disks>${['vda', 'vdb']
    .map((disk) => `<disk name='${disk}'><target file='${folder}/${disk}.qcow2'/></disk>`)
    .join('')}</disks></domainbackup>`;

/** A watch on scripted events and answers, and a wait whose end can be inspected. */
export function backupScene(until: AwaitBackupEffect['until'], answer: string | Error = RUNNING) {
  const scene = scriptedEvents();
  const answers = {
    now: answer,
    xml: backupXml('/s/a.partial') as string | undefined,
    copied: 'vda vdb',
    state: 'running\n' as string | Error,
    late: [] as readonly object[],
    isSettled: true,
  };
  const virsh = scripted(([verb, , , , disk = '']) => {
    if (verb === 'domstate') return answers.state;
    if (verb === 'list') return '';
    if (verb === 'blockjob') return answers.copied.includes(disk) ? ' type=Backup\n' : '';
    if (verb === 'backup-dumpxml') return answers.xml ?? new Error('no domain backup job present');
    if (verb === 'domjobabort' && answers.copied === '') answers.now = NONE;
    return answers.now;
  });
  const watch = new BackupWatch(scene.events);
  const progress: Progress[] = [];
  const abort = new AbortController();
  const effect: AwaitBackupEffect = {
    ...{ tool: 'await-backup', draft: '/s/a.partial', disks: ['vda'], until },
    ...{ why: 'w', timeoutMs: 60_000 },
  };
  const end = new InspectedEnd();
  const wait = () =>
    end.of(
      watch.until({
        ...{ virsh, domain: 'testvm', effect, signal: abort.signal },
        settled: async () => {
          for (const event of answers.late) scene.hear(event);
          return answers.isSettled;
        },
        onProgress: (each) => progress.push(each),
      }),
    );
  return {
    ...scene,
    ...{ virsh, watch, progress, abort, answers, wait },
    end: () => end.text,
  };
}
