/** Collects what was performed from the events of a run. */
import type { Direction, Listener, RunEvent } from '../events.ts';
import type { Paths } from './paths.ts';
import type { DonePhase } from './report.ts';
import { TURNING_STEP } from './turning-point.ts';

interface Draft {
  readonly step: string;
  readonly phase: string;
  readonly direction: Direction;
  readonly commands: string[];
  readonly began: number;
  bytes?: number;
  durationMs?: number;
  failed?: string;
}

/** Listens to one run. */
export class Collector {
  readonly #paths: Paths;
  readonly #drafts: Draft[] = [];
  readonly listener: Listener;

  /** @param heard receives each event as well */
  constructor(paths: Paths, heard: Listener) {
    this.#paths = paths;
    this.listener = (event) => {
      this.#take(event);
      heard(event);
    };
  }

  /** The phases performed in that direction, in order, without the rehearsal's own turn. */
  phases(direction: Direction): DonePhase[] {
    return this.#drafts
      .filter((draft) => draft.direction === direction && draft.step !== TURNING_STEP)
      .map(({ began: _began, durationMs = 0, ...draft }) => ({ ...draft, durationMs }));
  }

  /** Why a phase of the plan failed: the first reason while running forward; undefined if all succeeded. */
  get failure(): string | undefined {
    const failed = this.phases('do').find((phase) => phase.failed !== undefined);
    return failed && `${failed.step}/${failed.phase} failed: ${failed.failed}`;
  }

  #take(event: RunEvent): void {
    if (event.event === 'phase-started') {
      const { step, phase, direction, time } = event;
      this.#drafts.push({ step, phase, direction, commands: [], began: time });
    }
    const last = this.#drafts.at(-1);
    if (!last) return;
    if (event.event === 'command') last.commands.push(this.#paths.users(event.command));
    if (event.event === 'progress') last.bytes = Math.max(last.bytes ?? 0, event.current);
    if (event.event === 'phase-finished') last.durationMs = event.durationMs;
    if (event.event === 'phase-failed') {
      last.durationMs = event.time - last.began;
      last.failed = this.#paths.users(event.message);
    }
  }
}
