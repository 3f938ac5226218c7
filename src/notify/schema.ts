/** The JSON Schema of a notification file, for editors and for the generated validator. */
import type { Audience, JsonSchema } from '../plan/schema.ts';
import { CHANNELS, DEFAULT_TIMEOUT_S, NOTIFIED_ENDS } from './settings.ts';

/** A name, not an address: the schema comes with the package. */
const SCHEMA_ID = 'urn:blockplan:schema:notify:v1';

/** An address without a display name; one that begins with "-" could be read as an option. */
const ADDRESS = "^(?!-)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+(@[A-Za-z0-9.-]+)?$";

export const NAME_TITLE = 'the name of an HTTP header';
/** A header's name (RFC 9110, "token"). */
export const HEADER_NAME = "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$";
/** A header's value: a line of printable ASCII characters. */
export const HEADER_VALUE = '^[\\t -~]*$';

const MAIL: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['to'],
  description: 'Send an email with `sendmail -t`.',
  properties: {
    to: {
      type: ['string', 'array'],
      title: 'an email address such as root or ops@example.org, or a list of them',
      pattern: ADDRESS,
      minItems: 1,
      items: {
        type: 'string',
        title: 'an email address such as root or ops@example.org',
        pattern: ADDRESS,
      },
      description: 'Recipients.',
    },
    from: {
      type: 'string',
      title: 'an email address such as root or ops@example.org',
      pattern: ADDRESS,
      description: "Sender; sendmail's own default unless specified.",
    },
  },
};

const WEBHOOK: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['url'],
  description: 'Send the notification as JSON with an HTTP POST request.',
  properties: {
    url: {
      type: 'string',
      title: 'an http or https URL without a user name',
      pattern: '^https?://[A-Za-z0-9._~:[\\]-]+([/?#].*)?$',
      description: 'Address of the webhook.',
    },
    headers: {
      type: 'object',
      propertyNames: { type: 'string', title: NAME_TITLE, pattern: HEADER_NAME },
      additionalProperties: {
        type: 'string',
        title: 'text of printable ASCII characters',
        pattern: HEADER_VALUE,
      },
      description: 'Headers of the request.',
    },
    'headers-file': {
      type: 'string',
      title: 'an absolute path',
      pattern: '^/',
      description:
        'File with one header per line, as for `curl -H @FILE`. Use it for a token that must not be in the notification file.',
    },
  },
};

function targetSchema(audience: Audience): JsonSchema {
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      on: {
        type: 'array',
        minItems: 1,
        items: { type: 'string', enum: NOTIFIED_ENDS },
        description: 'Outcomes of a run that are reported to the target; all unless specified.',
      },
      timeout: {
        type: 'integer',
        minimum: 1,
        maximum: 60,
        default: DEFAULT_TIMEOUT_S,
        description: 'Time limit in seconds.',
      },
      command: {
        type: 'array',
        minItems: 1,
        items: { type: 'string' },
        description:
          'Program (a name without "/" or an absolute path) and arguments, run without a shell; the notification is JSON on its standard input.',
      },
      mail: MAIL,
      webhook: WEBHOOK,
    },
    // The errors of `oneOf` are unreadable, so the reader counts the channels itself.
    ...(audience === 'editor' ? { oneOf: CHANNELS.map((key) => ({ required: [key] })) } : {}),
  };
}

/** The schema of a notification file. */
export function notifySchema(audience: Audience): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA_ID,
    title: 'blockplan notifications',
    description:
      'Who is notified when a run on this machine ends, and where the metrics of all runs are written.',
    type: 'object',
    additionalProperties: false,
    required: ['notify'],
    properties: {
      notify: { const: 'blockplan/v1', description: 'Format of the file.' },
      targets: {
        type: 'array',
        maxItems: 20,
        items: targetSchema(audience),
        description: 'Who is notified, and how.',
      },
      metrics: {
        type: 'string',
        title: 'an absolute path',
        pattern: '^/',
        description:
          "File for Prometheus metrics, written after each run. For node_exporter's textfile collector, its name must end with `.prom`.",
      },
    },
    examples: [
      {
        notify: 'blockplan/v1',
        targets: [
          { on: ['stranded', 'uncertain'], command: ['/usr/local/bin/page-operator'] },
          { mail: { to: 'root' } },
        ],
      },
    ],
  };
}
