/** The JSON Schema of what `blockplan backups --format json` prints. */
import { BACKUP_STATES } from '../store/listing.ts';
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

const DISK_SCHEMA = objectSchema('One disk of a backup.', {
  target: textSchema('Its name in the guest.'),
  mode: wordSchema(
    ['full', 'incremental'],
    'Whether the image depends on images of other backups.',
  ),
  capacity: countSchema('The size of the disk in bytes.'),
  'serial?': textSchema('The serial number that the guest sees; absent if the disk has none.'),
  'root?': textSchema('The digest of the disk; absent in a draft.'),
  file: textSchema("The image's name in the folder of the backup."),
  'size?': countSchema('Disk space that the image uses, in bytes; absent if the image is missing.'),
  'below?': textSchema(
    "The backup with the backing file of this image, according to the image's header; absent if the image has none.",
  ),
});

const LEFT_OUT_SCHEMA = objectSchema('A disk of the guest that is not in the backup.', {
  target: textSchema('Its name in the guest.'),
  reason: textSchema('Why it was left out.'),
  lacking: {
    type: 'boolean',
    description:
      'Whether the backup lacks its data: the guest could write to it, or the reason is unknown.',
  },
});

const BACKUP_SCHEMA = objectSchema('One backup.', {
  name: textSchema('The name of its folder, without the suffix of a draft.'),
  state: wordSchema(
    BACKUP_STATES,
    '`complete`; `broken`: it has a finding of severity `error`; `draft`: it is incomplete; `merging`: a prune began to remove it and has not finished.',
  ),
  'into?': textSchema(
    'The remaining backup that this one is merged into; absent if it is not being merged.',
  ),
  'domain?': textSchema(
    "The domain's name; this field and those up to `notQuiesced` are absent if the manifest is missing or invalid.",
  ),
  'uuid?': textSchema("The domain's UUID."),
  'time?': textSchema("The time of the disks' content, in UTC (ISO 8601)."),
  'sequence?': countSchema(
    'Sequence number of the backup in its store; it does not depend on the clock.',
    1,
  ),
  'parent?': textSchema(
    'The backup that the incremental images of this backup are based on; absent if all images are full.',
  ),
  'checkpoint?': textSchema('The checkpoint that was created with it; absent if none was.'),
  'quiesced?': {
    type: 'boolean',
    description: 'Whether the file systems of the guest were frozen.',
  },
  'notQuiesced?': textSchema('Why the file systems were not frozen; absent if they were.'),
  'verified?': objectSchema('The last verification; absent if the data was never verified.', {
    time: textSchema('When, in UTC (ISO 8601).'),
    good: {
      type: 'boolean',
      description:
        'Whether all disks were as they were backed up; if not, `findings` has the reason.',
    },
  }),
  size: countSchema('Disk space that the folder uses, in bytes; with `--disk`, that of the image.'),
  disks: listSchema(DISK_SCHEMA, 'Its disks; none if the manifest is missing or invalid.'),
  leftOut: listSchema(
    LEFT_OUT_SCHEMA,
    'The other disks that the guest had; empty for a draft, and with `--disk`.',
  ),
  findings: listSchema(partSchema('finding'), 'What is wrong with it; empty if nothing is.'),
});

const BACKUPS_SCHEMA = objectSchema('The backups in a backup store.', {
  format: formatSchema('backups'),
  store: textSchema('The absolute path of the store.'),
  backups: listSchema(partSchema('backup'), 'Drafts first, then the backups, newest first.'),
  holders: textListSchema('The holders of its lock; empty if it is not locked.'),
  strays: textListSchema('Files and folders that belong to no backup, relative to the store.'),
  findings: listSchema(partSchema('finding'), 'What is wrong with the store as a whole.'),
});

/** What `blockplan backups` prints. */
export const BACKUPS_OUTPUT: CommandOutput = {
  name: 'backups',
  prints: 'the backups in a backup store, or the reasons for a refusal.',
  schema: { oneOf: [partSchema('listing'), partSchema('refusal')] },
  defs: {
    ...{ listing: BACKUPS_SCHEMA, backup: BACKUP_SCHEMA },
    ...{ refusal: REFUSAL_SCHEMA, finding: FINDING_SCHEMA },
  },
};
