import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/errors.ts';
import type { RunEvent } from '../../../src/events.ts';
import { ENDS } from '../../../src/outcomes.ts';
import { jsonListener } from '../../../src/render/json.ts';
import { INTERRUPTED, ROLLBACK, STARTED, STRANDED, SUCCESS } from './recorded.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../schemas/events.schema.json', import.meta.url), 'utf8'),
);
const valid = new Ajv2020({ strict: true }).compile(schema);

/** Every event with every field that it can have: a field added to the type must be added here to compile. */
const FULL: { [K in RunEvent['event']]: Required<Extract<RunEvent, { event: K }>> } = {
  'run-started': { ...STARTED, again: 'resume' },
  finding: {
    time: 1,
    event: 'finding',
    finding: {
      code: 'BP012',
      severity: 'error',
      message: 'm',
      hint: 'h',
      path: ['steps', 1],
      position: { file: 'p.yaml', line: 1, column: 1, source: 'x', length: 1 },
    } satisfies Required<Finding>,
  },
  'phase-started': {
    time: 1,
    event: 'phase-started',
    direction: 'do',
    step: 's',
    phase: 'p',
    summary: 'x',
  },
  command: {
    time: 1,
    event: 'command',
    direction: 'undo',
    step: 's',
    phase: 'p',
    command: 'virsh list',
    why: 'x',
  },
  progress: {
    time: 1,
    event: 'progress',
    direction: 'do',
    step: 's',
    phase: 'p',
    current: 1,
    total: 2,
    elapsedMs: 1,
    rate: 3.5,
    leftMs: 1000,
    guestKeepsUp: true,
  },
  'guest-state': { time: 1, event: 'guest-state', state: 'in shutdown' },
  'phase-finished': {
    time: 1,
    event: 'phase-finished',
    direction: 'do',
    step: 's',
    phase: 'p',
    durationMs: 1.5,
  },
  'phase-failed': {
    time: 1,
    event: 'phase-failed',
    direction: 'do',
    step: 's',
    phase: 'p',
    message: 'm',
  },
  'hook-started': { time: 1, event: 'hook-started', point: 'before', number: 1, command: '/a' },
  'hook-finished': {
    time: 1,
    event: 'hook-finished',
    point: 'on-failure',
    number: 2,
    error: 'exited with status 1',
    output: ['no mail server'],
  },
  'rollback-started': { time: 1, event: 'rollback-started', reason: 'r', interrupted: true },
  notice: { time: 1, event: 'notice', message: 'm', about: 'throttle' },
  'run-finished': {
    time: 1,
    event: 'run-finished',
    end: 'stranded',
    exitCode: 5,
    interrupted: false,
    happened: ['h'],
    state: ['s'],
    next: ['n'],
    durationMs: 1,
  },
  'run-left': {
    time: 1,
    event: 'run-left',
    run: 'r',
    by: 'interrupted by SIGINT',
    jobs: ['y'],
    definition: ['z'],
    next: ['x'],
  },
};
const OPTIONAL = [
  ...['about', 'again', 'happened', 'elapsedMs', 'error', 'rate', 'leftMs', 'guestKeepsUp', 'hint'],
  ...['path', 'position', 'jobs', 'definition'],
];

function lines(events: readonly RunEvent[]): string[] {
  const written: string[] = [];
  const listener = jsonListener({ write: (text) => written.push(text) });
  for (const event of events) listener(event);
  return written;
}

test('each event is one line that reads back as the event', () => {
  const written = lines(SUCCESS);
  expect(written.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
  expect(written.map((line) => JSON.parse(line))).toEqual(SUCCESS);
});

test('no text can send a control or bidirectional character to a terminal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (message) => {
      const [line = ''] = lines([{ time: 1, event: 'notice', message }]);
      expect(line.trimEnd()).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      expect(JSON.parse(line).message).toBe(message);
    }),
  );
});

describe('the schema', () => {
  test('accepts every event of the recorded runs', () => {
    for (const event of [...SUCCESS, ...ROLLBACK, ...INTERRUPTED, ...STRANDED]) {
      expect(valid(event), JSON.stringify([event, valid.errors])).toBe(true);
    }
  });

  test.each(Object.entries(FULL))('accepts a full %s and refuses a malformed one', (_, event) => {
    expect(valid(event), JSON.stringify(valid.errors)).toBe(true);
    for (const broken of spoiled(event)) {
      expect(valid(broken), JSON.stringify(broken)).toBe(false);
    }
    for (const smaller of withoutOptional(event)) {
      expect(valid(smaller), JSON.stringify(smaller)).toBe(true);
    }
  });

  test('names each end and each event', () => {
    expect(schema.$defs.end.enum.toSorted()).toEqual(ENDS.toSorted());
    const names = schema.oneOf.map((each: { $ref: string }) => each.$ref.replace('#/$defs/', ''));
    expect(names).toEqual(Object.keys(FULL));
  });

  test('describes each event and each field', () => {
    const undescribed: string[] = [];
    for (const [name, definition] of Object.entries<SchemaNode>(schema.$defs)) {
      if (!definition.description) undescribed.push(name);
      for (const [key, field] of Object.entries(definition.properties ?? {})) {
        const target = field.$ref ? schema.$defs[field.$ref.replace('#/$defs/', '')] : field;
        if (!target.description) undescribed.push(`${name}.${key}`);
      }
    }
    expect(undescribed).toEqual([]);
  });
});

interface SchemaNode {
  readonly description?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
}

/** The value with one thing wrong: an unknown key, a missing field or a field of another type, at any depth. */
function* spoiled(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      for (const broken of spoiled(item)) yield value.with(index, broken);
    }
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, unknown: 1 };
    for (const [key, field] of Object.entries(value)) {
      if (!OPTIONAL.includes(key)) yield without(value, key);
      yield { ...value, [key]: null };
      for (const broken of spoiled(field)) yield { ...value, [key]: broken };
    }
  }
}

function* withoutOptional(value: object): Generator<unknown> {
  for (const [key, field] of Object.entries(value)) {
    if (OPTIONAL.includes(key)) yield without(value, key);
    else if (typeof field === 'object' && field !== null && !Array.isArray(field)) {
      for (const smaller of withoutOptional(field)) yield { ...value, [key]: smaller };
    }
  }
}

function without(value: object, key: string): object {
  return Object.fromEntries(Object.entries(value).filter(([each]) => each !== key));
}
