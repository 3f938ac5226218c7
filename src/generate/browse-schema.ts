/** The JSON Schema of what `blockplan browse --format json` prints. */
import {
  type CommandOutput,
  countSchema,
  FINDING_SCHEMA,
  formatSchema,
  listSchema,
  objectSchema,
  partSchema,
  REFUSAL_SCHEMA,
  textListSchema,
  textSchema,
  wordSchema,
} from './schema-parts.ts';

const BROWSED_DISK_SCHEMA = objectSchema('One disk that is served.', {
  target: textSchema('Its name in the guest.'),
  capacity: countSchema('The size of the disk in bytes.'),
  socket: textSchema(
    'The unix socket of its NBD server; only the user of the command can reach it.',
  ),
  uri: textSchema('The NBD URI of the disk.'),
});

const BROWSED_SCHEMA = objectSchema('A backup whose disks are served until the command ends.', {
  format: formatSchema('browse'),
  store: textSchema('The absolute path of the store.'),
  backup: textSchema('The name of the backup.'),
  domain: textSchema("The domain's name."),
  time: textSchema("The time of the disks' content, in UTC (ISO 8601)."),
  quiesced: {
    type: 'boolean',
    description: 'Whether the file systems of the guest were frozen.',
  },
  disks: listSchema(BROWSED_DISK_SCHEMA, 'The disks that are served.'),
  program: wordSchema(
    ['nbd-client', 'guestmount'],
    'What the commands use: NBD devices of the kernel, or libguestfs.',
  ),
  open: textListSchema('The commands to type to look inside.'),
  close: textListSchema('The commands to type before the command is ended.'),
  findings: listSchema(partSchema('finding'), 'Warnings; empty if there are none.'),
});

/** What `blockplan browse` prints. */
export const BROWSE_OUTPUT: CommandOutput = {
  name: 'browse',
  prints: 'one line once the disks of a backup are served, or the reasons for a refusal.',
  schema: { oneOf: [partSchema('browsed'), partSchema('refusal')] },
  defs: { browsed: BROWSED_SCHEMA, refusal: REFUSAL_SCHEMA, finding: FINDING_SCHEMA },
};
