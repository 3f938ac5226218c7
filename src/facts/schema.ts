/** The JSON Schema of a facts file, for editors and for the generated validator. */
import { DOMAIN_STATES } from '../model/host-state.ts';
import type { JsonSchema } from '../plan/schema.ts';
import { amountSchema } from './amounts.ts';
import { TRACKING } from './tracking-schema.ts';

/** A name, not an address: the schema comes with the package. */
const SCHEMA_ID = 'urn:blockplan:schema:facts:v1';

function text(description: string, rules: JsonSchema = {}): JsonSchema {
  return { type: 'string', minLength: 1, description, ...rules };
}

function flag(description: string, preset: boolean): JsonSchema {
  return { type: 'boolean', default: preset, description };
}

function list(items: JsonSchema, description: string): JsonSchema {
  return { type: 'array', items, description };
}

function map(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    properties,
  };
}

const PATH: JsonSchema = { type: 'string', title: 'an absolute path', pattern: '^/' };

const RELEASE: JsonSchema = { title: 'a version such as "9.0.0"', pattern: '^[0-9]+(\\.[0-9]+)*$' };

/** Never a bare word: places are keys of plain objects, which have names of their own, such as `constructor`. */
const PLACE_PATTERN = '^(/|[A-Za-z][A-Za-z0-9+.-]*:)';

const PLACE = text('A path, or the name of a network image in libvirt: `nbd:export`.', {
  title: 'a path, or a word such as "nbd:export"',
  pattern: PLACE_PATTERN,
});

const DOMAIN = map(
  {
    name: text("Name of the guest's domain."),
    state: {
      type: 'string',
      enum: DOMAIN_STATES,
      default: 'running',
      description: 'State as in `virsh domstate`; `gone` if the domain does not exist.',
    },
    persistent: flag('Whether the domain has a persistent definition.', true),
    autostart: flag('Whether the guest starts with the host.', false),
    agent: flag('Whether the guest agent is connected.', false),
    'managed-save': flag('Whether the domain has a managed save image.', false),
    nvram: flag(
      'Whether the guest has an NVRAM file; taken from the definition unless specified.',
      false,
    ),
    tpm: flag('Whether the guest has a TPM; taken from the definition unless specified.', false),
    apparmor: flag("Whether AppArmor restricts the files that the guest's QEMU can open.", false),
    snapshots: list(text('Name of the snapshot.'), 'Snapshots of the domain, parents first.'),
    checkpoints: list(text('Name of the checkpoint.'), 'Checkpoints of the domain, parents first.'),
    tracking: TRACKING,
  },
  ['name'],
);

const DATA_FILES = list(
  PLACE,
  'Other files that hold data of the image: the data file of a qcow2, the extents of a vmdk; none unless specified.',
);

const LAYER: JsonSchema = {
  ...map(
    {
      file: PLACE,
      format: text('Image format: `qcow2`, `raw`, …', { default: 'qcow2' }),
      block: flag('Whether the layer is a block device.', false),
      size: amountSchema(
        'Space that the layer uses. Default: the capacity of the disk; unknown if that is not specified either.',
      ),
      'data-files': DATA_FILES,
    },
    ['file'],
  ),
  type: ['object', 'string'],
  pattern: PLACE_PATTERN,
  title: 'a path, or a map with "file"',
};

const DISK = map(
  {
    target: text('Name of the disk in the guest, such as `vda`.'),
    device: {
      type: 'string',
      enum: ['disk', 'cdrom', 'floppy', 'lun'],
      default: 'disk',
      description: 'Device type that the guest sees.',
    },
    readonly: {
      type: 'boolean',
      description: 'Whether the disk is read-only; unless specified, only a CD-ROM is.',
    },
    unsupported: list(
      text('An element as XML: `<slices>`, `<shareable>`.'),
      'Properties that blockplan does not support, in addition to those in the definition.',
    ),
    'detect-zeroes': flag('Whether QEMU looks for zeroes in what is written to the disk.', false),
    snapshot: text('Snapshot mode of the disk in the definition: `no`, `external`, …'),
    capacity: amountSchema('Virtual size, as the guest sees it.'),
    chain: list(
      LAYER,
      'Layers of the disk, starting with the active layer; empty without a medium.',
    ),
    job: {
      ...map(
        {
          type: {
            type: 'string',
            enum: ['copy', 'commit', 'active-commit', 'pull', 'backup', 'other'],
            description: 'Type of the block job.',
          },
          ready: flag('Whether source and target have the same data.', false),
          mirror: { ...PLACE, description: 'Target of the block job.' },
        },
        ['type'],
      ),
      description: 'Block job that is running on the disk.',
    },
  },
  ['target'],
);

/** A map, or the word `absent` for what does not exist. */
function mapOrAbsent(properties: Readonly<Record<string, JsonSchema>>, title: string): JsonSchema {
  return { ...map(properties), type: ['object', 'string'], pattern: '^absent$', title };
}

