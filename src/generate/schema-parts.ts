/** Parts of the JSON Schemas of what commands print: how a schema is written, and what several commands print. */
import { ENDS, EXIT_CODES } from '../outcomes.ts';
import type { JsonSchema } from '../plan/schema.ts';

/** The output of a command, as `schemas/<name>.schema.json` describes it. */
export interface CommandOutput {
  /** The command, which is also the file's name. */
  readonly name: string;
  /** What follows "What `blockplan <name> --format json` prints: ". */
  readonly prints: string;
  readonly schema: JsonSchema;
  readonly defs: Readonly<Record<string, JsonSchema>>;
}

type Fields = Readonly<Record<string, JsonSchema>>;

/** A closed object; a field whose name ends with `?` may be absent. */
export function objectSchema(description: string, fields: Fields): JsonSchema {
  const named = Object.entries(fields).map(([name, field]) => [name.replace('?', ''), field]);
  return {
    type: 'object',
    description,
    properties: Object.fromEntries(named),
    required: Object.keys(fields).filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  };
}

export const textSchema = (description: string): JsonSchema => ({ type: 'string', description });

export const wordSchema = (words: readonly string[], description: string): JsonSchema => ({
  enum: words,
  description,
});

export const listSchema = (items: JsonSchema, description: string): JsonSchema => ({
  type: 'array',
  items,
  description,
});

export const textListSchema = (description: string): JsonSchema =>
  listSchema({ type: 'string' }, description);

export const countSchema = (description: string, minimum = 0): JsonSchema => ({
  type: 'integer',
  minimum,
  description,
});

export const formatSchema = (word: string): JsonSchema => ({
  const: `blockplan-${word}/v1`,
  description: 'The version of this format.',
});

export const partSchema = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

export const CODE_SCHEMA: JsonSchema = {
  type: 'string',
  pattern: '^BP\\d{3}$',
  description: 'Stable; see docs/error-codes.md.',
};

export const FINDING_SCHEMA = objectSchema('One problem or danger.', {
  code: CODE_SCHEMA,
  severity: wordSchema(['error', 'warning'], 'A plan with an error is refused.'),
  message: textSchema('What is wrong, and why it matters.'),
  'hint?': textSchema('What to do about it.'),
  'path?': listSchema(
    { type: ['string', 'integer'] },
    'Where in the plan, as keys and indexes from its root.',
  ),
  'position?': objectSchema("Where in the plan's text.", {
    file: textSchema("The file's name as it was given."),
    line: countSchema('Counts from 1.', 1),
    column: countSchema('Counts from 1.', 1),
    source: textSchema('The text of that line.'),
    length: countSchema('How many columns the faulty word spans.', 1),
  }),
});

export const REFUSAL_SCHEMA = objectSchema(
  'Printed instead of the result if the command is refused.',
  {
    format: formatSchema('refusal'),
    end: wordSchema(
      ['input-refused', 'preflight-refused', 'uncertain'],
      'Why: the input is invalid, a precondition is not met, or libvirt does not answer.',
    ),
    exitCode: oneOfNumbers(
      [EXIT_CODES['input-refused'], EXIT_CODES['preflight-refused'], EXIT_CODES.uncertain],
      'The exit code of the command.',
    ),
    findings: listSchema(partSchema('finding'), 'All findings; at least one.'),
  },
);

function oneOfNumbers(numbers: readonly number[], description: string): JsonSchema {
  return { enum: numbers, description };
}

export const WAYS_SCHEMA = listSchema(
  wordSchema(['resume', 'rollback'], 'The command that resumes the run or rolls it back.'),
  'The commands that can finish the run.',
);

export const RUN_SCHEMA = objectSchema('The status of one run.', {
  run: textSchema('The run ID.'),
  journal: textSchema('The folder that holds the journal.'),
  outcome: wordSchema(
    [...ENDS, 'forgotten', 'running', 'unfinished', 'unreadable'],
    'How the run ended, or that it has not: `running`, `unfinished` (no process is working on it) or `unreadable`.',
  ),
  'plan?': textSchema("The plan's name; absent if the journal does not show it."),
  'domain?': textSchema("The domain's name; absent if the journal does not show it."),
  'uri?': textSchema(
    "The libvirt URI that was chosen for the run; absent for virsh's own default, or if the journal does not show it.",
  ),
  'disks?': textListSchema(
    'The targets of the disks that its steps work on; absent if there are none, or if the journal does not show it.',
  ),
  'destinations?': textListSchema(
    'The paths of the copies and backups that its steps create, or of the folder for them; absent if there are none, or if the journal does not show it.',
  ),
  'startedAt?': { type: 'integer', description: 'Milliseconds since the epoch.' },
  'lastAt?': {
    type: 'integer',
    description: 'When its last record was written, in milliseconds since the epoch.',
  },
  'owner?': textSchema('Who is working on it or, if no process is, who started it.'),
  holdsDefinition: {
    type: 'boolean',
    description: 'Whether the run may hold the only copy of a definition.',
  },
  'owesAutostart?': {
    const: true,
    description: 'Set if the run disabled autostart and has not enabled it again.',
  },
  ways: WAYS_SCHEMA,
  'happened?': textListSchema(
    'What went wrong, in sentences; absent if nothing did, or if an older version wrote it to `state`.',
  ),
  state: textListSchema('The state at its end, in sentences.'),
  next: textListSchema('The commands to type, the most likely one first.'),
  'damage?': textSchema('What is wrong with its journal.'),
});
