/** A live run: what its course asks for is answered by libvirt, the disk and the user. */
import { hostname } from 'node:os';
import type { Listener, PhaseRef } from '../events.ts';
import type { Graph } from '../graph/graph.ts';
import type { Journal } from '../journal/journal.ts';
import { createPlanMachine } from '../machine/machine.ts';
import type { Driver } from '../model/driver.ts';
import type { Progress } from '../model/effect.ts';
import type { World } from '../model/world.ts';
import { type Asking, Interrupted, type Request, type Told } from './ask.ts';
import { courseOf, type Finish } from './course.ts';
import { wholeRun } from './travel.ts';

/** A rate is measured over this long at least: reports that arrive in one burst would give gigabytes a second. */
const RATE_WINDOW_MS = 100;

/** A run that has been admitted: its plan compiled, preflight passed, lock taken, journal open. */
export interface Run {
  readonly id: string;
  readonly graph: Graph;
  readonly driver: Driver;
  readonly journal: Journal;
  readonly uri: string;
  readonly user: string;
  readonly version: string;
  /** The observed World that preflight passed on. */
  readonly world: World;
  readonly files: readonly string[];
  /** Aborts when the user interrupts; only the way forward listens. */
  readonly signal: AbortSignal;
  readonly listener: Listener;
}

/** Runs an admitted plan to its end. All that can go wrong is an end; whatever it throws is a bug in blockplan. */
export async function execute(run: Run): Promise<Finish> {
  const { id, graph, driver, journal, uri, user, version, world, files, signal } = run;
  const tell = teller(run.listener);
  driver.onGuestState((state) => tell({ event: 'guest-state', state }));
  const provenance = { run: id, uri, host: hostname(), user, pid: process.pid, version };
  const marker = {
    run: id,
    host: provenance.host,
    user,
    pid: process.pid,
    since: new Date().toISOString(),
  };
  const answer = async (request: Request): Promise<unknown> => {
    switch (request.ask) {
      case 'tell':
        return tell(request.event);
      case 'append':
        return journal.append(request.entry, request.sync);
      case 'observe':
        return driver.observe(request.files);
      case 'survey':
        return driver.survey(request.world, request.files);
      case 'bundle':
        return driver.bundle();
      case 'interrupted':
        return signal.aborted;
      case 'reconnect':
        return driver.reconnect();
      case 'mark':
        return driver.mark(marker);
      case 'marker':
        return driver.marker();
      case 'unmark':
        return driver.unmark();
      case 'perform':
        return perform(request);
    }
  };
  const perform = async (request: Extract<Request, { ask: 'perform' }>): Promise<void> => {
    const { effect, direction, step, phase } = request;
    const onProgress = progressTeller(tell, { step, phase, direction });
    const listening = direction === 'do' ? { signal } : {};
    try {
      await driver.perform(effect, { folder: journal.folder, onProgress, ...listening });
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
      throw new Interrupted((error as Error).message);
    }
  };
  const machine = createPlanMachine(graph);
  const course = courseOf({ graph, machine, folder: journal.folder, files, world });
  return drive(wholeRun(course, provenance), answer);
}

/** Gives a course the answers it asks for, until it returns. */
async function drive<T>(
  asking: Asking<T>,
  answer: (request: Request) => Promise<unknown>,
): Promise<T> {
  let next = asking.next();
  while (!next.done) {
    const { value } = next;
    next = await answer(value).then(
      (given) => asking.next(given),
      (error) => asking.throw(error),
    );
  }
  return next.value;
}

/** Tells events with their times: when they came, and how long what has ended took. */
function teller(listener: Listener): (event: Told) => void {
  const began = performance.now();
  let phaseBegan = began;
  return (event) => {
    const time = Date.now();
    const now = performance.now();
    if (event.event === 'phase-started') phaseBegan = now;
    if (event.event === 'run-finished')
      listener({ time, ...event, durationMs: Math.round(now - began) });
    else if (event.event === 'phase-finished')
      listener({ time, ...event, durationMs: Math.round(now - phaseBegan) });
    else listener({ time, ...event });
  };
}

function progressTeller(
  tell: (event: Told) => void,
  of: PhaseRef & Pick<Extract<Told, { event: 'progress' }>, 'direction'>,
): (progress: Progress) => void {
  let last: { at: number; current: number } | undefined;
  let rate: number | undefined;
  return ({ current, total }) => {
    const at = performance.now();
    if (last === undefined) last = { at, current };
    else if (at - last.at >= RATE_WINDOW_MS) {
      const measured = Math.max(0, ((current - last.current) / (at - last.at)) * 1000);
      // Smoothed over about four looks, so that a burst does not make the time left jump.
      rate = rate === undefined ? measured : rate * 0.75 + measured * 0.25;
      last = { at, current };
    }
    tell({
      event: 'progress',
      ...of,
      current,
      total,
      ...(rate === undefined ? {} : { rate: Math.round(rate) }),
    });
  };
}
