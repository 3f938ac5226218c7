/** What a terminal shows of a run, folded from its events: a block for each step, and one for the rollback. */
import type { Finding } from '../errors.ts';
import type { PhaseRef, RunEvent } from '../events.ts';
import { hookName } from '../hook.ts';
import type { DomainState } from '../model/host-state.ts';
import { durationText } from './amounts.ts';
import type { ProgressEvent } from './progress.ts';
import type { RunFinishedEvent, RunStartedEvent } from './report.ts';

export type Mark = 'waiting' | 'active' | 'done' | 'failed' | 'skipped';

export interface PhaseView {
  readonly name: string;
  readonly summary: string;
  mark: Mark;
}

/** The current activity of a block. */
export interface Activity {
  readonly summary: string;
  command?: string;
  progress?: ProgressEvent;
}

/** A step, or the rollback, as one item of the display. */
export interface ViewItem {
  readonly title: string;
  /** The step's kind; absent during the rollback. */
  readonly kind?: string;
  readonly phases: PhaseView[];
  mark: Mark;
  /** What stays visible after the block has ended: failures, findings, notices. */
  readonly notes: ItemNote[];
  durationMs: number;
  now?: Activity;
  /** Set if the run was resumed, so that parts of it may already be done. */
  readonly again?: true;
}

export type ItemNote =
  | { readonly severity: 'error' | 'warning' | 'note'; readonly text: string }
  | { readonly severity: 'finding'; readonly finding: Finding };

/** The state of the display after the events so far. */
export class RunView {
  readonly steps: readonly ViewItem[];
  /** The rollback, once it has started. */
  rollback: ViewItem | undefined;
  guest: DomainState | undefined;
  /** When the last hook was started, in milliseconds since the epoch. */
  private hookSince: number | undefined;

  constructor(started: RunStartedEvent) {
    this.steps = started.steps.map((step) => ({
      title: step.id,
      kind: step.kind,
      phases: step.phases.map(({ name, summary }) => ({ name, summary, mark: 'waiting' })),
      mark: 'waiting',
      notes: [],
      durationMs: 0,
      ...(started.again === undefined ? {} : { again: true as const }),
    }));
  }

  /** Every block, in the order of the display. */
  get blocks(): readonly ViewItem[] {
    return this.rollback ? [...this.steps, this.rollback] : this.steps;
  }

  /** The active block, or the last one that was active. */
  get current(): ViewItem | undefined {
    return (
      this.rollback ??
      this.steps.find((step) => step.mark === 'active') ??
      this.steps.findLast((step) => step.mark !== 'waiting') ??
      this.steps[0]
    );
  }

  apply(event: RunEvent): void {
    switch (event.event) {
      case 'phase-started':
        this.startPhase(event);
        return;
      case 'command':
        this.onActivity(event, (now) => {
          now.command = event.command;
        });
        return;
      case 'progress':
        this.onActivity(event, (now) => {
          now.progress = event;
        });
        return;
      case 'phase-finished':
        this.finishPhase(event);
        return;
      case 'phase-failed':
        this.failPhase(event);
        return;
      case 'rollback-started':
        this.startRollback(event.reason, event.interrupted);
        return;
      case 'guest-state':
        this.guest = event.state;
        return;
      case 'notice':
        this.note(event.message, 'note');
        return;
      case 'hook-started':
        this.hookSince = event.time;
        this.note(`${hookName(event)}: ${event.command}`, 'note');
        return;
      case 'hook-finished':
        this.finishHook(event);
        return;
      case 'finding':
        this.current?.notes.push({ severity: 'finding', finding: event.finding });
        return;
      case 'run-left':
        if (this.rollback) this.rollback.mark = 'skipped';
        this.close();
        return;
      case 'run-finished':
        this.finish(event);
    }
  }

  private finishHook(event: Extract<RunEvent, { event: 'hook-finished' }>): void {
    const duration = durationText(event.time - (this.hookSince ?? event.time));
    if (event.error !== undefined) this.note(`${hookName(event)} ${event.error}`, 'warning');
    else this.note(`${hookName(event)} done in ${duration}`, 'note');
  }

  private note(text: string, severity: 'note' | 'warning'): void {
    this.current?.notes.push({ severity, text });
  }

  private startPhase(event: Extract<RunEvent, { event: 'phase-started' }>): void {
    if (event.direction === 'undo' && !this.rollback) this.startRollback('', false);
    const block = this.blockOf(event);
    if (!block) return;
    block.mark = 'active';
    block.now = { summary: event.summary };
    if (event.direction === 'undo') {
      block.phases.push({ name: phaseKey(event), summary: event.summary, mark: 'active' });
    } else {
      markPhase(block, event.phase, 'active');
    }
  }

  private finishPhase(event: Extract<RunEvent, { event: 'phase-finished' }>): void {
    const block = this.blockOf(event);
    if (!block) return;
    delete block.now;
    block.durationMs += event.durationMs;
    markPhase(block, event.direction === 'undo' ? phaseKey(event) : event.phase, 'done');
    const all = block.phases.every((phase) => phase.mark === 'done');
    if (event.direction === 'do' && all) block.mark = 'done';
  }

  private failPhase(event: Extract<RunEvent, { event: 'phase-failed' }>): void {
    const block = this.blockOf(event);
    if (!block) return;
    delete block.now;
    markPhase(block, event.direction === 'undo' ? phaseKey(event) : event.phase, 'failed');
    block.notes.push({ severity: 'error', text: event.message });
  }

  /** A failed step keeps its spinner until now, so that no later step looks as if it had started. */
  private startRollback(reason: string, interrupted: boolean): void {
    this.endSteps(interrupted ? 'interrupted' : undefined);
    this.rollback ??= {
      title: reason,
      phases: [],
      mark: 'active',
      notes: [],
      durationMs: 0,
    };
  }

  private finish(event: RunFinishedEvent): void {
    if (event.end === 'succeeded') {
      for (const step of this.steps) if (step.mark !== 'skipped') step.mark = 'done';
    } else {
      this.endSteps(event.interrupted ? 'interrupted' : undefined);
    }
    if (this.rollback && event.end === 'rolled-back') this.rollback.mark = 'done';
    this.close();
  }

  /** No more events will come: active blocks have failed, waiting blocks were not started. */
  close(): void {
    this.endSteps(undefined);
    if (this.rollback?.mark === 'active') this.rollback.mark = 'failed';
  }

  private endSteps(why: string | undefined): void {
    for (const step of this.steps) {
      if (step.mark === 'waiting') step.mark = 'skipped';
      if (step.mark !== 'active') continue;
      step.mark = 'failed';
      delete step.now;
      for (const phase of step.phases) if (phase.mark === 'active') phase.mark = 'failed';
      const told = step.notes.some((note) => note.severity === 'error');
      if (why !== undefined && !told) step.notes.push({ severity: 'warning', text: why });
    }
  }

  private onActivity(
    event: PhaseRef & { readonly direction: 'do' | 'undo' },
    change: (now: Activity) => void,
  ): void {
    const block = this.blockOf(event);
    if (block?.now) change(block.now);
  }

  private blockOf(event: PhaseRef & { readonly direction: 'do' | 'undo' }): ViewItem | undefined {
    return event.direction === 'undo'
      ? this.rollback
      : this.steps.find((step) => step.title === event.step);
  }
}

function phaseKey(event: PhaseRef): string {
  return `${event.step}/${event.phase}`;
}

function markPhase(block: ViewItem, name: string, mark: Mark): void {
  const phase = block.phases.findLast((each) => each.name === name);
  if (phase) phase.mark = mark;
}
