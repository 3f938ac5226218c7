/** What a facts file may say, as JSON Schema: for editors, and for the validator that is made of it ahead of time. */
import { DOMAIN_STATES } from '../model/host-state.ts';
import type { JsonSchema } from '../plan/schema.ts';
import { AMOUNT } from './amounts.ts';

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

function amount(description: string): JsonSchema {
  return {
    type: ['string', 'integer'],
    title: 'an amount such as "3.3 GiB", or a number of bytes',
    pattern: AMOUNT,
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description,
  };
}

const PATH: JsonSchema = { type: 'string', title: 'an absolute path', pattern: '^/' };

const RELEASE: JsonSchema = { title: 'a release such as "9.0.0"', pattern: '^[0-9]+(\\.[0-9]+)*$' };

/** Never a bare word: a place is looked up by its name, and objects have names of their own, such as `constructor`. */
const PLACE_PATTERN = '^(/|[A-Za-z][A-Za-z0-9+.-]*:)';

const PLACE = text('A path, or what libvirt calls an image on a network: `nbd:export`.', {
  title: 'a path, or a word such as "nbd:export"',
  pattern: PLACE_PATTERN,
});

const DOMAIN = map(
  {
    name: text("libvirt's name of the guest."),
    state: {
      type: 'string',
      enum: DOMAIN_STATES,
      default: 'running',
      description: 'As in `virsh domstate`; `gone` where libvirt knows no such domain.',
    },
    persistent: flag('Whether libvirt keeps a definition for its next start.', true),
    autostart: flag('Whether libvirt starts it with the host.', false),
    agent: flag('Whether the guest agent is connected.', false),
    'managed-save': flag('Whether libvirt keeps a managed-save image of it.', false),
    nvram: flag('Whether it has an NVRAM file; read off the definition unless told.', false),
    tpm: flag('Whether it has a TPM; read off the definition unless told.', false),
    apparmor: flag('Whether AppArmor says which files its QEMU may open.', false),
    snapshots: list(text('Its name.'), 'Its snapshots, parents first.'),
    checkpoints: list(text('Its name.'), 'Its checkpoints, parents first.'),
  },
  ['name'],
);

const DATA_FILES = list(
  PLACE,
  'The other files that hold its data: the data file of a qcow2, the extents of a vmdk; none unless told.',
);

const LAYER: JsonSchema = {
  ...map(
    {
      file: PLACE,
      format: text('`qcow2`, `raw`, …', { default: 'qcow2' }),
      block: flag('Whether it is a block device.', false),
      size: amount(
        'What it takes on its storage; the capacity of the disk unless told; not known without both.',
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
    target: text('Its name in the guest, such as `vda`.'),
    device: {
      type: 'string',
      enum: ['disk', 'cdrom', 'floppy', 'lun'],
      default: 'disk',
      description: 'What it is to the guest.',
    },
    readonly: { type: 'boolean', description: 'Unless told, a CD-ROM is and others are not.' },
    unsupported: list(
      text('As XML: `<slices>`, `<shareable>`.'),
      'What it has that blockplan does not work on; what the definition has comes to it.',
    ),
    snapshot: text('What the definition says that a snapshot does with it: `no`, `external`, …'),
    capacity: amount('The size that the guest sees.'),
    chain: list(
      LAYER,
      'Its layers, the one that the guest writes to first; empty without a medium.',
    ),
    job: {
      ...map(
        {
          type: {
            type: 'string',
            enum: ['copy', 'commit', 'active-commit', 'pull', 'backup', 'other'],
            description: 'What it does.',
          },
          ready: flag('Whether both sides hold the same data.', false),
          mirror: { ...PLACE, description: 'The other side of it.' },
        },
        ['type'],
      ),
      description: 'A block job that runs on it.',
    },
  },
  ['target'],
);

/** A map, or the one word for what is not there. */
function mapOrAbsent(properties: Readonly<Record<string, JsonSchema>>, title: string): JsonSchema {
  return { ...map(properties), type: ['object', 'string'], pattern: '^absent$', title };
}

const PLACE_FACTS: JsonSchema = {
  ...map(
    {
      kind: {
        type: 'string',
        enum: ['file', 'block device', 'other'],
        description: 'What it is.',
      },
      length: amount('Bytes from its beginning to its end: of a raw image, what a guest sees.'),
      header: {
        ...map(
          {
            format: text('`qcow2` or `qed`.'),
            'virtual-size': amount('The size that the guest sees.'),
          },
          ['format', 'virtual-size'],
        ),
        description: 'What its first bytes say; absent where they are no such header.',
      },
      'held-by': list(
        text('A clause that follows "it is": `mounted at /mnt`.'),
        'Who uses it; nobody unless told.',
      ),
    },
    ['kind', 'length'],
  ),
  description: 'What a step that writes over it needs to know; not known unless told.',
};

const FILE = mapOrAbsent(
  {
    size: amount('What it takes on its storage; not known unless told.'),
    format: text('`qcow2`, `raw`, …; not known unless told.'),
    backing: text(
      'The backing file as its header names it, or `none`; of a layer the path of the one below unless told, else not known.',
    ),
    'data-files': DATA_FILES,
    link: flag('Whether the path is a symbolic link.', false),
    place: PLACE_FACTS,
  },
  '"absent", or a map with "size", "format", "backing", "data-files", "link" or "place"',
);

const FOLDER = mapOrAbsent(
  {
    free: amount('How much is free in it; enough unless told.'),
    writable: flag('Whether files can be made in it.', true),
  },
  '"absent", or a map with "free" or "writable"',
);

const OTHER = map(
  {
    name: text("libvirt's name of it."),
    files: list(
      PLACE,
      'The files that its chains share with the guest or the plan, and that it does not write to.',
    ),
    writes: list(PLACE, 'The files that it shares, and writes to.'),
    unread: list(PLACE, 'Images of it that nobody could look into.'),
  },
  ['name'],
);

/** The schema of a facts file. */
export function factsSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA_ID,
    title: 'blockplan facts',
    description: 'What a host looks like, as far as a plan for one of its guests is concerned.',
    ...map(
      {
        facts: { const: 'blockplan/v1', description: 'The format of the facts.' },
        host: map({
          uri: text('The connection through which it was seen.'),
          libvirt: text('The release of its libvirt, as `9.0.0`; not known unless told.', RELEASE),
          qemu: text('The release of its QEMU, as `7.2.22`; not known unless told.', RELEASE),
        }),
        domain: { ...DOMAIN, description: 'The guest: a map with its name.' },
        disks: list(DISK, 'Its disks; read off the definition unless told.'),
        files: {
          type: 'object',
          propertyNames: PATH,
          additionalProperties: FILE,
          description: 'Other files that a plan goes to, by path.',
        },
        'same-files': list(
          { type: 'array', minItems: 2, items: PATH },
          'Paths that lead to one file, by links or mounts.',
        ),
        folders: {
          type: 'object',
          propertyNames: PATH,
          additionalProperties: FOLDER,
          description: 'Folders that a plan goes to, by path.',
        },
        others: list(
          OTHER,
          'Other guests of the host that share files with this one or the plan; none, though unchecked, unless told.',
        ),
        definition: text(
          'The persistent definition, without secrets; made from the disks unless told.',
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
