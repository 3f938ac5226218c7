/** The JSON Schema of a backup's manifest, for other programs and for the generated validator. */
import { BACKUP_NAME, IMAGE_NAME, TARGET_NAME } from './names.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Every value has a title that follows "must be". */
function value(title: string, description: string, rules: Schema): Schema {
  return { title, description, ...rules };
}

function map(
  properties: Readonly<Record<string, Schema>>,
  optional: readonly string[],
  rules: Schema = {},
): Schema {
  return {
    type: 'object',
    title: 'a map',
    additionalProperties: false,
    required: Object.keys(properties).filter((key) => !optional.includes(key)),
    properties,
    ...rules,
  };
}

const text = (description: string): Schema =>
  value('text that is not empty', description, { type: 'string', minLength: 1, maxLength: 4096 });

const time = (description: string): Schema =>
  value('a time in UTC such as "2026-11-29T02:00:00Z"', description, {
    type: 'string',
    pattern:
      '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])T(?:[01]\\d|2[0-3])(?::[0-5]\\d){2}(?:\\.\\d{1,3})?Z$',
  });

const backupName = (description: string): Schema =>
  value('the name of a backup: letters, digits, ".", "_", "+" and "-"', description, {
    type: 'string',
    pattern: BACKUP_NAME,
  });

const release = (description: string): Schema =>
  value('a version such as "9.0.0"', description, {
    type: 'string',
    pattern: '^[0-9]+(\\.[0-9]+)*$',
  });

const count = (description: string, minimum: number): Schema =>
  value(`a whole number of at least ${minimum}`, description, {
    type: 'integer',
    minimum,
    maximum: Number.MAX_SAFE_INTEGER,
  });

const digest = (description: string): Schema =>
  value('a SHA-256 in 64 hexadecimal digits', description, {
    type: 'string',
    pattern: '^[0-9a-f]{64}$',
  });

const target = (description: string): Schema =>
  value('the target of a disk, such as "vda"', description, {
    type: 'string',
    pattern: TARGET_NAME,
  });

const DISK = map(
  {
    target: target('The disk in the guest.'),
    file: value('the name of a file in the folder of the backup', 'The image of the disk.', {
      type: 'string',
      pattern: IMAGE_NAME,
    }),
    mode: value(
      '"full" or "incremental"',
      'Whether the image depends on images of other backups.',
      {
        enum: ['full', 'incremental'],
      },
    ),
    capacity: count('The size of the disk in bytes.', 1),
    length: count('The length of the image in bytes; absent until the backup is complete.', 1),
    serial: text('The serial number that the guest sees.'),
    source: text('The file that was the active layer of the disk.'),
    root: digest('SHA-256 of the capacity and the checksums; absent until the backup is complete.'),
    'parent-root': digest('`root` of the same disk in the parent; only in an incremental disk.'),
    reason: text('Why the disk was copied in full, although an increment was requested.'),
  },
  ['length', 'serial', 'root', 'parent-root', 'reason'],
);

const LEFT_OUT = map(
  { target: target('The disk in the guest.'), reason: text('Why the disk is not in the backup.') },
  [],
);

/** The schema of a manifest. */
export function manifestSchema(): Schema {
  return map(
    {
      backup: value('"blockplan/v1"', 'Format of the manifest.', { const: 'blockplan/v1' }),
      name: backupName('Name of the backup and of its folder.'),
      domain: text("Name of the guest's domain."),
      uuid: value('the UUID of a domain', "UUID of the guest's domain.", {
        type: 'string',
        pattern: '^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
      }),
      time: time("The time of the disks' content."),
      sequence: count('Sequence number of the backup in its store.', 1),
      parent: backupName(
        'The backup that the incremental disks are based on; absent if all disks are full.',
      ),
      checkpoint: backupName('The checkpoint that was created with the backup.'),
      quiesced: value('true or false', 'Whether the file systems of the guest were frozen.', {
        type: 'boolean',
      }),
      'not-quiesced': text('Why the file systems were not frozen.'),
      libvirt: release('Version of libvirt.'),
      qemu: release('Version of QEMU.'),
      digest: value('"sha256-1MiB"', 'The algorithm of the checksums and of `root`.', {
        const: 'sha256-1MiB',
      }),
      begun: time('When the backup began.'),
      ended: time('When the backup was completed; absent until then.'),
      disks: value('a list of 1 to 256 disks', 'The disks in the backup.', {
        type: 'array',
        minItems: 1,
        maxItems: 256,
        items: DISK,
      }),
      'left-out': value('a list', 'The disks of the guest that are not in the backup.', {
        type: 'array',
        maxItems: 256,
        items: LEFT_OUT,
      }),
    },
    ['parent', 'checkpoint', 'not-quiesced', 'ended', 'left-out'],
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: 'urn:blockplan:schema:backup-manifest:v1',
      title: 'blockplan backup manifest',
      description:
        'The manifest of a backup, `manifest.json` in its folder: what the image headers do not contain.',
    },
  );
}
