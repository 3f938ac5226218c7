/** The shape of each record of a journal. A journal is untrusted input: a person may have edited it. */
import type { MadeFile } from '../commands/driver.ts';
import type { Direction, StepOutline } from '../events.ts';
import type { HostState } from '../model/host-state.ts';
import { bundleShape, hostStateShape } from '../model/host-state-shape.ts';
import { type HostName, LOCAL, type OnHosts } from '../model/hosts.ts';
import {
  amount,
  byKey,
  byTag,
  fields,
  flag,
  listOf,
  mismatchOf,
  oneOf,
  optionalField,
  type Shape,
  text,
  trueFlag,
} from '../model/shape.ts';
import { isUuid } from '../model/uuid.ts';
import { ENDS, type End, PHASE_RESULTS, type PhaseResult } from '../outcomes.ts';
import { printable } from '../printable.ts';
import { commandShape, compiledPlanShape, hookRefShapes } from './compiled-plan.ts';
import { effectShape, unknownInEffect } from './effect-shape.ts';
import { isOwnFormat, type JournalEntry } from './journal.ts';

/** An entry as stored in the file. */
export type JournalRecord = JournalEntry & {
  readonly seq: number;
  readonly time: string;
  readonly sum: string;
};

type Of<Type extends JournalRecord['type']> = Extract<JournalRecord, { type: Type }>;

/** A time in ISO 8601. */
export const timeShape: Shape<string> = (value, at) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
    ? undefined
    : { at, expected: 'a time' };

export const uuidShape: Shape<string> = (value, at) =>
  typeof value === 'string' && isUuid(value) ? undefined : { at, expected: 'a UUID' };

const numbered = { seq: amount, time: timeShape, sum: text };
/** This version knows one host; a journal of a run on several hosts has another format. */
const host: Shape<HostName> = oneOf<HostName>(LOCAL);
const hosts: Shape<OnHosts<HostState>> = (value, at) =>
  byKey(hostStateShape)(value, at) ??
  (Object.keys(value as object).join() === LOCAL ? undefined : { at, expected: 'the local host' });
const way: Shape<Direction> = oneOf<Direction>('do', 'undo');
const ref = { step: text, phase: text };
const by = {
  ...{ host: text, hostId: optionalField(text) },
  ...{ user: text, pid: amount, version: text },
};

const outline = fields<StepOutline>({
  id: text,
  kind: text,
  phases: listOf(fields<StepOutline['phases'][number]>({ name: text, summary: text })),
});

const end = oneOf<End>(...ENDS);

/** The fields of a run's start in every version that this one reads. */
const beginning = {
  ...numbered,
  ...by,
  type: oneOf('run-started' as const),
  run: text,
  plan: text,
  domain: text,
  uuid: uuidShape,
  uri: text,
  steps: listOf(outline),
};

/** The fields of a judged end. */
const judged = {
  ...numbered,
  end,
  interrupted: flag,
  happened: optionalField(listOf(text)),
  state: listOf(text),
  next: listOf(text),
  movedAway: optionalField(trueFlag),
};

