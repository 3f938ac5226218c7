/** Recorded runs: the events of the run loop, in order, as input for renderers. */
import type { RunEvent } from '../../../src/events.ts';

const GIB = 2 ** 30;

type Started = Extract<RunEvent, { event: 'run-started' }>;

export const STARTED: Started = {
  time: 0,
  event: 'run-started',
  run: 'run-1',
  plan: 'move-testvm',
  domain: 'testvm',
  journal: '/state/run-1',
  steps: [
    {
      id: 'make-transient',
      kind: 'undefine',
      phases: [{ name: 'undefine', summary: 'keep the definition and drop it from libvirt' }],
    },
    {
      id: 'mirror',
      kind: 'blockcopy',
      phases: [
        { name: 'mirror', summary: 'copy vda to /fast/copy.qcow2' },
        { name: 'pivot', summary: 'let the guest write to the copy' },
      ],
    },
    {
      id: 'redefine',
      kind: 'redefine',
      phases: [{ name: 'redefine', summary: 'define the guest with the copy' }],
    },
  ],
};

const FIRST_STEP: RunEvent[] = [
  { time: 1, event: 'guest-state', state: 'running' },
  phaseStarted(10, 'do', 'make-transient', 'undefine', 'keep the definition'),
  command(11, 'do', 'make-transient', 'undefine', 'virsh undefine testvm'),
  phaseFinished(500, 'do', 'make-transient', 'undefine', 490),
];

const MIRROR: RunEvent[] = [
  phaseStarted(510, 'do', 'mirror', 'mirror', 'copy vda to /fast/copy.qcow2'),
  command(511, 'do', 'mirror', 'mirror', 'virsh blockcopy testvm vda /fast/copy.qcow2'),
  progress(600, 'mirror', 0, 10 * GIB),
  progress(1600, 'mirror', 0.5 * GIB, 10 * GIB, 0.5 * GIB),
  progress(3600, 'mirror', 1.5 * GIB, 10 * GIB, 0.5 * GIB),
  progress(4600, 'mirror', 2 * GIB, 10 * GIB, 0.5 * GIB),
];

export const SUCCESS: readonly RunEvent[] = [
  STARTED,
  ...FIRST_STEP,
  ...MIRROR,
  progress(15_000, 'mirror', 10 * GIB, 10 * GIB, 0.5 * GIB),
  phaseFinished(15_010, 'do', 'mirror', 'mirror', 14_500),
  phaseStarted(15_020, 'do', 'mirror', 'pivot', 'let the guest write to the copy'),
  phaseFinished(15_100, 'do', 'mirror', 'pivot', 80),
  phaseStarted(15_110, 'do', 'redefine', 'redefine', 'define the guest with the copy'),
  phaseFinished(15_200, 'do', 'redefine', 'redefine', 90),
  finished(15_300, 'succeeded', 0, false, ['vda is /fast/copy.qcow2, live and defined.']),
];

export const ROLLBACK: readonly RunEvent[] = [
  STARTED,
  ...FIRST_STEP,
  ...MIRROR,
  {
    time: 5000,
    event: 'phase-failed',
    direction: 'do',
    step: 'mirror',
    phase: 'mirror',
    message: 'The job ended before it was ready: no space left on device.',
  },
  { time: 5001, event: 'guest-state', state: 'paused' },
  {
    time: 5002,
    event: 'rollback-started',
    reason: 'mirror: no space left on device',
    interrupted: false,
  },
  ...undo(5100),
  finished(6500, 'rolled-back', 4, false, ['vda is /base.qcow2, as before.']),
];

export const INTERRUPTED: readonly RunEvent[] = [
  STARTED,
  ...FIRST_STEP,
  ...MIRROR,
  { time: 5002, event: 'rollback-started', reason: 'SIGINT', interrupted: true },
  ...undo(5100),
  finished(6500, 'rolled-back', 130, true, ['vda is /base.qcow2, as before.']),
];

export const STRANDED: readonly RunEvent[] = [
  STARTED,
  ...FIRST_STEP,
  ...MIRROR,
  { time: 5002, event: 'rollback-started', reason: 'SIGTERM', interrupted: true },
  ...undo(5100).slice(0, 3),
  {
    time: 5600,
    event: 'phase-failed',
    direction: 'undo',
    step: 'mirror',
    phase: 'mirror',
    message: 'libvirt does not answer.',
  },
  finished(
    6500,
    'stranded',
    5,
    true,
    ['A mirror of vda is still running.'],
    ['virsh blockjob testvm vda --abort', 'blockplan status'],
  ),
];

function undo(time: number): RunEvent[] {
  return [
    phaseStarted(time, 'undo', 'mirror', 'mirror', 'end the mirror, remove the copy'),
    command(time + 1, 'undo', 'mirror', 'mirror', 'virsh blockjob testvm vda --abort'),
    { time: time + 2, event: 'notice', message: 'The copy had 2 GiB.' },
    phaseFinished(time + 300, 'undo', 'mirror', 'mirror', 300),
    { time: time + 301, event: 'guest-state', state: 'running' },
    phaseStarted(time + 400, 'undo', 'make-transient', 'undefine', 'define it again'),
    phaseFinished(time + 700, 'undo', 'make-transient', 'undefine', 300),
  ];
}

function phaseStarted(
  time: number,
  direction: 'do' | 'undo',
  step: string,
  phase: string,
  summary: string,
): RunEvent {
  return { time, event: 'phase-started', direction, step, phase, summary };
}

function command(
  time: number,
  direction: 'do' | 'undo',
  step: string,
  phase: string,
  text: string,
): RunEvent {
  return { time, event: 'command', direction, step, phase, command: text, why: 'do it' };
}

function phaseFinished(
  time: number,
  direction: 'do' | 'undo',
  step: string,
  phase: string,
  durationMs: number,
): RunEvent {
  return { time, event: 'phase-finished', direction, step, phase, durationMs };
}

function progress(
  time: number,
  step: string,
  current: number,
  total: number,
  rate?: number,
): RunEvent {
  const event = {
    time,
    event: 'progress',
    direction: 'do',
    step,
    phase: 'mirror',
    current,
    total,
  } as const;
  const elapsedMs = time - 511;
  if (rate === undefined) return { ...event, elapsedMs };
  const leftMs = Math.ceil((total - current) / rate) * 1000;
  return { ...event, elapsedMs, rate, ...(leftMs > 0 ? { leftMs } : {}) };
}

function finished(
  time: number,
  end: Extract<RunEvent, { event: 'run-finished' }>['end'],
  exitCode: number,
  interrupted: boolean,
  state: readonly string[],
  next: readonly string[] = [],
): RunEvent {
  return {
    time,
    event: 'run-finished',
    end,
    exitCode,
    interrupted,
    state,
    next,
    durationMs: time,
  };
}
