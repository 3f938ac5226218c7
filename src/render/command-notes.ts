/** Explains what readers of a preview ask about its commands: options and files that they did not write themselves. */
import type { Preview } from '../simulate/preview.ts';
import type { Block, Section } from './document.ts';

/** A section with what applies to these commands, in the order of their first use; none if nothing does. */
export function commandNotes({ steps, changes }: Preview): Section[] {
  const phases = steps.flatMap((step) => step.phases);
  const words = new Set(
    [
      ...phases.flatMap(({ commands }) => commands),
      ...phases.flatMap((phase) => phase.undoCommands),
    ]
      .flatMap(({ argv = [] }) => argv)
      .filter((word) => explanationOf(word) !== undefined),
  );
  const items = [...words].map((label) => ({ label, text: explanationOf(label) ?? '' }));
  if (changes.files.some(({ change }) => change === 'created'))
    items.push({
      label: 'new files',
      text: 'only their owner can read and write them (mode 0600), whatever the mode of the original',
    });
  const list: Block = { is: 'items', items };
  return items.length === 0
    ? []
    : [{ is: 'section', title: 'Notes on the commands', blocks: [list] }];
}

function explanationOf(word: string): string | undefined {
  if (word === '--transient-job')
    return 'the job is lost if the guest stops; libvirt requires this option for a persistent domain, and the domain stays persistent';
  if (word.startsWith('RUN/'))
    return 'a file with the XML, which blockplan writes into the folder of the run before it sends the command';
  return undefined;
}