const SHAPES: { readonly [Type in JournalRecord['type']]: Shape<Of<Type>> } = {
  'run-started': fields<Of<'run-started'>>({
    ...beginning,
    format: amount,
    set: byKey(text),
    planSum: text,
    hosts,
    compiled: optionalField(compiledPlanShape),
  }),
  'run-resumed': fields<Of<'run-resumed'>>({
    ...numbered,
    ...by,
    type: oneOf('run-resumed' as const),
    how: oneOf<Of<'run-resumed'>['how']>('resume', 'rollback'),
  }),
  'run-forgotten': fields<Of<'run-forgotten'>>({
    ...numbered,
    type: oneOf('run-forgotten' as const),
    host: text,
    user: text,
  }),
  'run-left': fields<Of<'run-left'>>({ ...numbered, type: oneOf('run-left' as const), by: text }),
  made: fields<Of<'made'> & MadeFile>({
    ...numbered,
    type: oneOf('made' as const),
    on: host,
    file: text,
    ino: text,
    born: text,
  }),
  'phase-started': byTag<Of<'phase-started'>>('direction', {
    do: fields<Extract<Of<'phase-started'>, { direction: 'do' }>>({
      ...numbered,
      ...ref,
      type: oneOf('phase-started' as const),
      direction: oneOf('do' as const),
      on: host,
      before: hostStateShape,
      done: amount,
      effects: optionalField(listOf(effectShape)),
    }),
    undo: fields<Extract<Of<'phase-started'>, { direction: 'undo' }>>({
      ...numbered,
      ...ref,
      type: oneOf('phase-started' as const),
      direction: oneOf('undo' as const),
      on: host,
      anew: optionalField(trueFlag),
    }),
  }),
  intent: fields<Of<'intent'>>({
    ...numbered,
    ...ref,
    type: oneOf('intent' as const),
    direction: way,
    on: host,
    effect: effectShape,
  }),
  outcome: fields<Of<'outcome'>>({
    ...numbered,
    ...ref,
    type: oneOf('outcome' as const),
    direction: way,
    error: optionalField(text),
    unbegun: optionalField(trueFlag),
  }),
  'hook-started': fields<Of<'hook-started'>>({
    ...numbered,
    ...hookRefShapes,
    type: oneOf('hook-started' as const),
    command: commandShape,
  }),
  'hook-process': fields<Of<'hook-process'>>({
    ...numbered,
    ...hookRefShapes,
    type: oneOf('hook-process' as const),
    pid: amount,
    boot: text,
    started: text,
  }),
  'hook-finished': fields<Of<'hook-finished'>>({
    ...numbered,
    ...hookRefShapes,
    type: oneOf('hook-finished' as const),
    error: optionalField(text),
    output: listOf(text),
  }),
  kept: fields<Of<'kept'>>({
    ...numbered,
    type: oneOf('kept' as const),
    on: host,
    bundle: bundleShape,
  }),
  'phase-finished': fields<Of<'phase-finished'>>({
    ...numbered,
    ...ref,
    type: oneOf('phase-finished' as const),
    direction: way,
    result: oneOf<PhaseResult>(...PHASE_RESULTS),
    anew: optionalField(trueFlag),
    stays: optionalField(trueFlag),
    committed: optionalField(hosts),
    error: optionalField(text),
  }),
  'run-judged': fields<Of<'run-judged'>>({ ...judged, type: oneOf('run-judged' as const) }),
  'run-finished': fields<Of<'run-finished'>>({ ...judged, type: oneOf('run-finished' as const) }),
};

/** The start of a run of another version, as far as it is shown. */
type OtherBeginning = Omit<Of<'run-started'>, 'format' | 'set' | 'planSum' | 'hosts' | 'compiled'>;

const otherBeginning = fields<OtherBeginning>(beginning);

/** A record that this version does not write, and so does not trust. */
export interface UnknownRecord {
  /** A clause: `record 4 is …`. */
  readonly why: string;
  /** Whether another version may know its type or format. */
  readonly otherVersion: boolean;
}

/** Why a value is not a record that this version writes; undefined if it is one. */
export function unknownRecordIn(value: object, number: number): UnknownRecord | undefined {
  const { type, format } = value as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string') return { why: `record ${number} has no type`, otherVersion: false };
  if (!Object.hasOwn(SHAPES, type))
    return {
      why: `record ${number} is of the type "${printable(type)}", which this version of blockplan does not know`,
      otherVersion: true,
    };
  const another = type === 'run-started' && !isOwnFormat(format);
  const command = unknownCommandIn(value);
  if (command !== undefined)
    return {
      why: `record ${number} has the command ${printable(command)}, which this version of blockplan does not know`,
      otherVersion: true,
    };
  const misfit = another
    ? mismatchOf(otherBeginning, value)
    : mismatchOf<unknown>(SHAPES[type as JournalRecord['type']], value);
  return (
    misfit && {
      why: another
        ? `record ${number} has a format that this version of blockplan does not know`
        : `record ${number} (${type}) is malformed: ${printable(misfit.at)} must be ${misfit.expected}`,
      otherVersion: another,
    }
  );
}

/** What this version does not know of the effects of a record; see `unknownInEffect`. */
function unknownCommandIn(value: object): string | undefined {
  const { effect, effects } = value as { readonly effect?: unknown; readonly effects?: unknown };
  const all: readonly unknown[] = [effect, ...(Array.isArray(effects) ? effects : [])];
  for (const each of all) {
    const unknown = typeof each === 'object' && each !== null ? unknownInEffect(each) : undefined;
    if (unknown !== undefined) return unknown;
  }
  return undefined;
}

/** The same, given the first record of the journal: records of another format are not expected to fit. */
export function asOtherFormat(
  first: JournalRecord | undefined,
  strange: UnknownRecord,
): UnknownRecord {
  return first?.type === 'run-started' && !isOwnFormat(first.format)
    ? { why: 'it has a format that this version of blockplan does not know', otherVersion: true }
    : strange;
}