const PLACE_FACTS: JsonSchema = {
  ...map(
    {
      kind: {
        type: 'string',
        enum: ['file', 'block device', 'folder', 'other'],
        description: 'Type of the file.',
      },
      length: amountSchema('Length in bytes; for a raw image, the virtual size.'),
      header: {
        ...map(
          {
            format: text('`qcow2` or `qed`.'),
            'virtual-size': amountSchema('Virtual size, as the guest sees it.'),
          },
          ['format', 'virtual-size'],
        ),
        description: 'Image header in the first bytes; absent if the file has none.',
      },
      'held-by': list(
        text('A clause that follows "it is": `mounted at /mnt`.'),
        'Uses of the file on the host; none unless specified.',
      ),
    },
    ['kind', 'length'],
  ),
  description:
    'Properties of the file that a step checks before it overwrites the file; unknown unless specified.',
};

const EXTENTS: JsonSchema = {
  ...map(
    {
      'virtual-size': amountSchema('Virtual size, as the guest sees it.'),
      layers: list(
        map(
          {
            data: amountSchema('Data that a copy takes, uncompressed.'),
            empty: amountSchema(
              'Areas that are allocated but empty, which only block jobs write; 0 unless specified.',
            ),
            zeroes: amountSchema(
              'Zeroes that hide the layers below, such as discarded areas; 0 unless specified.',
            ),
          },
          ['data'],
        ),
        'The image and the files below it, topmost first, each with what the others do not hide.',
      ),
    },
    ['virtual-size', 'layers'],
  ),
  description:
    'What `qemu-img map` shows of the image, so that a preview knows how much a copy of it takes; the sizes of the files count unless specified.',
};

const FILE = mapOrAbsent(
  {
    size: amountSchema('Space that the file uses; unknown unless specified.'),
    format: text('Image format: `qcow2`, `raw`, …; unknown unless specified.'),
    backing: text(
      'Backing file as recorded in the header, or `none`. Default: for a layer of a chain, the layer below it; otherwise unknown.',
    ),
    'data-files': DATA_FILES,
    link: flag('Whether the path is a symbolic link.', false),
    place: PLACE_FACTS,
    extents: EXTENTS,
  },
  '"absent", or a map with "size", "format", "backing", "data-files", "link", "place" or "extents"',
);

const FOLDER = mapOrAbsent(
  {
    free: amountSchema('Free space; unlimited unless specified.'),
    writable: flag('Whether files can be created in the folder.', true),
    compresses: flag('Whether its file system may compress or deduplicate files.', false),
  },
  '"absent", or a map with "free", "writable" or "compresses"',
);

const OTHER = map(
  {
    name: text('Name of the domain.'),
    files: list(PLACE, 'Files that it shares with the guest or the plan and does not write to.'),
    writes: list(PLACE, 'Files that it shares and writes to.'),
    running: flag('Whether its guest is known to run.', false),
    unread: list(PLACE, 'Images of the domain that cannot be read.'),
  },
  ['name'],
);

/** The schema of a facts file. */
export function factsSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA_ID,
    title: 'blockplan facts',
    description: 'State of a host, as far as it matters to a plan for one of its guests.',
    ...map(
      {
        facts: { const: 'blockplan/v1', description: 'Format of the facts.' },
        host: map({
          uri: text('Connection URI that was used to read the facts.'),
          libvirt: text('Version of libvirt, such as `9.0.0`; unknown unless specified.', RELEASE),
          qemu: text('Version of QEMU, such as `7.2.22`; unknown unless specified.', RELEASE),
        }),
        domain: { ...DOMAIN, description: 'The guest: a map with its name.' },
        disks: list(DISK, 'Disks of the guest; taken from the definition unless specified.'),
        files: {
          type: 'object',
          propertyNames: PATH,
          additionalProperties: FILE,
          description: 'Other files that a plan uses, by path.',
        },
        'same-files': list(
          { type: 'array', minItems: 2, items: PATH },
          'Groups of paths that lead to the same file, through links or mounts.',
        ),
        folders: {
          type: 'object',
          propertyNames: PATH,
          additionalProperties: FOLDER,
          description: 'Folders that a plan uses, by path.',
        },
        others: list(
          OTHER,
          'Other guests of the host that share files with the guest or the plan. If the key is missing, a preview reports them as not checked.',
        ),
        definition: text(
          'Persistent definition, without secrets; generated from the disks unless specified.',
        ),
      },
      ['facts', 'domain'],
    ),
    examples: [
      {
        facts: 'blockplan/v1',
        domain: { name: 'testvm' },
        disks: [{ target: 'vda', chain: ['/images/testvm.qcow2', '/images/base.qcow2'] }],
      },
    ],
  };
}
