import { commandLine } from '../command.ts';
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
      return `${commandLine('mkdir', effect.draft)}  # with a manifest, and an empty image for ${Object.keys(effect.sources).join(', ')}`;
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
    case 'verify-image':
      return `# compare the checksums of ${commandLine(effect.file)} with those of the backup`;
    case 'discard-backup':
      return `${commandLine('rm', '-r', effect.draft)}  # once proven to belong to this run`;
  }
}

/** The words of a command for display, with a file of the run's folder as `RUN/NAME`. */
export function shownWords(effect: Extract<Effect, { tool: 'virsh' | 'qemu-img' }>): string[] {
  return argvOf(effect).map((word) => (typeof word === 'string' ? word : `RUN/${word.file}`));
}
