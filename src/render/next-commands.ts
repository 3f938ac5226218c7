/** The commands that a report says to type, each with what it does. */
import { promptedCommand } from './command.ts';
import { padded, textWidth } from './width.ts';

/** What a command does, by its first two words; a command that says it itself is not explained. */
const PURPOSES: Readonly<Record<string, string>> = {
  'blockplan attach': 'follow its progress',
  'blockplan resume': 'finish its plan',
  'blockplan rollback': 'undo what it did',
  'blockplan rescue': 'restore what undefine removed',
  'blockplan doctor': 'diagnose the guest',
  'blockplan forget': 'close the run',
  'virsh define': 'define the domain again',
  'virsh dominfo': 'see whether the guest is running',
  'virsh domblklist': 'see which files the guest uses',
  'virsh domblkerror': 'see which disk had an error',
  'virsh domfsthaw': 'thaw the file systems of the guest',
  'virsh list': 'list the guests',
  'virsh resume': 'let the guest continue',
  'virsh start': 'start the guest',
};

/** A longer command does not push the explanations of the others away. */
const WIDEST = 60;

/** The commands after a prompt, with their explanations in one column. */
export function explainedCommands(commands: readonly string[]): string[] {
  const canResume = commands.some((command) => command.startsWith('blockplan resume '));
  const rows = commands.map((command) => {
    const words = command
      .replace(/^virsh -c \S+/, 'virsh')
      .split(' ', 2)
      .join(' ');
    // A rollback that has begun can only be finished.
    const isRest = words === 'blockplan rollback' && !canResume;
    return [promptedCommand(command), isRest ? 'finish its rollback' : PURPOSES[words]] as const;
  });
  const width = rows
    .map(([command]) => textWidth(command))
    .filter((each) => each <= WIDEST)
    .reduce((most, each) => Math.max(most, each), 0);
  return rows.map(([command, purpose]) =>
    purpose === undefined ? command : `${padded(command, width)}  # ${purpose}`,
  );
}
