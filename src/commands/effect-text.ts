import { join } from 'node:path';
import { commandLine } from '../command.ts';
import { STORE_NAMES } from '../model/backup-store.ts';
import type { DraftBackupEffect, VerifyBackupsEffect } from './backup-effect.ts';
import { argvOf, type Effect } from './effect.ts';

/** An effect as a shell line, or as a comment (`# …`) for what blockplan does itself. */
export function commandText(effect: Effect): string {
  switch (effect.tool) {
    case 'virsh':
    case 'qemu-img':
      return commandLine(effect.tool, ...shownWords(effect));
    case 'await-job':
      return `# wait for libvirt's event: ${effect.disk} ${effect.until}`;
    case 'keep-definition':
      return '# save the definition bundle in the journal';
    case 'make-file':
      return `: > ${commandLine(effect.file)}  # must not exist`;
    case 'remove-file':
      return `${commandLine('rm', effect.file)}  # once proven unused`;
    case 'move-file':
      return `${commandLine('mv', '--no-clobber', effect.file, effect.to)}  # once proven unused`;
    case 'draft-backup':
      return `${commandLine('mkdir', effect.draft)}  # ${draftText(effect)}`;
    case 'arm-thaw':
      return `# start a process that thaws the guest after ${effect.timeoutMs / 1000} s, or if blockplan dies`;
    case 'note-quiesce':
      return `# write into the manifest in ${commandLine(effect.draft)} whether the file systems were frozen`;
    case 'await-backup':
      return `# wait for libvirt's event: the backup of ${effect.disks.join(', ')} ${effect.until === 'complete' ? 'is complete' : 'has ended'}`;
    case 'digest-backup':
      return `# write the checksums of ${effect.disks.join(', ')} in ${commandLine(effect.draft)}`;
    case 'publish-backup':
      return `${commandLine('mv', '--no-clobber', effect.draft, effect.to)}  # with a complete manifest, once all files are on disk`;
    case 'retire-checkpoints':
      return `# delete the checkpoints ${effect.checkpoints.join(', ')}, each with virsh checkpoint-delete`;
    case 'verify-image':
      return `# compare the checksums of ${commandLine(effect.file)} with those of the backup`;
    case 'verify-backups':
      return `# compare ${verifiedText(effect)} with the checksums, and run qemu-img check on the images`;
    case 'mark-prune':
      return `# write the backups in ${commandLine(effect.store)} that no rule keeps to prune.json`;
    case 'remove-pruned':
      return `# remove the backups that prune.json in ${commandLine(effect.store)} names, and then that file`;
    case 'unmark-prune':
      return `${commandLine('rm', join(effect.store, STORE_NAMES.mark))}  # once proven to belong to this run`;
    case 'discard-backup':
      return `${commandLine('rm', '-r', effect.draft)}  # once proven to belong to this run`;
  }
}

function draftText({ sources, parent, roots = {} }: DraftBackupEffect): string {
  const increments = Object.keys(roots);
  const full = Object.keys(sources).filter((disk) => !increments.includes(disk));
  const images = [
    ...(full.length > 0 ? [`an empty image for ${full.join(', ')}`] : []),
    ...(increments.length > 0 ? [`one above ../${parent} for ${increments.join(', ')}`] : []),
  ];
  return `with a manifest, and ${images.join(', and ')}`;
}

function verifiedText({ store, backup }: VerifyBackupsEffect): string {
  const place = commandLine(store);
  return backup === undefined ? `each backup in ${place}` : `the backup ${backup} in ${place}`;
}

/** The words of a command for display, with a file of the run's folder as `RUN/NAME`. */
export function shownWords(effect: Extract<Effect, { tool: 'virsh' | 'qemu-img' }>): string[] {
  return argvOf(effect).map((word) => (typeof word === 'string' ? word : `RUN/${word.file}`));
}
