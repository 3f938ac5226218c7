/**
 * Every outcome of a command or run, once. Exit codes, the first words of reports, the help, the final states of a plan's
 * machine and the ends that count as over come from this table; `graph/graph.ts` defines which result leads to which end.
 */

interface OutcomeRow {
  readonly exitCode: number;
  /** The first word of every report, subject line and notification. */
  readonly word: string;
  /** A sentence for people, without its first capital and its full stop. */
  readonly meaning: string;
  /** What to do, in the same form; empty if nothing is left to do. */
  readonly advice: string;
  /** Whether a plan's machine has a final state of this name. */
  readonly isFinalState: boolean;
  /** Whether a run with this end is over; a run that is not over can be resumed or rolled back. */
  readonly isOver: boolean;
}

/** Every outcome, in the order of the exit codes. */
export const OUTCOMES = {
  succeeded: {
    exitCode: 0,
    word: 'succeeded',
    meaning: 'the disks are as planned, and that was verified',
    advice: '',
    isFinalState: true,
    isOver: true,
  },
  bug: {
    exitCode: 1,
    word: 'bug',
    meaning: 'blockplan has a bug; if a run had started, its journal is kept',
    advice: '',
    isFinalState: false,
    isOver: false,
  },
  'input-refused': {
    exitCode: 2,
    word: 'refused',
    meaning: 'the plan, another file or an option is invalid; nothing was done',
    advice: 'correct what is reported, then try again',
    isFinalState: false,
    isOver: true,
  },
  'preflight-refused': {
    exitCode: 3,
    word: 'refused',
    meaning: 'the input is valid, but the host or the guest does not permit it; nothing was done',
    advice: 'fix what is reported, then try again',
    isFinalState: false,
    isOver: true,
  },
  'rolled-back': {
    exitCode: 4,
    word: 'rolled back',
    meaning: 'the disks are as before, and that was verified',
    advice: 'fix the cause, then run the plan again',
    isFinalState: true,
    isOver: true,
  },
  stranded: {
    exitCode: 5,
    word: 'stranded',
    meaning:
      'a rollback failed or is impossible: the report shows the current state and the commands to type',
    advice: 'check the guest, then type the command that fits',
    isFinalState: true,
    isOver: false,
  },
  uncertain: {
    exitCode: 6,
    word: 'uncertain',
    meaning: 'the connection to libvirt was lost: check the guest before you do anything else',
    advice: 'make sure that libvirt answers, and check the guest before anything else',
    isFinalState: true,
    isOver: false,
  },
  interrupted: {
    exitCode: 130,
    word: 'interrupted',
    meaning: 'the run was not rolled back: its report shows the current state',
    advice: 'type the command that fits: until then, no other run can work on the guest',
    isFinalState: false,
    isOver: false,
  },
} as const satisfies Readonly<Record<string, OutcomeRow>>;

export type Outcome = keyof typeof OUTCOMES;

/** The ends that a report can have. A bug has no report, and an interruption only changes the exit code. */
export type End = Exclude<Outcome, 'bug' | 'interrupted'>;

type EndsWhere<Column extends 'isFinalState' | 'isOver', Value extends boolean> = {
  [E in End]: (typeof OUTCOMES)[E][Column] extends Value ? E : never;
}[End];

/** The final states of a plan's machine. */
export type FinalState = EndsWhere<'isFinalState', true>;

/** The ends after which a run can still be resumed or rolled back. */
export type OpenEnd = EndsWhere<'isOver', false>;

const ALL = Object.keys(OUTCOMES) as Outcome[];

export const ENDS: readonly End[] = ALL.filter((each) => each !== 'bug' && each !== 'interrupted');

export const FINAL_STATES: readonly FinalState[] = ENDS.filter(isFinalState);

/** The process exit code of each outcome. */
export const EXIT_CODES = Object.fromEntries(
  ALL.map((each) => [each, OUTCOMES[each].exitCode]),
) as Readonly<Record<Outcome, number>>;

/**
 * What to do after that end, in one sentence; none if nothing is left to do.
 * @param interrupted whether the user interrupted it
 * @param isContinued whether this attempt only finished what an earlier one had begun, and reported
 */
export function adviceOf(end: End, interrupted: boolean, isContinued = false): readonly string[] {
  // Nothing failed that has to be repaired first.
  if (interrupted && end === 'rolled-back') return ['run the plan again when you are ready'];
  if (isContinued && end === 'rolled-back')
    return ['if something had failed, fix its cause; then run the plan again'];
  const { advice } = OUTCOMES[end];
  return advice === '' ? [] : [advice];
}

/** The exit codes of `preview --exit-code` for plans that preflight does not refuse. */
export const PREVIEW_EXIT_CODES = {
  'nothing to do': 0,
  changes: 10,
  'changes with a point of no return': 11,
} as const;

/**
 * The result of a phase: done and verified (or undone); failed or interrupted; the connection to libvirt was not
 * restored.
 */
export type PhaseResult = 'DONE' | 'FAILED' | 'LOST';

export const PHASE_RESULTS: readonly PhaseResult[] = ['DONE', 'FAILED', 'LOST'];

export function isFinalState(name: string): name is FinalState {
  return Object.hasOwn(OUTCOMES, name) && OUTCOMES[name as Outcome].isFinalState;
}

export function isEnd(word: string): word is End {
  return (ENDS as readonly string[]).includes(word);
}

/** Whether a run with this end can still be resumed or rolled back. */
export function isOpenEnd(end: End): end is OpenEnd {
  return !OUTCOMES[end].isOver;
}

/**
 * The exit code of a run's end. A requested rollback is a success; a rollback after a failure is not. A run that was
 * interrupted and could not be rolled back has the shell's exit code for an interruption.
 * @param asked the command that performs the run
 */
export function exitCodeOf(
  end: End,
  interrupted: boolean,
  asked: 'run' | 'resume' | 'rollback',
): number {
  if (end === 'rolled-back') return EXIT_CODES[asked === 'rollback' ? 'succeeded' : end];
  return EXIT_CODES[interrupted ? 'interrupted' : end];
}
