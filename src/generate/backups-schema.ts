/** The JSON Schema of what `blockplan backups --format json` prints. */
import { BACKUP_STATES } from '../store/listing.ts';
import {
  countSchema,
  formatSchema,
  listSchema,
  objectSchema,
  partSchema,
  textListSchema,
  textSchema,
  wordSchema,
} from './schema-parts.ts';

const DISK_SCHEMA = objectSchema('One disk of a backup.', {
  target: textSchema('Its name in the guest.'),
  mode: wordSchema(['full', 'incremental'], 'Whether the image needs those of other backups.'),
  capacity: countSchema('The size of the disk in bytes.'),
  'serial?': textSchema('The serial number that the guest sees; absent without one.'),
  'root?': textSchema('The digest of the disk; absent in a draft.'),
  file: textSchema("The image's name in the folder of the backup."),
  'size?': countSchema('Bytes that the image takes on its storage; absent if it is missing.'),
  'below?': textSchema(
    'The backup whose image this one needs, as its header says; absent without one.',
  ),
});

/** One backup. */
export const BACKUP_SCHEMA = objectSchema('One backup.', {
  name: textSchema('The name of its folder, without the suffix of a draft.'),
  state: wordSchema(
    BACKUP_STATES,
    '`complete`; `broken`: it has a finding of severity `error`; `draft`: it is incomplete; `merging`: an unfinished prune is removing it.',
  ),
  'into?': textSchema('The kept backup that it is merged into; absent without one.'),
  'domain?': textSchema(
    "The domain's name; this field and those up to `notQuiesced` are absent if the manifest is missing or invalid.",
  ),
  'uuid?': textSchema("The domain's UUID."),
  'time?': textSchema("The time of the disks' content, in UTC (ISO 8601)."),
  'sequence?': countSchema(
    'Sequence number of the backup in its store; it does not depend on the clock.',
    1,
  ),
  'parent?': textSchema('The backup that its increments were made from; absent without one.'),
  'checkpoint?': textSchema('The checkpoint that was made with it; absent without one.'),
  'quiesced?': {
    type: 'boolean',
    description: 'Whether the file systems of the guest were frozen.',
  },
  'notQuiesced?': textSchema('Why they were not frozen; absent if they were.'),
  size: countSchema(
    'Bytes that its folder takes on its storage; with `--disk`, those of the image.',
  ),
  disks: listSchema(DISK_SCHEMA, 'Its disks; none if the manifest is missing or invalid.'),
  findings: listSchema(partSchema('finding'), 'What is wrong with it; empty if nothing is.'),
});

/** The whole listing. */
export const BACKUPS_SCHEMA = objectSchema('The backups in a backup store.', {
  format: formatSchema('backups'),
  store: textSchema('The absolute path of the store.'),
  backups: listSchema(partSchema('backup'), 'Drafts first, then the backups, newest first.'),
  holders: textListSchema('The holders of its lock; empty if it is not locked.'),
  strays: textListSchema('Files and folders that belong to no backup, relative to the store.'),
  findings: listSchema(partSchema('finding'), 'What is wrong with the store as a whole.'),
});
